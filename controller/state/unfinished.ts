// What was under way when the last process ended: to be called interrupted, and cleaned up by the copies it planned.
import { z } from "zod"
import { BackupId } from "../../schemas/backup.ts"
import { BackupType } from "../../schemas/job.ts"
import { RunId, Trigger } from "../../schemas/run.ts"
import { Engine } from "../../schemas/scalar.ts"
import { DatabaseId, JobId, ServerId, Subject } from "../../schemas/server.ts"
import type { Catalogue } from "../ports.ts"
import { json, readRow, readRows } from "./row.ts"
import type { Store } from "./store.ts"

const Row = z.object({
  id: BackupId,
  runId: RunId,
  jobId: JobId,
  serverId: ServerId,
  serverName: z.string(),
  databaseId: DatabaseId,
  subject: Subject,
  engine: Engine,
  type: BackupType,
  trigger: Trigger,
  queuedAt: z.number().transform((at) => new Date(at)),
  copies: z.array(z.object({ destination: z.string(), key: z.string() })),
})

interface Raw {
  readonly id: string
  readonly kind: string
  readonly database: string
  readonly copies: string
}

export function unfinishedBackups(store: Store): ReturnType<Catalogue["unfinished"]>["backups"] {
  const rows = store.db
    .query<Raw, []>(
      `SELECT id, run_id AS runId, job_id AS jobId, server_id AS serverId, server_name AS serverName,
         database_id AS databaseId, kind, database, engine, type, trigger, queued_at AS queuedAt,
         (SELECT json_group_array(json_object('destination', destination, 'key', key) ORDER BY position)
           FROM copies WHERE backup_id = backups.id AND state = 'planned') AS copies
       FROM backups WHERE finished_at IS NULL ORDER BY queued_at, id`,
    )
    .all()
  return readRows(store, rows, (row) => {
    const subject = row.kind === "database" ? { kind: row.kind, name: row.database } : { kind: row.kind }
    return readRow(`backup ${row.id}`, () => Row.parse({ ...row, subject, copies: json(row.copies) }))
  })
}

export function unfinishedDeletions(store: Store): ReturnType<Catalogue["unfinished"]>["deletions"] {
  const rows = store.db
    .query<{ backupId: string; destination: string; key: string }, []>(
      // CROSS: the few deletions are looked up among the copies, not the other way round.
      `SELECT backup_id AS backupId, destination, key FROM deletions CROSS JOIN copies USING (backup_id, destination)
       WHERE state = 'stored' ORDER BY backup_id, destination`,
    )
    .all()
  return rows.map((row) => ({ ...row, backupId: BackupId.parse(row.backupId) }))
}
