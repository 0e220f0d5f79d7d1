// Starts jobs at their times. One timer for all: it re-checks the clock at least every 30 s, so that no wait can overflow
// and a clock that jumps, or a machine that slept, is noticed.

import type { JobId } from "../../schemas/server.ts"
import { type Change, type DesiredJob, labelRules, nextStart, type Rules } from "../core/schedule-plan.ts"
import type { Clock } from "../ports.ts"

export interface Scheduler {
  apply(changes: readonly Change[]): void
  /** Fires what is due by now, each job once however many of its ticks have passed. Its own timer calls it. */
  check(): void
  /** Plans every job anew, because the rules have changed. */
  replan(): void
  /** What is scheduled now, by job. */
  jobs(): ReadonlyMap<JobId, DesiredJob>
  stop(): void
}

const longestNap = 30_000
/**
 * A clock set back shows times again at which jobs have started already: they do not start again, for so long and for one start at
 * least. To wait any longer for times that are new would mean no backups for as long as the clock had been wrong.
 */
const repeatMilliseconds = 3 * 60 * 60 * 1000
const mostRemembered = 64
const never = new Date(8.64e15)

/**
 * @param fire gets the time it was planned for; must not throw: others are due as well
 * @param reopened called when a blackout window has ended: what it held back besides ticks may begin
 */
export function createScheduler(
  clock: Clock,
  fire: (job: DesiredJob, at: Date) => void,
  rules: Rules = labelRules,
  reopened: () => void = () => {},
): Scheduler {
  const jobs = new Map<JobId, DesiredJob>()
  const due = new Map<JobId, Date>()
  /** The starts of a job that were carried out, in milliseconds. Kept when a job goes: it may only be replaced. */
  const started = new Map<JobId, Set<number>>()
  /** Since when a job has not been there: what it missed until it is back, it starts then, once. */
  const goneAt = new Map<JobId, Date>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let checkedAt = clock()
  let closed = false

  const plan = (job: DesiredJob, after: Date) => {
    const before = started.get(job.id)
    const first = nextStart(job, after, rules.postpone)
    let next = first
    while (next && before?.has(next.getTime())) {
      if (next !== first && next.getTime() - after.getTime() > repeatMilliseconds) break
      next = nextStart(job, next, rules.postpone)
    }
    if (next) due.set(job.id, next)
    else due.delete(job.id)
  }

  /** What is owed by the old time stays owed. */
  const planSooner = (job: DesiredJob, after: Date) => {
    const before = due.get(job.id)
    plan(job, after)
    if (before && before < (due.get(job.id) ?? never)) due.set(job.id, before)
  }

  const remember = (id: JobId, at: Date) => {
    const times = started.get(id) ?? new Set()
    started.set(id, times.add(at.getTime()))
    if (times.size <= mostRemembered) return
    for (const time of times) if (time < at.getTime() - repeatMilliseconds) times.delete(time)
  }

  const replan = () => {
    const now = clock()
    for (const job of jobs.values()) plan(job, now)
    nap()
  }

  const check = () => {
    const now = clock()
    // A clock set back would leave every start in a far future, and however little it was, one before its old time may not have been.
    if (now < checkedAt) for (const job of jobs.values()) planSooner(job, now)
    checkedAt = now
    const owed: [DesiredJob, Date][] = []
    for (const job of jobs.values()) {
      const at = due.get(job.id) ?? never
      if (at > now) continue
      // A clock that jumped into a window has skipped the times before it: they wait with the window's own.
      const allowed = rules.postpone(now)
      if (allowed > now) {
        due.set(job.id, allowed)
        continue
      }
      remember(job.id, at)
      plan(job, now)
      if (!rules.isPaused(job)) owed.push([job, at])
    }
    const wasClosed = closed
    closed = rules.postpone(now) > now
    nap()
    for (const [job, at] of owed) fire(job, at)
    if (wasClosed && !closed) reopened()
  }

  const nap = () => {
    clearTimeout(timer)
    let soonest = longestNap
    for (const at of due.values()) soonest = Math.min(soonest, at.getTime() - clock().getTime())
    timer = setTimeout(check, Math.max(soonest, 0))
    timer.unref?.()
  }

  nap()
  return {
    apply(changes) {
      if (changes.length === 0) return
      // What is due by now was due before the change.
      check()
      const now = clock()
      for (const change of changes) {
        const id = change.kind === "stop" ? change.id : change.job.id
        due.delete(id)
        jobs.delete(id)
        if (change.kind === "stop") {
          goneAt.set(id, now)
          continue
        }
        const { job } = change
        const since = job.spec["on-missed"] === "skip" ? now : (goneAt.get(id) ?? now)
        goneAt.delete(id)
        jobs.set(id, job)
        // Not a later moment, by a clock that was set back meanwhile.
        plan(job, new Date(Math.min(since.getTime(), now.getTime())))
      }
      nap()
    },
    check,
    replan,
    jobs: () => jobs,
    stop: () => clearTimeout(timer),
  }
}
