// What a file is that somebody wants to be restored, from its first bytes: what tools wrote, or a script of SQL.
import type { SourceKind } from "../../schemas/restore-source.ts"
import { isTar, knownKind, requireBytes, unsupported } from "./dump-kind.ts"

const unknown = { tool: "unknown", toolVersion: "unknown", serverVersion: "unknown" } as const

/**
 * Throws a Fault, `import-refused`, for what can be none. What only the rest tells (versions inside of a tar file, whether text of
 * pg_dumpall holds databases) is as if it did not. @param head the first `headBytes` with the wrapping taken off
 */
export function sourceKindOf(head: Buffer): SourceKind {
  requireBytes(head)
  // Which of pg_dump's two formats of several files it is shows when all were seen.
  if (isTar(head))
    return { engine: "postgres", format: "directory", of: "database", ...unknown, tool: "pg_dump" }
  const known = knownKind(head)
  if (known) return known
  requireScript(head)
  return { engine: null, format: "script", of: "database", ...unknown, tool: "none" }
}

/** How a script may begin, comments aside. */
const words =
  "alter analyze begin call comment copy create deallocate declare delete delimiter discard do drop execute explain grant insert lock merge perform prepare refresh reindex rename replace reset revoke rollback savepoint select set show start table truncate update use vacuum values with"
const firstWord = new RegExp(`^(?:${words.replaceAll(" ", "|")})\\b`, "i")
const blanksAndComments = /^(?:\s+|--[^\n]*(?:\n|$)|#[^\n]*(?:\n|$)|\/\*(?!M?!)[\s\S]*?(?:\*\/|$))+/

function requireScript(head: Buffer): void {
  if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff))
    throw unsupported(
      "the file is text in UTF-16",
      "PowerShell writes so when output goes to a file with >. Dump again, with the tool's own option: pg_dump --file=…, mysqldump --result-file=….",
    )
  const text = head.toString("utf8").replace(/^\u{FEFF}/u, "")
  const code = text.replace(blanksAndComments, "")
  if (!head.includes(0) && (code === "" || firstWord.test(code) || /^[\\/;(]/.test(code))) return
  throw unsupported(
    "the file is no dump of pg_dump, pg_dumpall, mysqldump or mariadb-dump, and no script of SQL",
    `It begins with ${JSON.stringify(head.toString("latin1", 0, 24))}. A dump must begin as its tool wrote it.`,
  )
}
