// The newest good backup and the last attempt of each database, kept at hand: every list of databases asks for both of each.
import type { Event } from "../../schemas/api.ts"
import type { Backup, CompletedBackup } from "../../schemas/backup.ts"
import type { DatabaseId } from "../../schemas/server.ts"
import type { Catalogue } from "../ports.ts"

type Newest = Pick<Catalogue, "lastGood" | "lastAttempt">
interface Reads extends Newest {
  /** The id alone, from an index: most often the last attempt is the newest good backup, which is read already. */
  lastAttemptId(databaseId: DatabaseId): string | undefined
}

export interface RememberedNewest extends Newest {
  /** A backup of the event's database has changed: it is read anew. Must hear of every change before anybody else. */
  forget(event: Event): void
}

/** The catalogue is the only writer of its file, so what it has read holds until it writes. */
export function rememberNewest(read: Reads): RememberedNewest {
  const good = new Map<DatabaseId, CompletedBackup | undefined>()
  const attempts = new Map<DatabaseId, Backup | undefined>()
  const lastGood = (id: DatabaseId): CompletedBackup | undefined => {
    if (!good.has(id)) good.set(id, read.lastGood(id))
    return good.get(id)
  }
  return {
    lastGood,
    lastAttempt(id) {
      if (!attempts.has(id)) {
        const newest = lastGood(id)
        attempts.set(id, newest && newest.id === read.lastAttemptId(id) ? newest : read.lastAttempt(id))
      }
      return attempts.get(id)
    },
    forget(event) {
      if (event.name !== "backup.updated") return
      good.delete(event.data.databaseId as DatabaseId)
      attempts.delete(event.data.databaseId as DatabaseId)
    },
  }
}
