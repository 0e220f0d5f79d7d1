// Fires jobs at their times. One timer for all: it re-checks the clock at least every 30 s, so that no wait can overflow
// and a clock that jumps, or a machine that slept, is noticed.

import type { JobId } from "../../schemas/server.ts"
import { type Change, type DesiredJob, nextRunAt } from "../core/schedule-plan.ts"
import type { Clock } from "../ports.ts"

export interface Scheduler {
  apply(changes: readonly Change[]): void
  /** What is scheduled now, by job. */
  jobs(): ReadonlyMap<JobId, DesiredJob>
  stop(): void
}

const longestNap = 30_000

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
    // A clock set back would leave every tick in a far future: plan them anew.
    if (now < checkedAt) for (const job of jobs.values()) plan(job, now)
    checkedAt = now
    for (const [id, at] of [...due]) {
      if (at > now) continue
      const job = jobs.get(id)
      if (!job) continue
      plan(job, now)
      fire(job)
    }
    nap()
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
    jobs: () => jobs,
    stop: () => clearTimeout(timer),
  }
}
