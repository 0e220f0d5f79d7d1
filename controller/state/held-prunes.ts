// Deletions by retention that wait for a person: one row for each job and database, until they are carried out or not wanted any more.
import { z } from "zod"
import { BackupId } from "../../schemas/backup.ts"
import { DatabaseId, JobId, ServerId } from "../../schemas/server.ts"
import type { Catalogue } from "../ports.ts"
import { json, readRow, readRows } from "./row.ts"
import type { Store } from "./store.ts"

const At = z.number().transform((at) => new Date(at))
const Row = z.object({
  jobId: JobId,
  databaseId: DatabaseId,
  serverId: ServerId,
  backups: z.array(BackupId),
  of: z.number().int(),
  heldAt: At,
  confirmedAt: At.nullable(),
})
interface Raw {
  readonly jobId: string
  readonly serverId: string
  readonly backups: string
}

type HeldPrunes = Pick<Catalogue, "heldPrunes" | "holdPrune" | "confirmPrunes" | "releasePrune">

export function heldPrunesIn(store: Store): HeldPrunes {
  const { db } = store
  const rows = (databaseId: DatabaseId | undefined) =>
    db
      .query<Raw, [string | null]>(
        `SELECT job_id AS jobId, database_id AS databaseId, server_id AS serverId, backups, of, held_at AS heldAt,
           confirmed_at AS confirmedAt
         FROM held_prunes WHERE ?1 IS NULL OR database_id = ?1 ORDER BY database_id, job_id`,
      )
      .all(databaseId ?? null)
  const tell = (serverIds: Iterable<string>) => {
    for (const serverId of new Set(serverIds)) store.publish({ name: "problem.changed", data: { serverId } })
  }

  return {
    heldPrunes(databaseId) {
      return readRows(store, rows(databaseId), (row) =>
        readRow(`held prune of ${row.jobId}`, () => Row.parse({ ...row, backups: json(row.backups) })),
      )
    },
    holdPrune({ jobId, databaseId, serverId, backups, of }, at) {
      store.write(() =>
        db
          .query(
            `INSERT INTO held_prunes (job_id, database_id, server_id, backups, of, held_at) VALUES (?, ?, ?, ?, ?, ?)
             ON CONFLICT (database_id, job_id) DO UPDATE SET backups = excluded.backups, of = excluded.of,
               confirmed_at = NULL`,
          )
          .run(jobId, databaseId, serverId, JSON.stringify(backups), of, at.getTime()),
      )
      tell([serverId])
    },
    confirmPrunes(databaseId, at) {
      store.write(() =>
        db
          .query("UPDATE held_prunes SET confirmed_at = ? WHERE database_id = ? AND confirmed_at IS NULL")
          .run(at.getTime(), databaseId),
      )
      tell(rows(databaseId).map(({ serverId }) => serverId))
    },
    releasePrune(jobId, databaseId) {
      const gone = store.write(() =>
        db
          .query<{ serverId: string }, [string, string]>(
            "DELETE FROM held_prunes WHERE database_id = ? AND job_id = ? RETURNING server_id AS serverId",
          )
          .all(databaseId, jobId),
      )
      tell(gone.map(({ serverId }) => serverId))
    },
  }
}
