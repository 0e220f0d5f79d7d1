// When what is fresh now becomes late: the backups of each subject of a server, and the drills of them.
import type { CompletedBackup } from "../../schemas/backup.ts"
import type { DatabaseId, ServerId } from "../../schemas/server.ts"
import { covers, standsFor, subjectsSeen } from "./covering.ts"
import { databaseIdOf } from "./key.ts"
import { type DrilledBy, drillDeadline } from "./overdue-drill.ts"
import { type DesiredJob, labelRules, lateAt, type Rules } from "./schedule-plan.ts"

/** When each subject of a server that has a good backup is late, in no order. */
export function deadlinesOf(
  serverId: ServerId,
  jobs: readonly DesiredJob[],
  databases: readonly string[],
  lastGood: (id: DatabaseId) => CompletedBackup | undefined,
  rules = labelRules,
): readonly { readonly serverId: ServerId; readonly databaseId: DatabaseId; readonly lateAt: Date }[] {
  return subjectsSeen(jobs, databases).flatMap((subject) => {
    const databaseId = databaseIdOf(serverId, subject)
    const backup = lastGood(databaseId)
    const taken = jobs.filter((job) => covers(job, subject) && standsFor(job, subject))
    const at = backup && lateFrom(taken, backup, rules)
    return at ? [{ serverId, databaseId, lateAt: at }] : []
  })
}

/** When drills of each subject of a server are overdue, in no order. */
export function drillDeadlinesOf(
  serverId: ServerId,
  jobs: readonly DesiredJob[],
  databases: readonly string[],
  drilledBy: (id: DatabaseId) => DrilledBy,
  rules = labelRules,
): ReturnType<typeof deadlinesOf> {
  const asking = jobs.filter(({ spec }) => spec.verify === "drill")
  return subjectsSeen(asking, databases).flatMap((subject) => {
    const databaseId = databaseIdOf(serverId, subject)
    return asking
      .filter((job) => covers(job, subject))
      .flatMap((job) => drillDeadline(job, () => drilledBy(databaseId)(job.id), rules) ?? [])
      .map((lateAt) => ({ serverId, databaseId, lateAt }))
  })
}

/** The soonest at which one of the jobs calls the backup late; null when none ever does. */
export function lateFrom(jobs: readonly DesiredJob[], lastGood: CompletedBackup, rules: Rules): Date | null {
  const finishedAt = new Date(lastGood.finishedAt)
  const times = jobs.map((job) => lateAt(job, finishedAt, rules)).filter((at) => at !== null)
  return times.length === 0 ? null : new Date(Math.min(...times.map((at) => at.getTime())))
}
