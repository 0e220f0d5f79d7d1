// What the catalogue remembers of one database, as people are shown it.
import type { DatabaseId, ServerId, Subject } from "../../schemas/server.ts"
import { databaseIdOf } from "../core/key.ts"
import type { DrilledBy } from "../core/overdue-drill.ts"
import type { Catalogue, Doubt } from "../ports.ts"
import type { WaitingPrune } from "./held-prunes.ts"

export function historyOf(
  catalogue: Catalogue,
  doubts: ReadonlyMap<DatabaseId, Doubt>,
  waiting: readonly WaitingPrune[],
  serverId: ServerId,
  subject: Subject,
) {
  const id = databaseIdOf(serverId, subject)
  const held = waiting.flatMap(({ held }) => (held.databaseId === id ? [held] : []))
  const [lastGood, lastAttempt] = [catalogue.lastGood(id), catalogue.lastAttempt(id)]
  return { lastGood, lastAttempt, doubt: doubts.get(id), held }
}

/** Asks once for all databases, and only where a job wants drills. */
export function drilledIn(catalogue: Catalogue): (id: DatabaseId) => DrilledBy {
  let passed: ReturnType<Catalogue["passedDrills"]> | undefined
  return (databaseId) => (jobId) => {
    passed ??= catalogue.passedDrills()
    const passedAt = passed(jobId, databaseId)
    return { passedAt, firstBackupAt: passedAt ?? catalogue.firstBackupAt(jobId, databaseId) }
  }
}
