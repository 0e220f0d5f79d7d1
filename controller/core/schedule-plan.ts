// What the scheduler must do so that it matches what Docker shows, and whether a job owes a run already. No clock, no I/O.
import { createHash } from "node:crypto"
import { hasHash, resolveHash } from "../../schemas/cron-hash.ts"
import type { BackupType } from "../../schemas/job.ts"
import type { JobLabels } from "../../schemas/labels.ts"
import type { Run, Trigger } from "../../schemas/run.ts"
import { Schedule } from "../../schemas/scalar.ts"
import type { JobId, ServerId } from "../../schemas/server.ts"
import { noOperatorRetention, type OperatorRetention } from "./job-retention.ts"
import { ticksAround } from "./ticks.ts"

/** A job as the labels want it. Two with the same fingerprint are the same job. */
export interface DesiredJob {
  readonly id: JobId
  readonly serverId: ServerId
  readonly name: string
  readonly spec: JobLabels
  /** The zone in force: the label's, else the controller's. */
  readonly timeZone: string
  /** The destinations in force, by name. */
  readonly destinations: readonly string[]
  /** What the operator's settings say of its retention; nothing when absent. */
  readonly operatorRetention?: OperatorRetention
  readonly fingerprint: string
}

/** A drill costs what a restore costs: each job has its hour of the week for it, rather than after each run. */
const drillSchedule = Schedule.parse("H H * * H")

/** The job, with a value of its own for each `H` of its schedule: the same whenever and wherever it is derived. */
export function desiredJob(
  id: JobId,
  serverId: ServerId,
  name: string,
  labels: JobLabels,
  timeZone: string,
  destinations: readonly string[],
  operatorRetention: OperatorRetention = noOperatorRetention,
): DesiredJob {
  const verify = labels["verify.schedule"] ?? (labels.verify === "drill" ? drillSchedule : undefined)
  const spec = {
    ...{ ...labels, schedule: resolvedSchedule(labels.schedule, id) },
    ...(verify && { "verify.schedule": resolvedSchedule(verify, `${id} verify`) }),
  }
  const fingerprint = createHash("sha256")
    .update(JSON.stringify([spec, timeZone, destinations, operatorRetention]))
    .digest("hex")
  return { id, serverId, name, spec, timeZone, destinations, operatorRetention, fingerprint }
}

function resolvedSchedule(schedule: Schedule, id: string): Schedule {
  if (schedule.kind !== "cron" || !hasHash(schedule.pattern)) return schedule
  const pick = (field: string) => createHash("sha256").update(`${id} ${field}`).digest().readUInt32BE()
  return { ...schedule, pattern: resolveHash(schedule.pattern, pick) }
}

export type Observation =
  | { readonly kind: "seen"; readonly jobs: ReadonlyMap<JobId, DesiredJob> }
  | { readonly kind: "unreachable" }

export type Change =
  | { readonly kind: "start"; readonly job: DesiredJob }
  | { readonly kind: "replace"; readonly job: DesiredJob }
  | { readonly kind: "stop"; readonly id: JobId }

/** The changes that lead from what is scheduled to what is wanted. Not seeing containers is not the same as there being none. */
export function planSchedule(
  observed: Observation,
  scheduled: ReadonlyMap<JobId, DesiredJob>,
): readonly Change[] {
  if (observed.kind === "unreachable") return []
  const changes: Change[] = []
  for (const [id, job] of observed.jobs) {
    const was = scheduled.get(id)
    if (!was) changes.push({ kind: "start", job })
    else if (was.fingerprint !== job.fingerprint) changes.push({ kind: "replace", job })
  }
  for (const id of scheduled.keys()) if (!observed.jobs.has(id)) changes.push({ kind: "stop", id })
  return changes
}

/** What decides about a job's time, as far as its times go. */
export type Timed = Pick<DesiredJob, "id" | "spec" | "timeZone">

/** What stands above a job's own schedule: windows in which nothing begins, and who has paused it. */
export interface Rules {
  /** The moment itself, or the end of the blackout window that it falls in. */
  readonly postpone: (at: Date) => Date
  readonly isPaused: (job: Timed) => boolean
}
/** Those in force where only labels speak. */
export const labelRules: Rules = { postpone: (at) => at, isPaused: ({ spec }) => spec.paused }

/**
 * When the job starts next by itself after a moment: at a tick, later by the tick's jitter, after the blackout window that it
 * would fall in. Ticks that one window holds up start as one. Null when it never starts by itself, paused or not.
 */
