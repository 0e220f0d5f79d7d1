// Whether the drills that a job asks for have stayed away: as for late backups, two of them must be missed.
import type { Problem } from "../../schemas/errors.ts"
import type { JobId } from "../../schemas/server.ts"
import type { VerifyTask } from "../../schemas/verify-task.ts"
import { Fault, inFull, problemOf } from "./fault.ts"
import { labelRules, type Rules, type Timed } from "./schedule-plan.ts"
import { ticksAround } from "./ticks.ts"

/** Of one database, as backed up by one job. */
export interface Drilled {
  /** When the last drill passed; null: none ever did. */
  readonly passedAt: Date | null
  /** When its first backup was stored, still there or not; null: none was. */
  readonly firstBackupAt: Date | null
}
export type DrilledBy = (jobId: JobId) => Drilled

/** A drill that could not be carried out to its end, which says nothing of the backup. */
export interface NoVerdict {
  readonly backupId: string
  readonly at: string
  readonly problem: Problem
}

/** When a drill must have passed at the latest. Null while none is asked for, nothing could be drilled yet, or the job is paused. */
export function drillDeadline(job: Timed, drilled: () => Drilled, rules: Rules = labelRules): Date | null {
  const { verify, "verify.schedule": schedule } = job.spec
  if (verify !== "drill" || schedule?.kind !== "cron" || rules.isPaused(job)) return null
  const { passedAt, firstBackupAt } = drilled()
  const since = passedAt ?? firstBackupAt
  return since && (ticksAround(schedule.pattern, job.timeZone, since).after[1] ?? null)
}

/** Null when none of the jobs misses its drills. @param name server and database, as on the command line */
export function overdueDrill(
  jobs: readonly Timed[],
  drilledBy: DrilledBy,
  name: string,
  noVerdict: NoVerdict | null,
  now: Date,
  rules: Rules = labelRules,
): Problem | null {
  const job = jobs.find((one) => {
    const deadline = drillDeadline(one, () => drilledBy(one.id), rules)
    return deadline !== null && deadline < now
  })
  if (!job) return null
  const { passedAt } = drilledBy(job.id)
  const since = passedAt === null ? "ever passed" : `passed since ${passedAt.toISOString()}`
  const hint = noVerdict
    ? `The last one reached no verdict: ${inFull(noVerdict.problem)}`
    : `Have one made now: dbbackup verify ${name} --level drill --wait.`
  return problemOf(new Fault("drill-overdue", `no drill of it has ${since}, and two were due`, { hint }))
}

/** Of each database the newest drill, where that reached no verdict. @param tasks the newest first */
export function noVerdicts(tasks: readonly VerifyTask[]): ReadonlyMap<string, NoVerdict> {
  const seen = new Set<string>()
  const found = new Map<string, NoVerdict>()
  for (const task of tasks) {
    if (task.level !== "drill" || seen.has(task.databaseId)) continue
    if (task.status === "queued" || task.status === "running" || task.status === "cancelled") continue
    seen.add(task.databaseId)
    if (task.status !== "completed")
      found.set(task.databaseId, { backupId: task.backupId, at: task.finishedAt, problem: task.error })
  }
  return found
}
