// Restores: a backup loaded into a server, from the moment it is asked for.
import { Restore } from "../../schemas/restore.ts"
import type { Catalogue } from "../ports.ts"
import { liveProgress } from "./progress.ts"
import { instant, instantOrNull, json, readRow, readRows, seconds } from "./row.ts"
import type { Store } from "./store.ts"
import { addSwap, safetyBackupIn, shownSwap, swapsIn } from "./swaps.ts"
import { endsFrom, requireStatus } from "./transition.ts"
import { type Pages, where } from "./where.ts"

interface Row {
  readonly id: string
  readonly backup_id: string | null
  readonly source: string | null
  readonly database_id: string
  readonly server_id: string
  readonly server_name: string
  readonly source_database: string
  readonly target_database: string
  readonly mode: string
  readonly queued_at: number
  readonly status: string
  readonly started_at: number | null
  readonly finished_at: number | null
  readonly error: string | null
  readonly restored_bytes: number | null
  readonly tables: number | null
  readonly differences: string | null
}

interface Seen {
  readonly storedBytes: number
  readonly totalBytes: number
}

type Restores = Pick<
  Catalogue,
  | "addRestore"
  | "startRestore"
  | "finishRestore"
  | "amendRestore"
  | "restoreProgress"
  | "restore"
  | "restores"
> &
  ReturnType<typeof swapsIn> & { unfinishedRestores(): readonly Restore[] }

export function restoresIn(store: Store, pages: Pages): Restores {
  const { db } = store
  const progress = liveProgress<Seen>(store)
  const one = (id: string) => db.query<Row, [string]>("SELECT * FROM restores WHERE id = ?").get(id)
  const read = (row: Row) => readRestore(store, row, progress.of(row.id))

  function published(id: string): void {
    const status = one(id)?.status
    if (status === undefined) return
    const storedBytes = progress.of(id)?.storedBytes ?? null
    store.publish({ name: "restore.updated", data: { restoreId: id, status, storedBytes } })
  }

  return {
    ...swapsIn(store, published),
    addRestore(restore) {
      const { swap: _, source, ...row } = restore
      store.write(() => {
        db.query(
          `INSERT INTO restores (id, backup_id, source, database_id, server_id, server_name, source_database,
               target_database, mode, queued_at, status)
             VALUES ($id, $backupId, $source, $databaseId, $serverId, $serverName, $sourceDatabase, $targetDatabase,
               $mode, $queuedAt, 'queued')`,
        ).run({
          ...row,
          source: source ? JSON.stringify(source) : null,
          queuedAt: restore.queuedAt.getTime(),
        })
        addSwap(store, restore)
      })
      published(restore.id)
    },
    startRestore(id, at) {
      store.write(() => {
        requireStatus(store, "restores", id, ["queued"], "started")
        db.query("UPDATE restores SET status = 'running', started_at = ? WHERE id = ?").run(at.getTime(), id)
      })
      published(id)
    },
    finishRestore(id, at, outcome) {
      const done = outcome.status === "completed" ? outcome : undefined
      const error = outcome.status === "completed" ? null : JSON.stringify(outcome.error)
      store.write(() => {
        requireStatus(store, "restores", id, endsFrom(outcome.status), `finished as ${outcome.status}`)
        db.query(
          `UPDATE restores SET status = ?, finished_at = ?, error = ?, restored_bytes = ?, tables = ?, differences = ?
           WHERE id = ?`,
        ).run(
          outcome.status,
          at.getTime(),
          error,
          done?.restoredBytes ?? null,
          done?.tables ?? null,
          done === undefined ? null : JSON.stringify(done.differences),
          id,
        )
      })
      progress.forget(id)
      published(id)
    },
    amendRestore(id, error) {
      store.write(() =>
        db
          .query("UPDATE restores SET error = ? WHERE id = ? AND error IS NOT NULL")
          .run(JSON.stringify(error), id),
      )
      published(id)
    },
    restoreProgress(id, storedBytes, totalBytes) {
      if (progress.keep(id, { storedBytes, totalBytes })) published(id)
    },
    restore(id) {
      const row = one(id)
      return row === null ? undefined : read(row)
    },
    restores({ databaseId, status }, page) {
      const clause = where([
        ["database_id = ?", databaseId],
        ["status = ?", status],
      ])
      const found = pages.read<Row>("SELECT * FROM restores", "restores", clause, page)
      return { rows: readRows(store, found.rows, read), total: found.total }
    },
    unfinishedRestores() {
      const rows = db
        .query<Row, []>(
          "SELECT * FROM restores INDEXED BY restores_unfinished WHERE finished_at IS NULL ORDER BY queued_at, id",
        )
        .all()
      return readRows(store, rows, read)
    },
  }
}

function readRestore(store: Store, row: Row, seen: Seen | undefined): Restore {
  return readRow(`restore ${row.id}`, () =>
    Restore.parse({
      id: row.id,
      backupId: row.backup_id,
      source: json(row.source),
      databaseId: row.database_id,
      serverId: row.server_id,
      serverName: row.server_name,
      sourceDatabase: row.source_database,
      targetDatabase: row.target_database,
      mode: row.mode,
      swap: row.mode === "swap" ? shownSwap(store, row.id) : null,
      ...safetyBackupIn(store, row.id),
      queuedAt: instant(row.queued_at),
      status: row.status,
      startedAt: instantOrNull(row.started_at),
      finishedAt: instantOrNull(row.finished_at),
      durationSeconds:
        row.started_at === null || row.finished_at === null ? null : seconds(row.started_at, row.finished_at),
      error: json(row.error),
      progress: seen ?? { storedBytes: 0, totalBytes: 0 },
      restoredBytes: row.restored_bytes,
      tables: row.tables,
      differences: json(row.differences),
    }),
  )
}
