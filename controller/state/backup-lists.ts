// What is asked of the backups: by id, in pages, the newest good one of a database, all good ones of a job.
import type { SQLQueryBindings } from "bun:sqlite"
import { type Backup, backupStatuses } from "../../schemas/backup.ts"
import { Manifest } from "../../schemas/manifest.ts"
import type { DatabaseId } from "../../schemas/server.ts"
import type { BackupFilter, Catalogue } from "../ports.ts"
import { type BackupRow, readBackup, readCompleted, type Seen, selectBackups } from "./backup-row.ts"
import type { Progress } from "./progress.ts"
import { json, readRow, readRows } from "./row.ts"
import { isSound } from "./sound.ts"
import type { Store } from "./store.ts"
import { type Condition, type Pages, type Where, where } from "./where.ts"

type Lists = Pick<
  Catalogue,
  | "backup"
  | "manifest"
  | "backups"
  | "lastGood"
  | "lastGoodManifest"
  | "lastAttempt"
  | "goodBackups"
  | "newestGood"
  | "lackingCopies"
>

// The rest is listed once these have their copies.
const mostLacking = 300

const isStored = "b.status = 'completed' AND b.deleted_at IS NULL"
const isGood = `${isStored} AND b.doubted = 0 AND ${isSound("b")}`
const ofJob = `WHERE ${isGood} AND b.job_id = ? AND b.database_id = ? ORDER BY b.finished_at DESC, b.id DESC`
// A few rows rather than one, so that a row that cannot be read does not hide the good one before it.
const newestFew = 3
// A backup of a part does not stand for its database.
const isWhole = "json_extract(b.manifest, '$.part') IS NULL"
// A database whose labels change that often is compared with nothing.
const mostCompared = 100

export function backupListsIn(
  store: Store,
  progress: Progress<Seen>,
  pages: Pages,
): Lists & { lastAttemptId(databaseId: DatabaseId): string | undefined } {
  const { db } = store
  const read = (row: BackupRow): Backup => readBackup(row, progress.of(row.id))
  const rows = (clause: string, ...values: SQLQueryBindings[]) =>
    db.query<BackupRow, SQLQueryBindings[]>(`${selectBackups} ${clause}`).all(...values)

  const manifest = (id: string): Manifest | undefined => {
    const row = db
      .query<{ manifest: string | null }, [string]>("SELECT manifest FROM backups WHERE id = ?")
      .get(id)
    const text = row?.manifest ?? null
    return text === null ? undefined : readRow(`backup ${id}`, () => Manifest.parse(json(text)))
  }

  return {
    backup(id) {
      return rows("WHERE b.id = ?", id).map(read)[0]
    },
    manifest,
    backups(filter, page) {
      const clause = clauseOf(filter)
      const table = `backups ${filter.suspect ? "INDEXED BY backups_doubted" : ""}`
      const found = pages.read<BackupRow>(selectBackups, table, clause, page)
      return { rows: readRows(store, found.rows, read), total: found.total }
    },
    lastGood(databaseId) {
      const clause = `WHERE ${isGood} AND ${isWhole} AND b.database_id = ? ORDER BY b.finished_at DESC, b.id DESC LIMIT ${newestFew}`
      return readRows(store, rows(clause, databaseId), readCompleted)[0]
    },
    lastGoodManifest(databaseId, isWanted) {
      const clause = `WHERE ${isGood} AND b.database_id = ? ORDER BY b.finished_at DESC, b.id DESC`
      const ids = db
        .query<{ id: string }, [string]>(`SELECT b.id FROM backups b ${clause} LIMIT ${mostCompared}`)
        .all(databaseId)
      // One after the other: most often the first is wanted.
      for (const { id } of ids) {
        const [found] = readRows(store, [id], manifest)
        if (found && isWanted(found)) return found
      }
      return undefined
    },
    lastAttempt(databaseId) {
      const clause = `WHERE b.finished_at IS NOT NULL AND b.database_id = ? ORDER BY b.finished_at DESC, b.id DESC LIMIT ${newestFew}`
      return readRows(store, rows(clause, databaseId), read)[0]
    },
    lastAttemptId(databaseId) {
      const clause =
        "WHERE finished_at IS NOT NULL AND database_id = ? ORDER BY finished_at DESC, id DESC LIMIT 1"
      return db.query<{ id: string }, [string]>(`SELECT id FROM backups ${clause}`).get(databaseId)?.id
    },
    goodBackups: (jobId, databaseId) => readRows(store, rows(ofJob, jobId, databaseId), readCompleted),
    newestGood: (jobId, databaseId) =>
      readRows(store, rows(`${ofJob} LIMIT ${newestFew}`, jobId, databaseId), readCompleted)[0],
    lackingCopies(destinations) {
      const clause = `WHERE ${isStored} AND b.id IN
          (SELECT backup_id FROM copies WHERE state = 'failed' AND destination IN (SELECT value FROM json_each(?)))
          AND b.id NOT IN (SELECT backup_id FROM deletions)
        ORDER BY b.finished_at DESC, b.id DESC LIMIT ${mostLacking}`
      return readRows(store, rows(clause, JSON.stringify(destinations)), readCompleted)
    },
  }
}

/**
 * Of its conditions one leads to an index, the one that leaves the fewest. Left to itself, SQLite looks at every completed backup there
 * is for those of one database. A column behind a plus is not looked up.
 */
function clauseOf(filter: BackupFilter): Where {
  const { runId, databaseId, serverId, jobId, type, status, suspect } = filter
  const given: readonly Condition[] = [
    ["run_id", runId],
    ["database_id", databaseId],
    ["server_id", serverId],
    // Most are completed: any type is fewer.
    ...(status === "completed" ? [] : [["status", status] as const]),
    ["type", type],
    ["status", status === "completed" ? status : undefined],
    ["job_id", jobId],
  ]
  const [lead, ...rest] = given.filter(([, value]) => value !== undefined)
  const byType = lead?.[0] === "type" && status === "completed"
  return where(
    [
      ...(lead ? [[`${lead[0]} = ?`, lead[1]] as const] : []),
      ...rest
        .filter(([column]) => !(byType && column === "status"))
        .map(([column, value]) => [`+${column} = ?`, value] as const),
      ["queued_at >= ?", filter.from?.getTime()],
      ["queued_at < ?", filter.until?.getTime()],
    ],
    // Words, not a parameter: only so can it be read from the index of suspect ones.
    `deleted_at IS NULL${suspect ? " AND status = 'completed' AND doubted = 1" : ""}${byType ? ` AND ${isCompleted}` : ""}`,
  )
}

// Said by what it is not, it is read from indices alone.
const others = backupStatuses.filter((status) => status !== "completed").map((status) => `'${status}'`)
const isCompleted = `rowid NOT IN
  (SELECT rowid FROM backups INDEXED BY backups_by_status WHERE deleted_at IS NULL AND status IN (${others}))`
