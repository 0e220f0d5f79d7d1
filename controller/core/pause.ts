// Who has paused a job: its label, a person over the API, or the operator's settings. What is in force is one value.
import type { JobView } from "../../schemas/job.ts"
import type { JobId } from "../../schemas/server.ts"
import type { Change, DesiredJob } from "./schedule-plan.ts"
import type { DerivedServer } from "./server.ts"

export type PausedBy = JobView["pausedBy"]

/**
 * Who keeps a job's schedule from starting runs; null when nobody does. A pause of all goes before everything; then what a
 * person said about this job, either way; then its label.
 * @param overrides what a person switched on or off, by job
 */
export function pausedBy(
  job: Pick<DesiredJob, "id" | "spec">,
  overrides: ReadonlyMap<JobId, boolean>,
  all: "person" | "settings" | null,
): PausedBy {
  if (all !== null) return all
  const enabled = overrides.get(job.id)
  if (enabled !== undefined) return enabled ? null : "person"
  return job.spec.paused ? "label" : null
}

/** The server with its jobs paused or not as `by` says: everything that reads `paused` then obeys, the schedule included. */
export function withPauses(server: DerivedServer, by: (job: DesiredJob) => PausedBy): DerivedServer {
  const jobs = server.jobs.map((job) => {
    const pausedBy = by(job)
    const paused = pausedBy !== null
    if (paused === job.spec.paused) return { ...job, pausedBy }
    // Another fingerprint, so that what is scheduled by the label is replaced.
    const fingerprint = `${job.fingerprint}${paused ? " paused" : " enabled"}`
    return { ...job, spec: { ...job.spec, paused }, fingerprint, pausedBy }
  })
  return { ...server, jobs }
}

/** Jobs that were paused and are no longer: they may owe a run for what they missed. */
export function resumed(
  changes: readonly Change[],
  scheduled: ReadonlyMap<JobId, DesiredJob>,
): readonly DesiredJob[] {
  return changes.flatMap((change) =>
    change.kind === "replace" && scheduled.get(change.job.id)?.spec.paused && !change.job.spec.paused
      ? [change.job]
      : [],
  )
}
