// Reads stored copies again by themselves, one at a time, so that what a disk or a store loses is found while another copy can heal
// it. What was read when is in the catalogue: a restart forgets nothing but what could not be looked at just now.
import type { BackupId } from "../../schemas/backup.ts"
import { problemOf } from "../core/fault.ts"
import { type SweepSettings, sweepPlan } from "../core/sweep-plan.ts"
import type { Catalogue, Clock, Destination, Log } from "../ports.ts"

export interface Sweep {
  /** Begins what is due. */
  check(): void
  /** Checks every minute, until the signal is aborted. */
  follow(): void
  /** Resolves once what is under way has ended, which an aborted signal brings about. */
  ended(): Promise<void>
}

const paceMilliseconds = 60_000
const dayMilliseconds = 24 * 3600 * 1000
const batch = 50
const heldMilliseconds = 3600 * 1000

export function createSweep(deps: {
  readonly catalogue: Pick<Catalogue, "copiesToRead" | "readShare">
  readonly destinations: ReadonlyMap<string, Destination>
  readonly settings: () => SweepSettings
  readonly clock: Clock
  readonly log: Log
  /** Whether something goes before it: a run, or a check that somebody asked for. */
  readonly isBusy: () => boolean
  /** Never rejects. `bad` was recorded, and is healed by others. */
  readonly read: (
    destination: Destination,
    id: BackupId,
    bytesPerSecond: number | null,
    signal: AbortSignal,
  ) => Promise<{ readonly outcome: string; readonly problem: { readonly message: string } | null }>
  readonly signal: AbortSignal
}): Sweep {
  const { catalogue, destinations, settings, clock, log, isBusy, read, signal } = deps
  const restUntil = new Map<string, Date>()
  /** By destination and backup, until when. */
  const held = new Map<string, Date>()
  let underWay: Promise<void> | undefined

  const heldAt = (name: string) => {
    const now = clock()
    for (const [key, until] of held) if (until <= now) held.delete(key)
    const own = `${name} `
    return new Set([...held.keys()].filter((key) => key.startsWith(own)).map((key) => key.slice(own.length)))
  }

  const planFor = (name: string) => {
    const now = clock()
    if ((restUntil.get(name)?.getTime() ?? 0) > now.getTime()) return []
    const lastDay = catalogue.readShare(name, new Date(now.getTime() - dayMilliseconds))
    const copies = catalogue.copiesToRead(name, batch)
    const plan = sweepPlan(settings(), { now, copies, lastDay, busy: isBusy(), held: heldAt(name) })
    restUntil.set(name, plan.restUntil)
    return plan.read
  }

  const sweepOne = async (destination: Destination) => {
    const { name } = destination
    for (const { backupId } of planFor(name)) {
      if (signal.aborted || settings().everySeconds === null) return
      const { outcome, problem } = await read(destination, backupId, settings().bytesPerSecond, signal)
      if (outcome === "not-looked-at") {
        held.set(`${name} ${backupId}`, new Date(clock().getTime() + heldMilliseconds))
        if (problem)
          log("warn", `a copy at ${name} could not be read again: ${problem.message}`, { backupId })
        // Where one cannot be read, the next most often cannot either.
        return
      }
      if (isBusy()) return
    }
  }

  const sweepAll = async () => {
    for (const destination of [...destinations.values()]) {
      if (signal.aborted) return
      await sweepOne(destination)
    }
  }

  const check = () => {
    if (underWay || signal.aborted || settings().everySeconds === null) return
    underWay = sweepAll()
      .catch((error) =>
        log("error", `stored copies could not be looked through: ${problemOf(error).message}`),
      )
      .finally(() => {
        underWay = undefined
      })
  }

  return {
    check,
    follow() {
      const timer = setInterval(check, paceMilliseconds)
      signal.addEventListener("abort", () => clearInterval(timer), { once: true })
    },
    async ended() {
      await underWay
    },
  }
}
