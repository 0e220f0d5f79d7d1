// Notices databases that become late by nothing but the passing of time, and tells of it: no event of Docker's would.
import type { DatabaseId } from "../../schemas/server.ts"
import type { Clock, EventHub } from "../ports.ts"
import type { Deadline } from "./world.ts"

export interface Freshness {
  /** Tells of every server of which a database has become late, or is late no longer, since the last time. Its own timer calls it. */
  check(): void
  stop(): void
}

/** New backups, labels and clocks move deadlines without a word to this timer. */
const longestNap = 30_000

export function createFreshness(
  deadlines: () => readonly Deadline[],
  clock: Clock,
  events: Pick<EventHub, "publish">,
): Freshness {
  let late: ReadonlySet<DatabaseId> | undefined
  let timer: ReturnType<typeof setTimeout> | undefined

  const check = () => {
    const now = clock()
    const all = deadlines()
    const before = late
    late = new Set(all.filter(({ lateAt }) => lateAt < now).map(({ databaseId }) => databaseId))
    let soonest = longestNap
    const changed = new Set<Deadline["serverId"]>()
    for (const { databaseId, serverId, lateAt } of all) {
      if (before && before.has(databaseId) !== late.has(databaseId)) changed.add(serverId)
      // It is late a millisecond after its deadline, not at it.
      if (lateAt >= now) soonest = Math.min(soonest, lateAt.getTime() - now.getTime() + 1)
    }
    clearTimeout(timer)
    timer = setTimeout(check, soonest)
    timer.unref?.()
    for (const serverId of changed) events.publish({ name: "server.changed", data: { serverId } })
  }

  check()
  return { check, stop: () => clearTimeout(timer) }
}
