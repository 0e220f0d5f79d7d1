// What the scheduler must do so that it matches what Docker shows, and whether a job owes a run already. No clock, no I/O.
import { createHash } from "node:crypto"
import { hasHash, resolveHash } from "../../schemas/cron-hash.ts"
import type { BackupType } from "../../schemas/job.ts"
import type { JobLabels } from "../../schemas/labels.ts"
import type { Run, Trigger } from "../../schemas/run.ts"
import { nextRuns, type Schedule } from "../../schemas/scalar.ts"
import type { JobId, ServerId } from "../../schemas/server.ts"

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
  readonly fingerprint: string
}

/** The job, with a value of its own for each `H` of its schedule: the same whenever and wherever it is derived. */
export function desiredJob(
  id: JobId,
  serverId: ServerId,
  name: string,
  labels: JobLabels,
  timeZone: string,
  destinations: readonly string[],
): DesiredJob {
  const spec = { ...labels, schedule: resolvedSchedule(labels.schedule, id) }
  const fingerprint = createHash("sha256")
    .update(JSON.stringify([spec, timeZone, destinations]))
    .digest("hex")
  return { id, serverId, name, spec, timeZone, destinations, fingerprint }
}

function resolvedSchedule(schedule: Schedule, id: JobId): Schedule {
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

/** When the job fires next after a moment; null when it never does by itself. */
export function nextRunAt(job: Pick<DesiredJob, "spec" | "timeZone">, after: Date): Date | null {
  const { schedule, paused } = job.spec
  if (schedule.kind === "manual" || paused) return null
  return nextRuns(schedule.pattern, job.timeZone, after, 1)[0] ?? null
}

/**
 * The run a job owes now: its `first`, when it never began one, or one `catch-up`, however many ticks were missed since
 * the last began. Null when none is due, or when its labels say to skip.
 */
export function owedRun(
  job: DesiredJob,
  lastRun: Run | undefined,
  now: Date,
): Extract<Trigger, "first" | "catch-up"> | null {
  if (job.spec["on-missed"] === "skip" || nextRunAt(job, now) === null) return null
  if (lastRun === undefined) return "first"
  const due = nextRunAt(job, new Date(lastRun.queuedAt))
  return due !== null && due <= now ? "catch-up" : null
}

const hourSeconds = 3600
const daySeconds = 24 * hourSeconds

/** When a backup finished at a moment is late: at the second tick after it. Null when nothing is scheduled. */
export function lateAt(job: Pick<DesiredJob, "spec" | "timeZone">, finishedAt: Date): Date | null {
  const next = nextRunAt(job, finishedAt)
  return next && nextRunAt(job, next)
}

/** Seconds between the next two ticks after a moment; null when there are none. */
export function intervalSeconds(job: Pick<DesiredJob, "spec" | "timeZone">, after: Date): number | null {
  const { schedule } = job.spec
  if (schedule.kind === "manual") return null
  const [first, second] = nextRuns(schedule.pattern, job.timeZone, after, 2)
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
