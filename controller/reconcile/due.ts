// What begins by itself: ticks, what a job owes, and other tries of what failed. Makes the record and queues the work.
import type { RunId, Trigger } from "../../schemas/run.ts"
import { Fault, problemOf } from "../core/fault.ts"
import { type DesiredJob, labelRules, owedRun, type Rules } from "../core/schedule-plan.ts"
import type { Catalogue, Clock, Log } from "../ports.ts"
import type { Pauses } from "./pauses.ts"
import { waitingRetry, waitingRun } from "./pending.ts"
import type { Queue } from "./queue.ts"
import { createRetries, stoodFor } from "./retries.ts"
import type { BackupOrder, Work } from "./work.ts"
import type { World } from "./world.ts"

export interface Due {
  /** A scheduled tick of a job. */
  tick(job: DesiredJob): void
  /** Begins what a job owes: its first run, or one catch-up. Once per job and process. */
  settleDebts(jobs: Iterable<DesiredJob>): void
  /** Jobs that are paused no longer: each may owe one catch-up again, as after downtime. */
  resume(jobs: readonly DesiredJob[]): void
  /** Tries again what is due. To be called once containers were seen: before, every job looks removed. */
  retryDue(): void
  /** Records a run and queues it. */
  begin(job: DesiredJob, trigger: Trigger, more: More): void
  /** Gives up the retry that an ended run waits for; false when it waits for none. `why`: facts, lower case, no full stop. */
  giveUpRetry(id: RunId, why: string): boolean
}

type More = Partial<Pick<BackupOrder, "runId" | "only" | "attempt" | "again">> & {
  readonly retryOf?: RunId
}

export function createDue(deps: {
  readonly catalogue: Catalogue
  readonly world: World
  readonly queue: Queue
  readonly work: Work
  readonly pauses: Pick<Pauses, "by" | "isPaused">
  /** The labels' own, when there are no others. */
  readonly rules?: Rules
  readonly clock: Clock
  readonly newId: () => string
  readonly log: Log
}): Due {
  const { catalogue, world, queue, work, pauses, rules = labelRules, clock, newId, log } = deps
  const settled = new Set<string>()

  const begin = (
    job: DesiredJob,
    trigger: Trigger,
    { runId = newId() as RunId, only = null, attempt = 1, again = null, retryOf }: More,
  ) => {
    const { id: jobId, serverId, spec } = job
    const serverName = world.derived(serverId)?.name ?? serverId
    const queuedAt = clock()
    catalogue.addRun({
      id: runId,
      serverId,
      serverName,
      jobId,
      trigger,
      queuedAt,
      attempt,
      retryOf: retryOf ?? null,
    })
    if (only) catalogue.addBackup(only.backup)
    const target = () => world.require(serverId)
    queue.add({
      id: runId,
      serverId,
      group: spec.group ?? null,
      urgent: false,
      priority: spec.priority,
      async run(signal) {
        await work.backUp({ runId, trigger, job, target, only, attempt, again }, signal)
        if (only) orLog(job, () => retries.review(jobId))
      },
    })
  }

  /** A run of all that the job takes: it stands for every other try of what failed before. */
  const beginWhole = (job: DesiredJob, trigger: Trigger) => {
    const retry = waitingRetry(catalogue, job.id)
    begin(job, trigger, {})
    retries.giveUp(job.id, stoodFor)
    if (retry) queue.cancel(retry.id, new Fault("cancelled", stoodFor))
  }

  const retries = createRetries({
    catalogue,
    world,
    clock,
    isPaused: pauses.isPaused,
    begin: (job, failed, again) =>
      orLog(job, () => {
        // A run of the whole job that is owed stands for it.
        settleDebts([job])
        const { id, attempt, retryOf } = failed
        if (!catalogue.retries({ jobId: job.id }).some((pending) => pending.id === id)) return
        log("info", `${job.id} is tried again`)
        begin(job, "retry", { attempt: attempt + 1, retryOf: retryOf ?? id, again })
      }),
  })

  /** A record that cannot be written (a full disk, say) must not end the timer that other jobs wait for. */
  const orLog = (job: DesiredJob, attempt: () => void) => {
    try {
      attempt()
    } catch (error) {
      const { message, hint } = problemOf(error)
      log("error", `${job.id} could not begin a run: ${message}`, { hint })
    }
  }

  const settleDebts = (jobs: Iterable<DesiredJob>) => {
    for (const job of jobs)
      orLog(job, () => {
        const trigger = pauses.isPaused(job)
          ? null
          : owedRun(job, catalogue.lastRunOf(job.id), clock(), rules)
        if (trigger === null || settled.has(job.id) || waitingRun(catalogue, job.id)) return
        settled.add(job.id)
        const why = trigger === "first" ? "never ran: its first run" : "missed its time: one catch-up run"
        log("info", `${job.id} ${why} begins`)
        beginWhole(job, trigger)
      })
  }

  return {
    begin,
    settleDebts,

    tick(job) {
      orLog(job, () => {
        const paused = pauses.by(job)
        if (paused !== null) return log("info", `${job.id} is due, but paused (by: ${paused})`)
        const waiting = waitingRun(catalogue, job.id)
        if (waiting) {
          const message = "another tick came while this run was still waiting: both are this one run"
          catalogue.log(waiting.id, clock(), "warn", message)
          return
        }
        log("info", `${job.id} is due`)
        beginWhole(job, "schedule")
      })
    },

    resume(jobs) {
      for (const job of jobs) settled.delete(job.id)
      settleDebts(jobs)
    },

    retryDue() {
      const now = clock()
      // Another try is no more wanted in a blackout window than the first.
      if (rules.postpone(now) > now) return
      try {
        retries.check()
      } catch (error) {
        log("error", `what failed could not be tried again: ${problemOf(error).message}`)
      }
    },

    giveUpRetry(id, why) {
      const run = catalogue.run(id)
      if (!run || !("retryAt" in run) || run.retryAt === null) return false
      retries.giveUp(run.jobId, why)
      return true
    },
  }
}
