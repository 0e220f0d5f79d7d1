// The newest drill of each database: what is known of how soon it can be back.
import { z } from "zod"
import { Problem } from "../../schemas/errors.ts"
import type { DatabaseId, LastDrill } from "../../schemas/server.ts"
import type { Catalogue } from "../ports.ts"
import { instant, json, readRow, readRows } from "./row.ts"
import type { Store } from "./store.ts"

interface Row {
  readonly databaseId: string
  readonly backupId: string
  readonly at: number
  readonly outcome: string
  readonly detail: string
}

const Passed = z.object({ recoverySeconds: z.number().optional() })

export function drillsIn(store: Store): Pick<Catalogue, "lastDrills" | "passedDrills" | "firstBackupAt"> {
  return {
    passedDrills() {
      const rows = store.db
        .query<{ jobId: string; databaseId: string; at: number }, []>(
          `SELECT b.job_id AS jobId, b.database_id AS databaseId, max(v.finished_at) AS at
           FROM verifications v JOIN backups b ON b.id = v.backup_id
           WHERE v.level = 'drill' AND v.outcome = 'passed' GROUP BY b.database_id, b.job_id`,
        )
        .all()
      const times = new Map(rows.map(({ jobId, databaseId, at }) => [`${jobId} ${databaseId}`, new Date(at)]))
      return (jobId, databaseId) => times.get(`${jobId} ${databaseId}`) ?? null
    },
    firstBackupAt(jobId, databaseId) {
      const row = store.db
        .query<{ at: number }, [string, string]>(
          `SELECT finished_at AS at FROM backups INDEXED BY backups_ended
           WHERE database_id = ? AND finished_at IS NOT NULL AND status = 'completed' AND job_id = ?
           ORDER BY finished_at LIMIT 1`,
        )
        .get(databaseId, jobId)
      return row ? new Date(row.at) : null
    },
    lastDrills() {
      // With max(), SQLite takes the other columns from the row that it is of.
      const rows = store.db
        .query<Row, []>(
          `SELECT b.database_id AS databaseId, v.backup_id AS backupId, max(v.finished_at) AS at, v.outcome, v.detail
           FROM verifications v JOIN backups b ON b.id = v.backup_id WHERE v.level = 'drill' GROUP BY b.database_id`,
        )
        .all()
      const drills = readRows(store, rows, (row) =>
        readRow(
          `a drill of backup ${row.backupId}`,
          () => [row.databaseId as DatabaseId, drillOf(row)] as const,
        ),
      )
      return new Map(drills)
    },
  }
}

function drillOf({ backupId, at, outcome, detail }: Row): LastDrill {
  const base = { backupId, at: instant(at) }
  if (outcome === "failed")
    return { ...base, outcome: "failed", recoverySeconds: null, problem: Problem.parse(json(detail)) }
  const passed = Passed.safeParse(json(detail)).data
  return { ...base, outcome: "passed", recoverySeconds: passed?.recoverySeconds ?? null, problem: null }
}
