// What the catalogue says of the objects at one destination.
import { BackupId } from "../../schemas/backup.ts"
import type { BackupType } from "../../schemas/job.ts"
import type { ServerId } from "../../schemas/server.ts"
import { objectKey, stemOf, subjectWord } from "../core/key.ts"
import type { Catalogue, Claim } from "../ports.ts"
import type { Store } from "./store.ts"

interface CopyRow {
  readonly id: string
  readonly key: string
  readonly state: string
  readonly at: number | null
  readonly busy: number
  readonly elsewhere: number
}

interface FailedRow {
  readonly id: string
  readonly serverId: string
  readonly kind: string
  readonly database: string
  readonly type: string
  readonly startedAt: number
  readonly finishedAt: number
}

export function claimsIn(store: Store): Pick<Catalogue, "claims"> {
  const { db } = store
  return {
    claims(destination) {
      const copies = db
        .query<CopyRow, [string]>(
          `SELECT c.backup_id AS id, c.key, c.state, c.at,
             c.state = 'planned' OR EXISTS (SELECT 1 FROM deletions d
               WHERE d.backup_id = c.backup_id AND d.destination = c.destination) AS busy,
             (SELECT count(*) FROM copies o
               WHERE o.backup_id = c.backup_id AND o.state = 'stored' AND o.destination <> c.destination) AS elsewhere
           FROM copies c WHERE c.destination = ?`,
        )
        .all(destination)
      // Once it has failed, a backup has no copies any more: what it left is known by its name alone.
      const failed = db
        .query<FailedRow, []>(
          `SELECT id, server_id AS serverId, kind, database, type, started_at AS startedAt, finished_at AS finishedAt
           FROM backups WHERE status IN ('failed', 'cancelled', 'interrupted') AND started_at IS NOT NULL`,
        )
        .all()
      return [...copies.map(claimOfCopy), ...failed.map(claimOfFailed)]
    },
  }
}

function claimOfCopy({ id, key, state, at, busy, elsewhere }: CopyRow): Claim {
  return {
    backupId: BackupId.parse(id),
    stem: stemOf(key),
    state: busy ? "busy" : (state as Claim["state"]),
    at: at === null ? null : new Date(at),
    key,
    elsewhere,
  }
}

function claimOfFailed({ id, serverId, kind, database, type, startedAt, finishedAt }: FailedRow): Claim {
  const subject = kind === "globals" ? ({ kind } as const) : ({ kind: "database", name: database } as const)
  const stem = objectKey({
    server: serverId as ServerId,
    subject: subjectWord(subject),
    type: type as BackupType,
    at: new Date(startedAt),
    id,
    extension: "",
  })
  const backupId = BackupId.parse(id)
  return { backupId, stem, state: "failed", at: new Date(finishedAt), key: null, elsewhere: 0 }
}
