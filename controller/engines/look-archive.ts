// What an archive of pg_dump says of itself in its table of contents: versions, who owns and is granted what, and statements that reach
// beyond its database. Rows are not looked into: they are data, unless they were dumped as statements.

import type { ObjectCounts } from "../../schemas/manifest.ts"
import type { SourcePart } from "../../schemas/source-reading.ts"
import type { ArchiveHead, ArchiveHeard, HeardEntry } from "./archive-heard.ts"
import { whyRefused } from "./hostile.ts"
import { statementWalk } from "./statement-walk.ts"
import { needsOfText } from "./text-needs.ts"

/** Carried out only with `pg_restore --create`, which is never used. */
const ofDatabase = ["DATABASE", "DATABASE PROPERTIES", "ENCODING", "STDSTRINGS", "SEARCHPATH"]
const rows = /^COPY [\s\S]* FROM stdin;\s*$/

export interface ArchiveLook extends ArchiveHeard {
  /** Null until it was read. */
  read(): ArchiveHead | null
  part(counts: ObjectCounts): SourcePart
}

export function lookThroughArchive(onFile: (entry: HeardEntry) => void = () => {}): ArchiveLook {
  const roles = new Set<string>()
  const extensions = new Set<string>()
  let found: ArchiveHead | null = null
  let refusal: string | undefined
  return {
    head(head) {
      found = head
    },
    entry(entry) {
      onFile(entry)
      const { kind, name, owner, definition, copy } = entry
      // Its comment and grants as well.
      if (ofDatabase.includes(kind) || name.startsWith("DATABASE ")) return
      if (owner !== "") roles.add(owner)
      if (kind === "EXTENSION") extensions.add(name)
      if (copy !== "" && !rows.test(copy))
        refusal ??= "the statement that reads the rows of a table is none of pg_dump"
      const walk = statementWalk("postgres", {
        statement(code, named) {
          for (const role of needsOfText("postgres", named).roles) roles.add(role)
          refusal ??= whyRefused("postgres", code, named)
          return undefined
        },
        command() {},
      })
      walk.push(Buffer.from(definition))
      walk.end()
    },
    read: () => found,
    part: (counts) => ({
      engine: null,
      database: null,
      ranges: null,
      counts,
      roles: [...roles].sort(),
      extensions: [...extensions].filter((name) => name !== "plpgsql").sort(),
      attributes: {},
      refusal: refusal ?? null,
    }),
  }
}
