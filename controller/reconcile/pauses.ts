// What people and the operator's settings have paused, as it is remembered. Who wins is decided in core/pause.
import type { JobId } from "../../schemas/server.ts"
import { type PausedBy, pausedBy } from "../core/pause.ts"
import type { DesiredJob } from "../core/schedule-plan.ts"
import type { Actions, Catalogue, Clock } from "../ports.ts"

export interface Pauses extends Pick<Actions, "overrideSchedule" | "pauseAll"> {
  /** Who keeps the job's schedule from starting runs; null when nobody does. */
  by(job: Pick<DesiredJob, "id" | "spec">): PausedBy
  isPaused(job: Pick<DesiredJob, "id" | "spec">): boolean
  /** Who has paused every job; null when nobody has. */
  forAll(): "person" | "settings" | null
}

/** The row of a pause of every job. No job has this id: theirs hold a colon. */
const everyJob = "*" as JobId

/**
 * @param pausedInSettings asked each time, because settings can change
 * @param changed is told after each change has been remembered
 */
export function createPauses(
  catalogue: Pick<Catalogue, "overrides" | "saveOverride" | "removeOverride">,
  clock: Clock,
  pausedInSettings: () => boolean,
  changed: () => void,
): Pauses {
  const overrides = new Map(catalogue.overrides().map(({ jobId, enabled }) => [jobId, enabled]))

  const decide = (jobId: JobId, enabled: boolean | null) => {
    if (enabled === null) {
      catalogue.removeOverride(jobId)
      overrides.delete(jobId)
    } else {
      catalogue.saveOverride({ jobId, enabled, at: clock() })
      overrides.set(jobId, enabled)
    }
    changed()
  }
  const forAll = () => {
    if (overrides.get(everyJob) === false) return "person"
    return pausedInSettings() ? "settings" : null
  }
  const by: Pauses["by"] = (job) => pausedBy(job, overrides, forAll())

  return {
    by,
    forAll,
    isPaused: (job) => by(job) !== null,
    overrideSchedule: decide,
    pauseAll: (paused) => decide(everyJob, paused ? false : null),
  }
}
