// Whether a job's labels ask for its newest backup to be checked again now, and how far.
import type { CompletedBackup } from "../../schemas/backup.ts"
import type { JobLabels } from "../../schemas/labels.ts"
import { type Verification, type VerifyLevel, verifyLevels } from "../../schemas/verification.ts"
import { labelRules, type Rules, type Timed } from "./schedule-plan.ts"
import { ticksAround } from "./ticks.ts"

/** Whether a job asks for more than what is done for every backup: its copies are compared when they are stored. */
export const asksForMore = (spec: Pick<JobLabels, "verify" | "verify.schedule">): boolean =>
  spec.verify !== "checksum" || spec["verify.schedule"] !== undefined

/**
 * Null: not now. With a `verify.schedule`, which a job with drills always has, the newest backup is due at each tick after it was
 * stored or last checked so far; without one, once. A check that found it bad was one.
 */
export function verifyDue(
  backup: Pick<CompletedBackup, "finishedAt">,
  job: Timed,
  verifications: readonly Verification[],
  now: Date,
  rules: Rules = labelRules,
): VerifyLevel | null {
  if (!asksForMore(job.spec) || rules.isPaused(job) || rules.postpone(now) > now) return null
  const level = job.spec.verify
  const done = verifications
    .filter((one) => rank(one.level) >= rank(level))
    .map(({ finishedAt }) => finishedAt)
  const schedule = job.spec["verify.schedule"]
  if (schedule === undefined) return done.length === 0 ? level : null
  if (schedule.kind === "manual") return null
  const since = new Date([backup.finishedAt, ...done].sort().at(-1) ?? backup.finishedAt)
  const [tick] = ticksAround(schedule.pattern, job.timeZone, since).after
  return tick !== undefined && tick <= now ? level : null
}

const rank = (level: VerifyLevel) => verifyLevels.indexOf(level)
