// Whether what failed is tried again by itself, when, and of what. Randomness and the time are passed in.
import { type FaultCode, meaningOf, type Problem } from "../../schemas/errors.ts"
import type { Run } from "../../schemas/run.ts"
import type { Subject } from "../../schemas/server.ts"

/**
 * Whether waiting alone may mend it. What only a person can mend, or has ended on purpose, waits for the next tick; so does a
 * backup that is kept and suspect: another one of the same data would be as small.
 */
export function isWorthRetrying(code: FaultCode): boolean {
  if (code === "backup-suspect") return false
  const { next } = meaningOf(code)
  return next === "retry" || next === "stop-and-alert"
}

const firstDelaySeconds = 60
const longestDelaySeconds = 3600
/** So that what failed together, when a store was away say, is not tried again together. */
const spread = 0.2

/**
 * Seconds between the end of an attempt (the first is 1) and the next one: 1 minute, then twice as long each time, at most
 * an hour, and up to a fifth more or less by `random` (0 to 1).
 */
export function retryDelaySeconds(attempt: number, random: number): number {
  const doubled = Math.min(firstDelaySeconds * 2 ** (attempt - 1), longestDelaySeconds)
  return Math.min(doubled * (1 + spread * (2 * random - 1)), longestDelaySeconds)
}

/** Whether a later run of the whole job, waiting, running or over, is of all that this one is of. */
export function isStoodFor(
  run: Pick<Run, "id" | "retryOf">,
  lastWhole: Pick<Run, "id"> | undefined,
): boolean {
  return lastWhole !== undefined && lastWhole.id !== (run.retryOf ?? run.id)
}

/** A run that has ended, as far as another try of it depends on it. */
export interface Tried {
  readonly attempt: number
  readonly problems: readonly Problem[]
  /** How many more tries than the first its job allows. */
  readonly retries: number
  /** Somebody asked for it: they decide themselves whether to ask again. */
  readonly byHand: boolean
  readonly stoodFor: boolean
}

/** When what failed is tried again; null when it is not. */
export function retryAt(tried: Tried, now: Date, random: number): Date | null {
  const { attempt, problems, retries, byHand, stoodFor } = tried
  if (byHand || stoodFor || attempt > retries) return null
  if (problems.some(({ code }) => code === "cancelled")) return null
  if (!problems.some(({ code }) => isWorthRetrying(code))) return null
  return new Date(now.getTime() + retryDelaySeconds(attempt, random) * 1000)
}

/** What a run did about one subject. */
export interface Attempt {
  readonly subject: Subject
  /** Null when there is a good backup of it, by this run or by a later one of the job. */
  readonly code: FaultCode | null
}

/** What is to be dumped again: the subjects that failed and may work now, none of them, or `all` when nothing worked. */
export function subjectsToRetry(attempts: readonly Attempt[]): readonly Subject[] | "all" {
  const again = attempts.filter(({ code }) => code !== null && isWorthRetrying(code))
  return again.length === attempts.length ? "all" : again.map(({ subject }) => subject)
}

export const doneMeanwhile = "everything that failed was backed up meanwhile"

/** How long a container may be away, while it is recreated say, before its server's retries are given up. */
const graceMilliseconds = 10 * 60_000

export type RetryFate =
  | { readonly kind: "begin"; readonly subjects: readonly Subject[] | null }
  | { readonly kind: "wait" }
  /** `why`: facts, lower case, no full stop. */
  | { readonly kind: "give-up"; readonly why: string }

/** What becomes of a retry whose time has come. The job is as its labels want it by now. */
export function retryFate(
  attempt: number,
  attempts: readonly Attempt[],
  now: Date,
  job: { readonly retries: number; readonly paused: boolean } | undefined,
  /** Since when the server's container is gone; null while it is there. */
  goneSince: Date | null,
): RetryFate {
  const subjects = subjectsToRetry(attempts)
  if (subjects.length === 0) return { kind: "give-up", why: doneMeanwhile }
  if (goneSince !== null && now.getTime() - goneSince.getTime() < graceMilliseconds) return { kind: "wait" }
  if (job === undefined) return { kind: "give-up", why: "there is no such job any more" }
  if (attempt > job.retries)
    return { kind: "give-up", why: `it was try ${attempt} of the ${job.retries + 1} that retries allows` }
  if (job.paused) return { kind: "wait" }
  return { kind: "begin", subjects: subjects === "all" ? null : subjects }
}
