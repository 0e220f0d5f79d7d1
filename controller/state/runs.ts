// Runs: one attempt of a job each.
import { Run, type RunId } from "../../schemas/run.ts"
import type { Catalogue } from "../ports.ts"
import { instant, instantOrNull, json, readRow, readRows } from "./row.ts"
import type { Store } from "./store.ts"
import { endsFrom, requireStatus } from "./transition.ts"
import { type Pages, where } from "./where.ts"

interface Row {
  readonly id: string
  readonly server_id: string
  readonly server_name: string
  readonly job_id: string
  readonly trigger: string
  readonly queued_at: number
  readonly status: string
  readonly started_at: number | null
  readonly finished_at: number | null
  readonly error: string | null
  readonly attempt: number
  readonly retry_of: string | null
  readonly retry_at: number | null
}

type Runs = Pick<
  Catalogue,
  "addRun" | "startRun" | "finishRun" | "run" | "runs" | "lastRunOf" | "queuedRuns" | "retries" | "clearRetry"
> & {
  unfinishedRuns(): readonly Run[]
}

export function runsIn(store: Store, pages: Pages): Runs {
  const { db } = store
  const one = (id: string) => db.query<Row, [string]>("SELECT * FROM runs WHERE id = ?").get(id)

  function published(id: RunId): void {
    const row = one(id)
    if (row === null) return
    store.publish({
      name: "run.updated",
      data: { runId: id, serverId: row.server_id, status: row.status },
    })
  }

  return {
    addRun(run) {
      // Thousands can be due at one instant. One that is lost with the power did not begin, and is owed at the next start; the
      // backup that a person asks for is written after its run, and brings it to the disk.
      const taken = store.writeSoon(() => {
        db.query("INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, 'queued', NULL, NULL, NULL, ?, ?, NULL)").run(
          run.id,
          run.serverId,
          run.serverName,
          run.jobId,
          run.trigger,
          run.queuedAt.getTime(),
          run.attempt,
          run.retryOf,
        )
        return db
          .query<{ id: RunId }, [string, string | null]>(
            `UPDATE runs SET retry_at = NULL
             WHERE job_id = ? AND retry_at IS NOT NULL AND coalesce(retry_of, id) = ? RETURNING id`,
          )
          .all(run.jobId, run.retryOf)
      })
      for (const { id } of [...taken, run]) published(id)
    },
    startRun(id, at) {
      store.write(() => {
        requireStatus(store, "runs", id, ["queued"], "started")
        db.query("UPDATE runs SET status = 'running', started_at = ? WHERE id = ?").run(at.getTime(), id)
      })
      published(id)
    },
    finishRun(id, at, outcome) {
      const failure = outcome.status === "completed" ? null : outcome
      const error = failure && JSON.stringify(failure.error)
      const retryAt = failure?.retryAt?.getTime() ?? null
      store.write(() => {
        requireStatus(store, "runs", id, endsFrom(outcome.status), `finished as ${outcome.status}`)
        db.query("UPDATE runs SET status = ?, finished_at = ?, error = ?, retry_at = ? WHERE id = ?").run(
          outcome.status,
          at.getTime(),
          error,
          retryAt,
          id,
        )
      })
      published(id)
    },
    run(id) {
      const row = one(id)
      return row === null ? undefined : read(row)
    },
    runs({ serverId }, page) {
      const found = pages.read<Row>("SELECT * FROM runs", "runs", where([["server_id = ?", serverId]]), page)
      return { rows: readRows(store, found.rows, read), total: found.total }
    },
    lastRunOf(jobId) {
      const row = db
        .query<Row, [string]>(
          `SELECT * FROM runs WHERE job_id = ? AND trigger NOT IN ('manual', 'retry')
           ORDER BY queued_at DESC, id DESC LIMIT 1`,
        )
        .get(jobId)
      return row === null ? undefined : read(row)
    },
    queuedRuns(jobId) {
      const rows = db
        .query<Row, [string]>(
          "SELECT * FROM runs WHERE job_id = ? AND status = 'queued' ORDER BY queued_at, id",
        )
        .all(jobId)
      return readRows(store, rows, read)
    },
    retries({ until, jobId } = {}) {
      const pending = where(
        [
          ["retry_at <= ?", until?.getTime()],
          ["job_id = ?", jobId],
        ],
        "retry_at IS NOT NULL",
      )
      const rows = db
        .query<Row, (string | number)[]>(`SELECT * FROM runs ${pending.sql} ORDER BY retry_at, id`)
        .all(...pending.values)
      return readRows(store, rows, read)
    },
    clearRetry(id) {
      store.write(() => db.query("UPDATE runs SET retry_at = NULL WHERE id = ?").run(id))
      published(id)
    },
    unfinishedRuns() {
      const rows = db
        .query<Row, []>(
          "SELECT * FROM runs INDEXED BY runs_unfinished WHERE finished_at IS NULL ORDER BY queued_at, id",
        )
        .all()
      return readRows(store, rows, read)
    },
  }
}

function read(row: Row): Run {
  return readRow(`run ${row.id}`, () =>
    Run.parse({
      id: row.id,
      serverId: row.server_id,
      serverName: row.server_name,
      jobId: row.job_id,
      trigger: row.trigger,
      queuedAt: instant(row.queued_at),
      status: row.status,
      startedAt: instantOrNull(row.started_at),
      finishedAt: instantOrNull(row.finished_at),
      error: json(row.error),
      attempt: row.attempt,
      retryOf: row.retry_of,
      retryAt: instantOrNull(row.retry_at),
    }),
  )
}
