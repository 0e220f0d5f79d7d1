// The newest good backup and the last attempt of each database, kept at hand: every list of databases asks for both of each.
import type { Event } from "../../schemas/api.ts"
import type { Backup, CompletedBackup } from "../../schemas/backup.ts"
import type { DatabaseId } from "../../schemas/server.ts"
import type { Catalogue } from "../ports.ts"

type Newest = Pick<Catalogue, "lastGood" | "lastAttempt">

export interface RememberedNewest extends Newest {
  /** A backup of the event's database has changed: it is read anew. Must hear of every change before anybody else. */
  forget(event: Event): void
}

/** The catalogue is the only writer of its file, so what it has read holds until it writes. */
export function rememberNewest(read: Newest): RememberedNewest {
  const good = new Map<DatabaseId, CompletedBackup | undefined>()
  const attempts = new Map<DatabaseId, Backup | undefined>()
  return {
    lastGood(id) {
      if (!good.has(id)) good.set(id, read.lastGood(id))
      return good.get(id)
    },
    lastAttempt(id) {
      if (!attempts.has(id)) {
        const last = read.lastAttempt(id)
        const newest = good.get(id)
        // Most often they are one: then it is kept once.
        attempts.set(id, last && newest?.id === last.id ? newest : last)
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
