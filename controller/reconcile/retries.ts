// Tries again what failed, when its time has come. Retries are rows: a restart of the controller forgets none.
import type { Run, RunId } from "../../schemas/run.ts"
import type { JobId, Subject } from "../../schemas/server.ts"
import { type Attempt, doneMeanwhile, isStoodFor, retryFate, subjectsToRetry } from "../core/retry-plan.ts"
import type { DesiredJob } from "../core/schedule-plan.ts"
import type { Catalogue, Clock } from "../ports.ts"
import type { World } from "./world.ts"

export interface Retries {
  /** Begins what is due, so many at once, and gives up what is not wanted any more. */
  check(): void
  /** Looks at a job's pending retry again, after something of it was backed up by hand. */
  review(jobId: JobId): void
  /** Gives up a job's pending retry. `why`: facts, lower case, no full stop. */
  giveUp(jobId: JobId, why: string): void
}

// One run backs up one server, and a server has fewer databases than this.
const allBackups = { page: 1, limit: 10_000 }
const newest = { page: 1, limit: 1 }
// Thousands that failed together must not hold everything else up; the rest follows at the next check.
const mostAtOnce = 100

export const stoodFor = "a run of the whole job came first and stands for it"

export function createRetries(deps: {
  readonly catalogue: Catalogue
  readonly world: Pick<World, "derived" | "remembered">
  readonly clock: Clock
  readonly isPaused: (job: DesiredJob) => boolean
  /** Records and queues the next try of a run. Must not throw: others are due as well. */
  readonly begin: (job: DesiredJob, failed: Run, again: readonly Subject[] | null) => void
}): Retries {
  const { catalogue, world, clock, isPaused, begin } = deps

  const drop = (id: RunId, why: string) => {
    catalogue.clearRetry(id)
    catalogue.log(id, clock(), "info", `not tried again: ${why}`)
  }

  /** What was done about each subject by the run and the first of its chain, and whether it has been made good since. */
  const attemptsOf = (run: Run): readonly Attempt[] => {
    const first = catalogue.run(run.retryOf ?? run.id) ?? run
    const backups = [first, run].flatMap(({ id }) => catalogue.backups({ runId: id }, allBackups).rows)
    const lastOf = new Map(backups.map((backup) => [backup.databaseId, backup]))
    return [...lastOf.values()].map((backup) => {
      const { kind, databaseId, database } = backup
      const subject: Subject = kind === "globals" ? { kind } : { kind, name: database }
      const from = new Date(first.queuedAt)
      const isGood =
        catalogue.backups({ jobId: run.jobId, databaseId, status: "completed", from }, newest).total > 0
      return { subject, code: isGood || !("error" in backup) ? null : backup.error.code }
    })
  }

  const decide = (run: Run) => {
    if (isStoodFor(run, catalogue.lastRunOf(run.jobId))) return drop(run.id, stoodFor)
    const server = world.derived(run.serverId)
    const job = server?.jobs.find(({ id }) => id === run.jobId)
    const fate = retryFate(
      run.attempt,
      attemptsOf(run),
      clock(),
      job && { retries: job.spec.retries, paused: isPaused(job) },
      server ? null : (world.remembered().get(run.serverId)?.retiredAt ?? null),
    )
    if (fate.kind === "give-up") drop(run.id, fate.why)
    else if (fate.kind === "begin" && job) begin(job, run, fate.subjects)
    return fate.kind
  }

  return {
    check() {
      const due = catalogue.retries({ until: clock() })
      let begun = 0
      for (const run of due) {
        if (begun === mostAtOnce) return
        if (decide(run) === "begin") begun++
      }
    },
    review(jobId) {
      for (const run of catalogue.retries({ jobId })) {
        if (subjectsToRetry(attemptsOf(run)).length === 0) drop(run.id, doneMeanwhile)
      }
    },
    giveUp(jobId, why) {
      for (const run of catalogue.retries({ jobId })) drop(run.id, why)
    },
  }
}