export function nextStart(job: Timed, after: Date, postpone: Rules["postpone"]): Date | null {
  const { schedule } = job.spec
  if (schedule.kind === "manual") return null
  const { before, after: ahead } = ticksAround(schedule.pattern, job.timeZone, after)
  // What is under way from earlier: held up by a window that is not over yet, or by a jitter.
  const started = before.map((tick, i) => jittered(job, tick, before[i + 1] ?? ahead[0])).toReversed()
  const held = started.find((at) => at <= after)
  if (held && postpone(held) > after) return postpone(held)
  const delayed = started.find((at) => at > after)
  if (delayed) return postpone(delayed)
  const [next, following] = ahead
  return next ? postpone(jittered(job, next, following)) : null
}

/**
 * A tick with its jitter: the same at every asking, different for each job and tick, in whole seconds. Always before the next
 * tick, so that no tick overtakes or swallows another.
 */
function jittered({ id, spec }: Timed, tick: Date, next: Date | undefined): Date {
  if (spec.jitter === 0) return tick
  const room = next ? (next.getTime() - tick.getTime()) / 1000 : Number.POSITIVE_INFINITY
  const hash = createHash("sha256").update(`${id} ${tick.getTime()}`).digest()
  const seconds = Math.floor((hash.readUInt32BE() / 2 ** 32) * Math.min(spec.jitter + 1, room))
  return new Date(tick.getTime() + seconds * 1000)
}

/** When the job starts next by itself after a moment; null when it never does, or is paused. */
export function nextRunAt(job: Timed, after: Date, rules = labelRules): Date | null {
  return rules.isPaused(job) ? null : nextStart(job, after, rules.postpone)
}

/** The next `count` times that the job starts by itself after a moment, soonest first. */
export function nextRunsAt(job: Timed, after: Date, count: number, rules = labelRules): readonly Date[] {
  const starts: Date[] = []
  for (let next = nextRunAt(job, after, rules); next && starts.length < count; ) {
    starts.push(next)
    next = nextRunAt(job, next, rules)
  }
  return starts
}

/**
 * The run a job owes now: its `first`, when it never began one, or one `catch-up`, however many ticks were missed since
 * the last began. Null when none is due, when its labels say to skip, or while a blackout window lasts.
 */
export function owedRun(
  job: DesiredJob,
  lastRun: Run | undefined,
  now: Date,
  rules = labelRules,
): Extract<Trigger, "first" | "catch-up"> | null {
  if (job.spec["on-missed"] === "skip" || nextRunAt(job, now, rules) === null) return null
  if (rules.postpone(now) > now) return null
  if (lastRun === undefined) return "first"
  const due = nextRunAt(job, new Date(lastRun.queuedAt), rules)
  return due !== null && due <= now ? "catch-up" : null
}

const hourSeconds = 3600
const daySeconds = 24 * hourSeconds

/**
 * When a backup finished at a moment is late: once it is older than the job's `max-age`, else at the second start after it.
 * Null when nothing is scheduled and no age is asked for, or while the job is paused.
 */
export function lateAt(job: Timed, finishedAt: Date, rules = labelRules): Date | null {
  if (rules.isPaused(job)) return null
  const maxAge = job.spec["max-age"]
  if (maxAge !== undefined) return new Date(finishedAt.getTime() + maxAge * 1000)
  const next = nextRunAt(job, finishedAt, rules)
  return next && nextRunAt(job, next, rules)
}

/** Seconds between the next two ticks after a moment; null when there are none. */
export function intervalSeconds(job: Pick<DesiredJob, "spec" | "timeZone">, after: Date): number | null {
  const { schedule } = job.spec
  if (schedule.kind === "manual") return null
  const [first, second] = ticksAround(schedule.pattern, job.timeZone, after).after
  return first && second ? (second.getTime() - first.getTime()) / 1000 : null
}

/** The preset's name, or for a custom pattern the longest preset period that is not longer than its interval. */
export function backupType(job: Pick<DesiredJob, "spec" | "timeZone">, after: Date): BackupType {
  const seconds = intervalSeconds(job, after)
  if (seconds === null) return "manual"
  // Months have 28 days at least, days 23 hours at least (daylight saving).
  if (seconds >= 28 * daySeconds - hourSeconds) return "monthly"
  if (seconds >= 7 * daySeconds - hourSeconds) return "weekly"
  return seconds >= daySeconds - hourSeconds ? "daily" : "hourly"
}
