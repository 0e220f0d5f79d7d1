// Heals what a destination missed, when it is back: a few copies at a time, beside the runs, which never wait for it. The
// copies to be made are rows: a restart of the controller forgets none, only how often each was tried.
import { type BackupId, type CompletedBackup, isDoubted } from "../../schemas/backup.ts"
import type { Problem } from "../../schemas/errors.ts"
import { copyName, type Fill, fillsDue, type Held, heldAfter, leavesRoom } from "../core/back-fill-plan.ts"
import { Fault, problemOf } from "../core/fault.ts"
import { isKeptAt } from "../core/job-retention.ts"
import type { Catalogue, Clock, Destination, Log } from "../ports.ts"
import type { World } from "./world.ts"

export interface BackFills {
  /** Begins what is due. */
  check(): void
  /** Checks every few seconds, until the signal is aborted. */
  follow(): void
  /** Has a backup copied to every bucket that it is not in, now. Throws a Fault when there is none. */
  copyToBuckets(id: BackupId): void
  /** Resolves once what is under way has ended, which an aborted signal brings about. */
  ended(): Promise<void>
}

// A copy to a bucket holds some tens of MiB in parts, and shares the machine with the dumps.
const mostAtOnce = 2
const checkMilliseconds = 30_000
const paceMilliseconds = 15_000

export function createBackFills(deps: {
  readonly catalogue: Catalogue
  readonly destinations: ReadonlyMap<string, Destination>
  readonly world: Pick<World, "derived" | "remembered">
  readonly clock: Clock
  /** From 0 to 1, below 1. */
  readonly random: () => number
  readonly log: Log
  /** Records its own outcome and never rejects; the problem when the copy could not be made. */
  readonly fill: (fill: Fill, signal: AbortSignal) => Promise<Problem | undefined>
  readonly signal: AbortSignal
}): BackFills {
  const { catalogue, destinations, world, clock, random, log, fill, signal } = deps
  const namesNow = () => [...destinations.keys()]
  const underWay = new Map<string, Promise<void>>()
  const held = new Map<string, Held>()
  const asked = new Set<string>()
  /** Those that have answered since they last failed. */
  const proven = new Set<string>()

  /** Unknown is not kept: before the containers were seen, retention could be any. Of a server that is gone, all is kept. */
  const isKept = (backup: CompletedBackup, destination: string): boolean => {
    // It stays until somebody decides, and may be all there is.
    if (isDoubted(backup)) return true
    const server = world.derived(backup.serverId)
    if (!server) return world.remembered().get(backup.serverId)?.retiredAt != null
    const job = server.jobs.find(({ id }) => id === backup.jobId)
    return (
      !job || isKeptAt(backup, destination, catalogue.goodBackups(job.id, backup.databaseId), job, clock())
    )
  }

  const hold = (name: string) =>
    held.set(name, heldAfter((held.get(name)?.failures ?? 0) + 1, clock(), random()))

  const attempt = async (next: Fill) => {
    const name = next.to.destination
    const destination = destinations.get(name)
    if (!destination) return
    const copy = copyName(next.backup.id, name)
    if (!proven.has(name) || destination.kind === "local") {
      const within = AbortSignal.any([signal, AbortSignal.timeout(checkMilliseconds)])
      const { state, freeBytes } = await destination.check(within)
      if (state === "down") return void hold(name)
      if (!leavesRoom(freeBytes, next.backup.proof)) return void hold(copy)
      proven.add(name)
    }
    if ((await fill(next, signal)) === undefined) {
      held.delete(name)
      held.delete(copy)
      asked.delete(copy)
    } else {
      proven.delete(name)
      hold(name)
      hold(copy)
    }
  }

  const begin = (next: Fill) => {
    const name = next.to.destination
    const work = attempt(next)
      .catch((error) => {
        // Of a bug it is known only that it would happen again at once.
        hold(name)
        log("error", "a back-fill threw, which it never should", {
          stack: error instanceof Error ? error.stack : String(error),
        })
      })
      .finally(() => {
        underWay.delete(name)
        check()
      })
    underWay.set(name, work)
  }

  const check = () => {
    if (signal.aborted || underWay.size >= mostAtOnce) return
    const names = namesNow()
    const [now, defined, busy] = [clock(), new Set(names), new Set(underWay.keys())]
    try {
      const due = fillsDue(catalogue.lackingCopies(names), {
        now,
        defined,
        busy,
        held,
        asked,
        mostAtOnce,
        isKept,
      })
      for (const next of due) begin(next)
    } catch (error) {
      log("error", `missed copies could not be looked for: ${problemOf(error).message}`)
    }
  }

  return {
    check,
    follow() {
      const timer = setInterval(check, paceMilliseconds)
      signal.addEventListener("abort", () => clearInterval(timer), { once: true })
    },
    copyToBuckets(id) {
      const backup = catalogue.backup(id)
      if (backup?.status !== "completed") throw notCompleted(id, backup?.status)
      const [source] = backup.copies.filter(({ state }) => state === "stored")
      if (!source) throw new Fault("not-found", `backup ${id} was deleted`)
      const buckets = [...destinations.values()].filter(({ kind }) => kind === "s3")
      if (buckets.length === 0) {
        throw new Fault("destination-unknown", "there is no bucket to copy it to", {
          hint: "Define one: S3_BUCKET, or destinations in dbbackup.yaml.",
        })
      }
      const stateAt = (name: string) => backup.copies.find(({ destination }) => destination === name)?.state
      const lacking = buckets.filter(({ name }) => stateAt(name) === "failed" || stateAt(name) === undefined)
      if (lacking.length === 0) {
        const where = buckets.map(({ name }) => `${name}: ${stateAt(name)}`).join(", ")
        throw new Fault("in-use", `nothing is left to be copied (${where})`, {
          hint: "GET the backup: its copies say where it is.",
        })
      }
      for (const { name } of lacking) {
        if (stateAt(name) === undefined)
          catalogue.copyFailed(id, { destination: name, key: source.key }, notYet(name))
        catalogue.log(backup.runId, clock(), "info", `a copy of ${backup.database} at ${name} was asked for`)
        held.delete(name)
        held.delete(copyName(id, name))
        asked.add(copyName(id, name))
      }
      check()
    },
    async ended() {
      while (underWay.size > 0) await Promise.all(underWay.values())
    },
  }
}

const notYet = (name: string) =>
  problemOf(new Fault("copy-missing", `it was asked for and is not at ${name} yet`))

function notCompleted(id: string, status: string | undefined): Fault {
  return status === undefined
    ? new Fault("not-found", `there is no backup ${id}`, { hint: "List them with GET /api/backups." })
    : new Fault("nothing-to-back-up", `the backup is ${status}, not completed`, {
        hint: "Only one that is proven is copied.",
      })
}
