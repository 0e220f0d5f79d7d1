// Notices databases that become late, or overdue for a drill, by nothing but the passing of time, and tells of it: no event of Docker's would.
import type { Clock, EventHub } from "../ports.ts"
import type { Deadline } from "./world.ts"

export interface Freshness {
  /** Tells of every server of which a database has become late, or is late no longer, since the last time. Its own timer calls it. */
  check(): void
  stop(): void
}

/** A clock that jumps moves deadlines without a word. */
const longestNap = 60_000
/** After a new backup, new labels, a new database: deadlines have moved. Many at once are one reason to check. */
const settleMilliseconds = 1000

const nameOf = ({ databaseId, of }: Deadline) => `${of ?? "backup"} ${databaseId}`

export function createFreshness(
  deadlines: () => readonly Deadline[],
  clock: Clock,
  events: EventHub,
): Freshness {
  let late: ReadonlySet<string> | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let wakesAt = 0

  const wakeIn = (milliseconds: number) => {
    clearTimeout(timer)
    wakesAt = performance.now() + milliseconds
    timer = setTimeout(check, milliseconds)
    timer.unref?.()
  }

  const check = () => {
    const now = clock()
    const all = deadlines()
    const before = late
    late = new Set(all.filter(({ lateAt }) => lateAt < now).map(nameOf))
    let soonest = longestNap
    const changed = new Set<Deadline["serverId"]>()
    for (const deadline of all) {
      const { serverId, lateAt } = deadline
      const name = nameOf(deadline)
      if (before && before.has(name) !== late.has(name)) changed.add(serverId)
      // It is late a millisecond after its deadline, not at it.
      if (lateAt >= now) soonest = Math.min(soonest, lateAt.getTime() - now.getTime() + 1)
    }
    wakeIn(soonest)
    for (const serverId of changed) events.publish({ name: "server.changed", data: { serverId } })
  }

  check()
  const unsubscribe = events.subscribe(null, (_, { name }) => {
    if (name !== "server.changed" && name !== "backup.updated") return
    if (performance.now() + settleMilliseconds < wakesAt) wakeIn(settleMilliseconds)
  })
  return {
    check,
    stop() {
      unsubscribe()
      clearTimeout(timer)
    },
  }
}
