// Brings the file's schema up to date: numbered SQL files, all or nothing, with a copy of the file made before.
import type { Database } from "bun:sqlite"
import { closeSync, openSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs"
import { join } from "node:path"
import { Fault } from "../core/fault.ts"

export interface Migration {
  /** Counts from 1, without gaps. The file's `user_version` is that of the last one applied. */
  readonly version: number
  readonly sql: string
}

// "dbkp", set by the first migration.
const applicationId = 0x64626b70

export function knownMigrations(): readonly Migration[] {
  const folder = join(import.meta.dir, "migrations")
  const names = readdirSync(folder)
    .filter((name) => name.endsWith(".sql"))
    .sort()
  return names.map((name, index) => {
    const version = Number(name.slice(0, 4))
    if (version !== index + 1) throw new Error(`migrations must be numbered without gaps: ${name}`)
    return { version, sql: readFileSync(join(folder, name), "utf8") }
  })
}

/**
 * Applies what the file lacks. A file that exists is copied beside itself first, as `app.db.before-0002`. Returns the name of that
 * copy; null when there was nothing to do.
 */
export function migrate(
  db: Database,
  path: string,
  migrations: readonly Migration[],
  copy: (db: Database, target: string) => void = copyBeside,
): string | null {
  const version = pragma(db, "user_version")
  const latest = migrations.length
  refuseForeign(db, path, version)
  if (version > latest) {
    throw new Fault(
      "settings-invalid",
      `${path} has schema ${version}, this dbbackup knows up to ${latest}`,
      {
        hint: `It was written by a newer dbbackup. Start that one again, or put back the copy ${path}.before-${padded(latest + 1)}.`,
      },
    )
  }
  const pending = migrations.slice(version)
  if (pending.length === 0) return null
  const before = `${path}.before-${padded(version + 1)}`
  if (version > 0) copy(db, before)
  db.run("BEGIN IMMEDIATE")
  try {
    for (const { sql } of pending) db.run(sql)
    db.run(`PRAGMA user_version = ${latest}`)
    db.run("COMMIT")
    return version > 0 ? before : null
  } catch (error) {
    if (db.inTransaction) db.run("ROLLBACK")
    throw error
  }
}

function refuseForeign(db: Database, path: string, version: number): void {
  const tables = db.query("SELECT count(*) FROM sqlite_schema").values()[0]?.[0]
  const ours = pragma(db, "application_id") === applicationId
  if (ours || (version === 0 && tables === 0)) return
  throw new Fault("settings-invalid", `${path} is an SQLite file of another program`, {
    hint: "Set DATABASE_PATH to a file of dbbackup's own; it is created when it is missing.",
  })
}

// Under another name first, so that a copy that was cut short never looks like a whole one.
function copyBeside(db: Database, target: string): void {
  const part = `${target}.part`
  rmSync(part, { force: true })
  closeSync(openSync(part, "w", 0o600))
  db.query("VACUUM INTO ?").run(part)
  renameSync(part, target)
}

function pragma(db: Database, name: string): number {
  return Number(db.query(`PRAGMA ${name}`).values()[0]?.[0] ?? 0)
}

const padded = (version: number) => String(version).padStart(4, "0")
