// Looks through a file that somebody wants to be restored, whatever it is, as its unpacked bytes pass: whether it is whole, which
// databases are in it, what it needs, what speaks against it.
import type { SourceKind } from "../../schemas/restore-source.ts"
import { engineNames } from "../../schemas/scalar.ts"
import type { SourcePart } from "../../schemas/source-reading.ts"
import { Fault } from "../core/fault.ts"
import type { EndDetector } from "../ports.ts"
import { dumpFolder } from "./dump-folder.ts"
import { lookThroughArchive } from "./look-archive.ts"
import { lookThroughScript } from "./look-script.ts"
import { lookThroughText } from "./look-text.ts"
import { archiveEnd } from "./postgres-archive.ts"
import { mysqlDump, postgresDump, postgresGlobals, sqlEnd } from "./sql-trailer.ts"
import { tarReader } from "./tar-reader.ts"

export interface Looked {
  readonly kind: SourceKind
  /** What showed that it is whole, in words. */
  readonly end: string
  readonly findings: readonly string[]
  readonly sourceCompression: string | null
  readonly parts: readonly SourcePart[]
}

export interface Look {
  push(chunk: Buffer): void
  /** Throws a Fault: `import-refused`, or that of a dump that is not whole. */
  finish(): Looked
}

/** @param kind as its first bytes tell */
export function lookThrough(kind: SourceKind): Look {
  switch (kind.format) {
    case "archive":
      return ofArchive(kind)
    case "tar":
    case "directory":
      return ofFolder(kind)
    case "sql":
      return ofStatements(kind)
    case "script":
      return lookThroughScript(kind)
  }
}

function ofArchive(kind: SourceKind): Look {
  const look = lookThroughArchive()
  const end = archiveEnd(true, look)
  return {
    push: (chunk) => end.push(chunk),
    finish() {
      const seen = end.finish()
      const sourceCompression = look.read()?.compression ?? null
      return { kind, end: seen, findings: [], sourceCompression, parts: [look.part(end.held())] }
    },
  }
}

const longestList = 16 << 20

function ofFolder(kind: SourceKind): Look {
  const folder = dumpFolder()
  const look = lookThroughArchive(({ file, kind: of }) => {
    if (file !== "") folder.promise(file, of === "BLOBS")
  })
  const contents = archiveEnd(true, look, "table of contents")
  /** Of the file that passes. */
  let hear: ((chunk: Buffer) => void) | null = null
  let largeObjects = 0
  const reader = tarReader({
    file(path, bytes) {
      const name = folder.nameOf(path)
      hear = null
      if (name === "toc.dat") hear = (chunk) => contents.push(chunk)
      if (name?.startsWith("blob_")) largeObjects++
      if (name?.startsWith("blobs") && bytes > 0 && bytes <= longestList) hear = gathered(bytes, folder.list)
    },
    data: (chunk) => hear?.(chunk),
  })
  return {
    push: (chunk) => reader.push(chunk),
    finish() {
      reader.end()
      const format = folder.requireWhole()
      const seen = contents.finish()
      const { serverVersion = "unknown", toolVersion = "unknown", compression = null } = look.read() ?? {}
      const counts = { ...contents.held(), ...(largeObjects > 0 && { "large objects": largeObjects }) }
      return {
        kind: {
          ...kind,
          format,
          serverVersion: firstWord(serverVersion),
          toolVersion: firstWord(toolVersion),
        },
        end: `${seen}, and every file that it names`,
        findings: [],
        sourceCompression: compression,
        parts: [look.part(counts)],
      }
    },
  }
}

/** Such as `17.6` of `17.6 (Debian 17.6-1)`. */
const firstWord = (text: string): string => /^[\d.\w]+/.exec(text)?.[0] ?? "unknown"

function gathered(bytes: number, whole: (text: string) => void): (chunk: Buffer) => void {
  let text = ""
  return (chunk) => {
    text += chunk.toString("latin1")
    if (text.length === bytes) whole(text)
  }
}

/** Databases of the servers themselves, which no dump is restored to. */
const ofServers = ["template0", "template1", "mysql", "sys", "information_schema", "performance_schema"]

const isServers = (database: string | null): boolean => database !== null && ofServers.includes(database)

function ofStatements(kind: SourceKind): Look {
  const engine = kind.engine ?? engineNames[0]
  const look = lookThroughText(engine, true)
  const end: EndDetector = sqlEnd(
    engine !== "postgres" ? mysqlDump : kind.tool === "pg_dumpall" ? postgresGlobals : postgresDump,
  )
  return {
    push(chunk) {
      end.push(chunk)
      look.push(chunk)
    },
    finish() {
      const seen = end.finish()
      const { parts, rest, findings, endsInside } = look.finish()
      if (endsInside !== null)
        throw new Fault("import-refused", `the dump ends inside of ${endsInside}`, {
          hint: "It was changed after it was made. Fetch it again from where it comes from.",
        })
      const own = parts.filter(
        ({ database, counts }) => !isServers(database) && (database !== "postgres" || hasSome(counts)),
      )
      const of = whatOf(kind, own.length, parts.length)
      const lost = engine !== "postgres" && parts.some(({ database }) => isServers(database))
      return {
        kind: { ...kind, of },
        end: seen,
        findings: [
          ...findings,
          ...(lost ? ["Accounts and grants, which are in the server's own database, are left out"] : []),
        ],
        sourceCompression: null,
        parts:
          of === "globals"
            ? [asGlobals(rest)]
            : of === "server" && engine === "postgres"
              ? [...own, asGlobals(rest)]
              : own.length === 0
                ? [rest]
                : own,
      }
    },
  }
}

/** They are not loaded as they stand: what a server lacks is made of them. */
const asGlobals = (part: SourcePart): SourcePart => ({ ...part, refusal: null })

const hasSome = (counts: SourcePart["counts"]): boolean => Object.values(counts).some((count) => count > 0)

function whatOf({ tool }: SourceKind, own: number, named: number): SourceKind["of"] {
  if (tool === "pg_dumpall") return own > 0 ? "server" : "globals"
  if (own === 0 && named > 0)
    throw new Fault("import-refused", "the dump holds no database but the server's own", {
      hint: "Dump the databases that are wanted.",
    })
  return own > 1 ? "server" : "database"
}
