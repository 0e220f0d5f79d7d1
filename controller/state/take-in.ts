// Takes in what a copy of a catalogue knows and this one does not: a copy is of an earlier time, so nothing here is overwritten,
// and what was under way then is over.
import { Database } from "bun:sqlite"
import { Fault } from "../core/fault.ts"
import type { TakenIn } from "../ports.ts"
import { damageIn } from "./damage.ts"
import { knownMigrations, migrate } from "./migrate.ts"
import { sqliteFault } from "./sqlite-fault.ts"
import type { Store } from "./store.ts"

/**
 * What is true of one moment only. A loose end, such as a half-restored database to be dropped, must never be taken from a copy: what
 * it names may be somebody's data by now.
 */
const momentary = ["probe", "installation", "loose_ends", "deletions", "held_prunes", "sources"]

/** What people decided over the API, and is read when the controller starts. */
export const decisions = ["overrides", "s3_configs", "retention_policies"]

/** Throws a Fault when the file at `path` is no catalogue, is damaged, or newer. It is changed. @param installationToo this catalogue takes the copy's place */
export function takeInCopy(store: Store, path: string, installationToo: boolean): TakenIn {
  prepare(path)
  const { db } = store
  db.query("ATTACH ? AS copy").run(path)
  try {
    const before = counts(db)
    store.write(() => {
      // Tables refer to each other, and a table to itself: all of it is right at the end.
      db.run("PRAGMA defer_foreign_keys = ON")
      for (const table of tablesOf(db)) mergeTable(db, table)
      if (installationToo)
        db.run("UPDATE installation SET id = coalesce((SELECT id FROM copy.installation), id)")
    })
    const after = counts(db)
    publishNewest(store)
    return {
      backups: after.backups - before.backups,
      runs: after.runs - before.runs,
      servers: after.servers - before.servers,
      decisions: after.decisions - before.decisions,
    }
  } catch (error) {
    throw sqliteFault(error, path)
  } finally {
    db.run("DETACH copy")
  }
}

/** Checks the copy, brings its schema up to date, and ends in it what was under way. */
function prepare(path: string): void {
  let db: Database | undefined
  try {
    db = new Database(path, { readwrite: true, strict: true })
    db.run("PRAGMA journal_mode = DELETE")
    const damage = damageIn(db, path)
    if (damage !== null)
      throw new Fault("catalogue-damaged", `the copy of the catalogue is damaged: ${damage}`)
    if (db.query("SELECT 1 FROM sqlite_schema").get() === null)
      throw new Fault("catalogue-damaged", "the copy of the catalogue is empty")
    migrate(db, path, knownMigrations(), () => {})
    endWhatWasUnderWay(db)
  } catch (error) {
    throw sqliteFault(error, path)
  } finally {
    db?.close()
  }
}

/**
 * A run that was under way has ended since, somehow. A backup of it has a manifest by now, and is found by that, or is none: its row
 * would stand in the way.
 */
function endWhatWasUnderWay(db: Database): void {
  const error = JSON.stringify({
    code: "interrupted",
    message: "what became of it is not known: the catalogue was made again from an earlier copy",
    hint: null,
    key: null,
    suggestion: null,
  })
  db.run("PRAGMA foreign_keys = ON")
  db.run("BEGIN IMMEDIATE")
  db.run("DELETE FROM backups WHERE finished_at IS NULL")
  db.run("DELETE FROM copies WHERE state = 'planned'")
  db.run("UPDATE runs SET retry_at = NULL WHERE retry_at IS NOT NULL")
  for (const table of ["runs", "restores"])
    db.query(
      `UPDATE ${table} SET status = 'interrupted', finished_at = coalesce(started_at, queued_at), error = ? WHERE finished_at IS NULL`,
    ).run(error)
  db.run("COMMIT")
}

function tablesOf(db: Database): readonly string[] {
  return db
    .query<{ name: string }, []>(
      `SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
         AND name IN (SELECT name FROM copy.sqlite_schema WHERE type = 'table') ORDER BY rowid`,
    )
    .all()
    .map(({ name }) => name)
    .filter((name) => !momentary.includes(name))
}

/** Rows are told apart by their keys, or by all they say; a number that only orders rows is given anew. */
export function mergeTable(db: Database, table: string): void {
  const columns = db
    .query<{ name: string; type: string; pk: number; hidden: number }, []>(
      `PRAGMA main.table_xinfo(${table})`,
    )
    .all()
  const uniques = db.query<{ origin: string }, []>(`PRAGMA main.index_list(${table})`).all()
  const hasAnotherKey = uniques.some(({ origin }) => origin === "u")
  const orders = (column: { type: string; pk: number }) =>
    hasAnotherKey && column.pk > 0 && column.type === "INTEGER"
  const names = columns
    .filter((column) => column.hidden === 0 && !orders(column))
    .map(({ name }) => name)
    .join(", ")
  const isKeyless = !hasAnotherKey && columns.every(({ pk }) => pk === 0)
  const known = isKeyless ? `EXCEPT SELECT ${names} FROM main.${table}` : ""
  db.run(`INSERT OR IGNORE INTO main.${table} (${names}) SELECT ${names} FROM copy.${table} ${known}`)
}

function counts(db: Database): TakenIn {
  const count = (what: string) =>
    db.query<{ n: number }, []>(`SELECT count(*) AS n FROM main.${what}`).get()?.n ?? 0
  return {
    backups: count("backups WHERE deleted_at IS NULL"),
    runs: count("runs"),
    servers: count("servers"),
    decisions: decisions.reduce((sum, table) => sum + count(table), 0),
  }
}

/** Of each database one: whoever follows reads its list anew. */
function publishNewest({ db, publish }: Store): void {
  const rows = db
    .query<{ databaseId: string; backupId: string; status: string }, []>(
      "SELECT database_id AS databaseId, max(id) AS backupId, status FROM main.backups GROUP BY database_id",
    )
    .all()
  for (const data of rows) publish({ name: "backup.updated", data })
}
