// What retention would do, for people to look at: the plan of a prune as it would be carried out now, with times and sizes.
import type { CompletedBackup } from "../../schemas/backup.ts"
import { formatRetention } from "../../schemas/retention.ts"
import type { RetentionPreview } from "../../schemas/retention-policy.ts"
import type { Database } from "../../schemas/server.ts"
import { noOperatorRetention, retentionOf } from "./job-retention.ts"
import { braked } from "./prune-brake.ts"
import type { DesiredJob } from "./schedule-plan.ts"

/** @param good of the job and the database. @param isDetailed whether it names each backup */
export function retentionPreview(
  job: DesiredJob,
  database: Pick<Database, "id" | "name" | "server">,
  good: readonly CompletedBackup[],
  halt: string | null,
  now: Date,
  isDetailed: boolean,
): RetentionPreview {
  const plan = retentionOf(good, job, now)
  const byId = new Map(good.map((backup) => [backup.id as string, backup]))
  const facts = (backupId: string) => {
    const { finishedAt = "", proof } = byId.get(backupId) ?? {}
    return { backupId, finishedAt, storedBytes: proof?.storedBytes ?? 0 }
  }
  const gone = new Map<string, string[]>()
  for (const { backupId, destinations } of plan.prune)
    gone.set(backupId, [...(gone.get(backupId) ?? []), ...destinations])
  const staying = (id: string) =>
    (byId.get(id)?.copies ?? []).flatMap(({ state, destination }) =>
      state === "stored" && !gone.get(id)?.includes(destination) ? [destination] : [],
    )
  const { at } = job.operatorRetention ?? noOperatorRetention
  return {
    jobId: job.id,
    job: job.name,
    databaseId: database.id,
    database: database.name,
    serverName: database.server.name,
    retention: formatRetention(job.spec.retention),
    at: Object.fromEntries(Object.entries(at).map(([name, policy]) => [name, formatRetention(policy)])),
    kept: plan.keep.length,
    pruned: gone.size,
    freedBytes: plan.prune.reduce(
      (sum, { backupId, destinations }) => sum + facts(backupId).storedBytes * destinations.length,
      0,
    ),
    waits: braked(plan, job.spec["max-prune"], []).waits.length,
    halt,
    ...(isDetailed && {
      keep: plan.keep.map(({ backupId, reasons }) => ({
        ...facts(backupId),
        destinations: staying(backupId),
        reasons: [...reasons],
      })),
      prune: plan.prune.map(({ backupId, destinations, reason }) => ({
        ...facts(backupId),
        destinations: [...destinations],
        reason,
      })),
    }),
  }
}
