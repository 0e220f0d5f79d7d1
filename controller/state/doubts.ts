// Backups that are kept and not trusted: suspect ones that nobody has decided about, damaged ones, and a person saying that a
// suspect one is right.
import { z } from "zod"
import { BackupId } from "../../schemas/backup.ts"
import { Problem } from "../../schemas/errors.ts"
import { DatabaseId, ServerId } from "../../schemas/server.ts"
import type { Catalogue } from "../ports.ts"
import { publishBackup } from "./backups.ts"
import { json, readRow, readRows } from "./row.ts"
import { isDamaged, isRefuted, isSound } from "./sound.ts"
import type { Store } from "./store.ts"

const Row = z.object({
  backupId: BackupId,
  databaseId: DatabaseId,
  serverId: ServerId,
  database: z.string(),
  finishedAt: z.number().transform((at) => new Date(at)),
  problem: Problem,
})
type Raw = Readonly<Record<Exclude<keyof z.input<typeof Row>, "finishedAt">, string>> & {
  readonly finishedAt: number
}

const isStored = (alias: string) => `${alias}.status = 'completed' AND ${alias}.deleted_at IS NULL`
const later = (one: string, other: string) =>
  `(${one}.finished_at > ${other}.finished_at OR (${one}.finished_at = ${other}.finished_at AND ${one}.id > ${other}.id))`

// All suspect ones are few. That any other of the job came later, good or suspect, makes an older one history.
const suspect = `
  SELECT b.id AS backupId, b.database_id AS databaseId, b.server_id AS serverId, b.database, b.finished_at AS finishedAt,
    b.suspect AS problem
  FROM backups b INDEXED BY backups_doubted
  WHERE ${isStored("b")} AND b.doubted = 1 AND (?1 IS NULL OR b.server_id = ?1)
    AND NOT EXISTS (SELECT 1 FROM backups d INDEXED BY backups_doubted
      WHERE d.database_id = b.database_id AND d.job_id = b.job_id AND ${isStored("d")} AND d.doubted = 1 AND ${later("d", "b")})
    AND NOT EXISTS (SELECT 1 FROM backups g INDEXED BY backups_good
      WHERE g.database_id = b.database_id AND g.job_id = b.job_id AND ${isStored("g")} AND g.doubted = 0
        AND g.finished_at >= b.finished_at AND ${later("g", "b")} AND ${isSound("g")})`

/** The words of the newest verification that found the dump bad, or else of the first bad copy. */
const damage = `coalesce(
    (SELECT vf.detail FROM verifications vf WHERE ${isRefuted("vf", "b")} ORDER BY vf.finished_at DESC LIMIT 1),
    (SELECT error FROM copies WHERE backup_id = b.id AND state = 'failed' ORDER BY position LIMIT 1))`

const damaged = `
  SELECT b.id AS backupId, b.database_id AS databaseId, b.server_id AS serverId, b.database, b.finished_at AS finishedAt,
    ${damage} AS problem
  FROM backups b
  WHERE ${isDamaged("b")} AND (?1 IS NULL OR b.server_id = ?1)
    AND NOT EXISTS (SELECT 1 FROM backups g INDEXED BY backups_good
      WHERE g.database_id = b.database_id AND g.job_id = b.job_id AND ${isStored("g")} AND g.doubted = 0
        AND g.finished_at >= b.finished_at AND ${later("g", "b")} AND ${isSound("g")})`

export function doubtsIn(store: Store): Pick<Catalogue, "doubts" | "acceptBackup"> {
  const { db } = store
  return {
    doubts(serverId) {
      const sql = `${suspect} UNION ALL ${damaged} ORDER BY databaseId, finishedAt, backupId`
      const rows = db.query<Raw, [string | null]>(sql).all(serverId ?? null)
      return readRows(store, rows, (row) =>
        readRow(`backup ${row.backupId}`, () => Row.parse({ ...row, problem: json(row.problem) })),
      )
    },
    acceptBackup(id, at) {
      const changed = store.write(
        () =>
          db
            .query(
              `UPDATE backups SET accepted_at = ?1, notes_changed_at = max(?1, coalesce(notes_changed_at, 0) + 1)
               WHERE id = ?2 AND status = 'completed' AND deleted_at IS NULL AND doubted = 1`,
            )
            .run(at.getTime(), id).changes > 0,
      )
      if (changed) publishBackup(store, id)
      return changed
    },
  }
}
