// Asks for the checks that labels want: one at a time, of the newest backup of each database, at the nearest copy that is good. What is due
// follows from the labels and the catalogue, so that a restart forgets none.
import type { CompletedBackup } from "../../schemas/backup.ts"
import type { JobId } from "../../schemas/server.ts"
import { problemOf } from "../core/fault.ts"
import type { DesiredJob, Rules } from "../core/schedule-plan.ts"
import { asksForMore, verifyDue } from "../core/verify-due.ts"
import type { Catalogue, Clock, EventHub, Log } from "../ports.ts"
import type { Verifications } from "./verifications.ts"
import type { World } from "./world.ts"

export interface DueVerifications {
  /** Asks for one that is due. */
  check(): void
  /** Checks after each run and each check, and every half minute, until the signal is aborted. */
  follow(): void
}

const paceMilliseconds = 30_000
const firstHoldMilliseconds = 15 * 60_000
const longestHoldMilliseconds = 24 * 3600 * 1000

export function createDueVerifications(deps: {
  readonly catalogue: Pick<Catalogue, "lastGood" | "newestGood" | "verifications">
  readonly world: Pick<World, "wantedJobs" | "databases">
  readonly verifications: Pick<Verifications, "ask" | "isBusy">
  readonly events: Pick<EventHub, "subscribe">
  readonly rules: Rules
  readonly clock: Clock
  readonly log: Log
  readonly signal: AbortSignal
}): DueVerifications {
  const { catalogue, world, verifications, events, rules, clock, log, signal } = deps
  /** Of what was asked for and is due still: it could not be looked at, and is asked for again later and later. */
  const held = new Map<string, { readonly until: number; readonly milliseconds: number }>()

  const newestOf = (jobId: JobId, databaseId: CompletedBackup["databaseId"]) => {
    const newest = catalogue.lastGood(databaseId)
    return newest?.jobId === jobId ? newest : catalogue.newestGood(jobId, databaseId)
  }

  const askFor = (job: DesiredJob, backup: CompletedBackup): boolean => {
    const now = clock()
    const level = verifyDue(backup, job, catalogue.verifications(backup.id), now, rules)
    if (level === null) {
      held.delete(backup.id)
      return false
    }
    const last = held.get(backup.id)
    if (last && last.until > now.getTime()) return false
    const milliseconds = Math.min(
      last ? last.milliseconds * 2 : firstHoldMilliseconds,
      longestHoldMilliseconds,
    )
    held.set(backup.id, { until: now.getTime() + milliseconds, milliseconds })
    verifications.ask({ backupId: backup.id, level, destination: null, askedBy: "label" })
    return true
  }

  const check = () => {
    if (signal.aborted || verifications.isBusy()) return
    const jobs = [...world.wantedJobs().values()].filter(({ spec }) => asksForMore(spec))
    if (jobs.length === 0) return
    try {
      const databases = world.databases()
      for (const job of jobs)
        for (const { id, server, jobs: names } of databases) {
          if (server.id !== job.serverId || !names.includes(job.name)) continue
          const backup = newestOf(job.id, id)
          if (backup && askFor(job, backup)) return
        }
    } catch (error) {
      log("error", `what labels want to be verified could not be looked for: ${problemOf(error).message}`)
    }
  }

  return {
    check,
    follow() {
      const timer = setInterval(check, paceMilliseconds)
      const leave = events.subscribe(null, (_id, { name, data }) => {
        const ended = "status" in data && data.status !== "queued" && data.status !== "running"
        if (ended && (name === "run.updated" || name === "verify.updated")) setImmediate(check)
      })
      const stop = () => {
        clearInterval(timer)
        leave()
      }
      signal.addEventListener("abort", stop, { once: true })
    },
  }
}
