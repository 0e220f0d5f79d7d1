// What is to be restored, a stored backup or a file: what the options are chosen by.
import type { CompletedBackup } from "../../../../schemas/backup.ts"
import type { Fingerprint, Manifest } from "../../../../schemas/manifest.ts"
import type { RestoreSource } from "../../../../schemas/restore-source.ts"
import type { Engine } from "../../../../schemas/scalar.ts"

export interface HeldTable {
  readonly name: string
  /** Null: they were not counted. */
  readonly rows: number | null
}

export interface Subject {
  readonly from: { readonly backupId: string } | { readonly sourceId: string }
  /** The database that was dumped; null where a file does not say, or holds several. */
  readonly database: string | null
  /** What it is called: that database, or the file. */
  readonly title: string
  /** Null: statements that do not say for which. */
  readonly engine: Engine | null
  /** `server`: several databases and the globals, of which one is restored. */
  readonly of: "database" | "globals" | "server"
  /** An archive of pg_dump, statements that a tool wrote, or anybody's; null: not known yet. */
  readonly form: "archive" | "statements" | "script" | null
  /** Where it was made; null for a file, which may be from anywhere. */
  readonly home: { readonly serverId: string; readonly serverName: string } | null
  /** Those in a file of a whole server. */
  readonly several: readonly string[]
  readonly encrypted: boolean
  /** Less than the whole cannot stand for a database; rows alone cannot make one. */
  readonly holds: "the whole" | "a part" | "rows alone"
  /** Null: it is not known which it holds. */
  readonly tables: readonly HeldTable[] | null
}

/** @param manifest undefined while it is not here: then nothing is known of its tables */
export function subjectOfBackup(backup: CompletedBackup, manifest: Manifest | undefined): Subject {
  const { serverId, serverName, database } = backup
  return {
    from: { backupId: backup.id },
    ...{ database, title: database },
    engine: backup.engine,
    of: backup.kind,
    form: manifest === undefined ? null : manifest.format === "archive" ? "archive" : "statements",
    home: { serverId, serverName },
    several: [],
    encrypted: backup.encryption !== null,
    holds:
      backup.part === undefined ? "the whole" : manifest?.part?.content === "data" ? "rows alone" : "a part",
    tables: tablesOf(manifest),
  }
}

export function subjectOfFile(source: RestoreSource): Subject {
  const { id, fileName, recipient, kind, databases } = source
  return {
    from: { sourceId: id },
    database: kind.of === "database" ? (databases[0] ?? null) : null,
    title: fileName,
    engine: kind.engine,
    of: kind.of,
    form: kind.format === "script" ? "script" : kind.format === "sql" ? "statements" : "archive",
    home: null,
    several: kind.of === "server" ? databases : [],
    encrypted: recipient !== null,
    holds: "the whole",
    tables: null,
  }
}

function tablesOf(manifest: Manifest | undefined): HeldTable[] | null {
  const chosen = manifest?.part?.tables
  if (chosen) return chosen.map((name) => ({ name, rows: rowsOf(manifest?.fingerprint, name) }))
  const left = new Set(manifest?.part?.leftOut)
  const rows = manifest?.fingerprint?.rows
  if (!rows) return null
  return Object.keys(rows)
    .filter((name) => !left.has(name))
    .sort((a, b) => (a < b ? -1 : 1))
    .map((name) => ({ name, rows: rowsOf(manifest?.fingerprint, name) }))
}

const rowsOf = (fingerprint: Fingerprint | undefined, name: string): number | null =>
  fingerprint?.rows[name] ?? null
