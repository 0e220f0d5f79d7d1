// What is asked of the backups: by id, in pages, the newest good one of a database, all good ones of a job.
import type { SQLQueryBindings } from "bun:sqlite"
import type { Backup } from "../../schemas/backup.ts"
import { Manifest } from "../../schemas/manifest.ts"
import type { DatabaseId } from "../../schemas/server.ts"
import type { Catalogue } from "../ports.ts"
import { type BackupRow, readBackup, readCompleted, type Seen, selectBackups } from "./backup-row.ts"
import type { Progress } from "./progress.ts"
import { json, readRow, readRows } from "./row.ts"
import type { Store } from "./store.ts"
import { pageOf, where } from "./where.ts"

type Lists = Pick<
  Catalogue,
  "backup" | "manifest" | "backups" | "lastGood" | "lastAttempt" | "goodBackups" | "lackingCopies"
>

// The rest is listed once these have their copies.
const mostLacking = 300

const isGood = "b.status = 'completed' AND b.deleted_at IS NULL"
// A backup of a part does not stand for its database.
const isWhole = "json_extract(b.manifest, '$.part') IS NULL"

export function backupListsIn(
  store: Store,
  progress: Progress<Seen>,
): Lists & { lastAttemptId(databaseId: DatabaseId): string | undefined } {
  const { db } = store
  const read = (row: BackupRow): Backup => readBackup(row, progress.of(row.id))
  const rows = (clause: string, ...values: SQLQueryBindings[]) =>
    db.query<BackupRow, SQLQueryBindings[]>(`${selectBackups} ${clause}`).all(...values)

  return {
    backup(id) {
      return rows("WHERE b.id = ?", id).map(read)[0]
    },
    manifest(id) {
      const row = db
        .query<{ manifest: string | null }, [string]>("SELECT manifest FROM backups WHERE id = ?")
        .get(id)
      const text = row?.manifest ?? null
      return text === null ? undefined : readRow(`backup ${id}`, () => Manifest.parse(json(text)))
    },
    backups(filter, page) {
      const clause = where(
        [
          ["database_id = ?", filter.databaseId],
          ["server_id = ?", filter.serverId],
          ["job_id = ?", filter.jobId],
          ["run_id = ?", filter.runId],
          ["status = ?", filter.status],
          ["type = ?", filter.type],
          ["queued_at >= ?", filter.from?.getTime()],
          ["queued_at < ?", filter.until?.getTime()],
        ],
        "deleted_at IS NULL",
      )
      const found = pageOf<BackupRow>(db, selectBackups, "backups", clause, page)
      return { rows: readRows(store, found.rows, read), total: found.total }
    },
    lastGood(databaseId) {
      // A few rows rather than one, so that a row that cannot be read does not hide the good one before it.
      const clause = `WHERE ${isGood} AND ${isWhole} AND b.database_id = ? ORDER BY b.finished_at DESC, b.id DESC LIMIT 3`
      return readRows(store, rows(clause, databaseId), readCompleted)[0]
    },
    lastAttempt(databaseId) {
      const clause =
        "WHERE b.finished_at IS NOT NULL AND b.database_id = ? ORDER BY b.finished_at DESC, b.id DESC LIMIT 3"
      return readRows(store, rows(clause, databaseId), read)[0]
    },
    lastAttemptId(databaseId) {
      const clause =
        "WHERE finished_at IS NOT NULL AND database_id = ? ORDER BY finished_at DESC, id DESC LIMIT 1"
      return db.query<{ id: string }, [string]>(`SELECT id FROM backups ${clause}`).get(databaseId)?.id
    },
    goodBackups(jobId, databaseId) {
      const clause = `WHERE ${isGood} AND b.job_id = ? AND b.database_id = ? ORDER BY b.finished_at DESC, b.id DESC`
      return readRows(store, rows(clause, jobId, databaseId), readCompleted)
    },
    lackingCopies(destinations) {
      const clause = `WHERE ${isGood} AND b.id IN
          (SELECT backup_id FROM copies WHERE state = 'failed' AND destination IN (SELECT value FROM json_each(?)))
          AND b.id NOT IN (SELECT backup_id FROM deletions)
        ORDER BY b.finished_at DESC, b.id DESC LIMIT ${mostLacking}`
      return readRows(store, rows(clause, JSON.stringify(destinations)), readCompleted)
    },
  }
}
