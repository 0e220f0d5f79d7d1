// Copies that are read again long after they were stored: which come next, how many were, and what it means that one is bad.
import { z } from "zod"
import { BackupId } from "../../schemas/backup.ts"
import { Problem } from "../../schemas/errors.ts"
import { DatabaseId, ServerId } from "../../schemas/server.ts"
import type { Catalogue } from "../ports.ts"
import { publishBackup } from "./backups.ts"
import { instantOrNull, json, readRow, readRows } from "./row.ts"
import type { Store } from "./store.ts"

type Checks = Pick<Catalogue, "copyBad" | "copiesToRead" | "readShare" | "badCopies">

const lastRead = "coalesce(c.checked_at, c.at)"
// A store that loses data may lose much: what is shown of it is enough to act on.
const mostBad = 100

const Bad = z.object({
  backupId: BackupId,
  databaseId: DatabaseId,
  serverId: ServerId,
  serverName: z.string(),
  database: z.string(),
  destination: z.string(),
  problem: Problem,
  /** Where it is whole still. */
  goodAt: z.array(z.string()),
})

export function checksIn(store: Store): Checks {
  const { db } = store
  return {
    copyBad(id, destination, error) {
      const changed = store.write(
        () =>
          db
            .query(
              `UPDATE copies SET state = 'failed', at = NULL, error = ?, verified = NULL, checked_at = NULL
               WHERE backup_id = ? AND destination = ? AND state = 'stored'
                 AND EXISTS (SELECT 1 FROM backups WHERE id = backup_id AND status = 'completed' AND deleted_at IS NULL)
                 AND NOT EXISTS (SELECT 1 FROM deletions d WHERE d.backup_id = copies.backup_id)`,
            )
            .run(JSON.stringify(error), id, destination).changes > 0,
      )
      if (changed) publishBackup(store, id)
      return changed
    },
    copiesToRead(destination, limit) {
      return db
        .query<{ backupId: string; key: string; lastReadAt: number }, [string, number]>(
          `SELECT c.backup_id AS backupId, c.key, ${lastRead} AS lastReadAt
           FROM copies c INDEXED BY copies_to_read
           WHERE c.destination = ? AND c.state = 'stored'
             AND NOT EXISTS (SELECT 1 FROM deletions d WHERE d.backup_id = c.backup_id)
           ORDER BY ${lastRead} LIMIT ?`,
        )
        .all(destination, limit)
        .map(({ backupId, key, lastReadAt }) => ({
          ...{ backupId: backupId as BackupId, key },
          lastReadAt: new Date(lastReadAt),
        }))
    },
    readShare(destination, since) {
      const row = db
        .query<{ copies: number; read: number; oldest: number | null }, [number, string]>(
          `SELECT count(*) AS copies, count(*) FILTER (WHERE c.checked_at >= ?) AS read, min(${lastRead}) AS oldest
           FROM copies c INDEXED BY copies_to_read WHERE c.destination = ? AND c.state = 'stored'`,
        )
        .get(since.getTime(), destination)
      return {
        copies: row?.copies ?? 0,
        readCopies: row?.read ?? 0,
        oldestReadAt: instantOrNull(row?.oldest ?? null),
      }
    },
    badCopies() {
      const rows = db
        .query<Readonly<Record<keyof z.input<typeof Bad>, string>>, []>(
          `SELECT c.backup_id AS backupId, b.database_id AS databaseId, b.server_id AS serverId, b.server_name AS serverName,
             b.database, c.destination, c.error AS problem,
             (SELECT json_group_array(destination) FROM copies g WHERE g.backup_id = b.id AND g.state = 'stored') AS goodAt
           FROM copies c INDEXED BY copies_failed JOIN backups b ON b.id = c.backup_id
           WHERE c.state = 'failed' AND json_extract(c.error, '$.code') = 'copy-mismatch'
             AND b.status = 'completed' AND b.deleted_at IS NULL
           ORDER BY b.finished_at DESC, b.id DESC, c.position LIMIT ${mostBad}`,
        )
        .all()
      return readRows(store, rows, (row) =>
        readRow(`a copy of backup ${row.backupId}`, () =>
          Bad.parse({ ...row, problem: json(row.problem), goodAt: json(row.goodAt) }),
        ),
      )
    },
  }
}
