// Fires jobs at their times. One timer for all: it re-checks the clock at least every 30 s, so that no wait can overflow
// and a clock that jumps, or a machine that slept, is noticed.

import type { JobId } from "../../schemas/server.ts"
import { type Change, type DesiredJob, nextRunAt } from "../core/schedule-plan.ts"
import type { Clock } from "../ports.ts"

export interface Scheduler {
  apply(changes: readonly Change[]): void
  /** Fires what is due by now, each job once however many of its ticks have passed. Its own timer calls it. */
  check(): void
  /** What is scheduled now, by job. */
  jobs(): ReadonlyMap<JobId, DesiredJob>
  stop(): void
}

const longestNap = 30_000
const correctionMilliseconds = 60_000
const never = new Date(8.64e15)

/** @param fire must not throw: others are due as well */
export function createScheduler(clock: Clock, fire: (job: DesiredJob) => void): Scheduler {
  const jobs = new Map<JobId, DesiredJob>()
  const due = new Map<JobId, Date>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let checkedAt = clock()

  const plan = (job: DesiredJob, after: Date) => {
    const next = nextRunAt(job, after)
    if (next) due.set(job.id, next)
    else due.delete(job.id)
  }

  const check = () => {
    const now = clock()
    // A clock set back would leave every tick in a far future: plan them anew. Not for a small correction, or a tick fires twice.
    if (checkedAt.getTime() - now.getTime() > correctionMilliseconds)
      for (const job of jobs.values()) plan(job, now)
    checkedAt = now
    const owed = [...jobs.values()].filter(({ id }) => (due.get(id) ?? never) <= now)
    for (const job of owed) plan(job, now)
    nap()
    for (const job of owed) fire(job)
  }

  const nap = () => {
    clearTimeout(timer)
    const soonest = Math.min(...[...due.values()].map((at) => at.getTime() - clock().getTime()), longestNap)
    timer = setTimeout(check, Math.max(soonest, 0))
    timer.unref?.()
  }

  nap()
  return {
    apply(changes) {
      for (const change of changes) {
        const id = change.kind === "stop" ? change.id : change.job.id
        due.delete(id)
        jobs.delete(id)
        if (change.kind === "stop") continue
        jobs.set(id, change.job)
        plan(change.job, clock())
      }
      if (changes.length > 0) nap()
    },
    check,
    jobs: () => jobs,
    stop: () => clearTimeout(timer),
  }
}
