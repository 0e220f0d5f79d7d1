// Makes a damaged catalogue whole: compares it with every destination, one after the other, until each has answered well.
import { setTimeout as sleep } from "node:timers/promises"
import type { Problem } from "../../schemas/errors.ts"
import { Fault, problemOf } from "../core/fault.ts"
import { mendingProblem, waitsFor } from "../core/mending.ts"
import type { Catalogue, CatalogueFile, Destination, EventHub, Log } from "../ports.ts"
import type { Rebuilding } from "./rebuilding.ts"

export interface MendingWork {
  /** Why the catalogue cannot be relied on; null when it can. */
  problem(): Problem | null
  waitsFor(): readonly string[]
  /** A rebuild from there has ended well, whoever asked for it. */
  compared(destination: string): void
  /** Begins, when there is something to mend. */
  follow(): void
  ended(): Promise<void>
}

export function createMending(deps: {
  readonly catalogue: Pick<Catalogue, "mending"> & Pick<CatalogueFile, "saveMending">
  readonly destinations: ReadonlyMap<string, Destination>
  readonly rebuilding: Rebuilding
  /** Forgets what is claimed and not there. Rejects with a Fault. */
  readonly forgetUnfounded: (destination: Destination, signal: AbortSignal) => Promise<unknown>
  readonly events: Pick<EventHub, "publish">
  readonly log: Log
  readonly signal: AbortSignal
  readonly againMilliseconds?: number
}): MendingWork {
  const { catalogue, destinations, rebuilding, events, log, signal, againMilliseconds = 60_000 } = deps
  let comparing: string | null = null
  const troubles = new Map<string, string>()
  let running: Promise<void> = Promise.resolve()
  const waiting = () => {
    const mending = catalogue.mending()
    return mending === null ? [] : waitsFor(mending, destinations.keys())
  }
  const tell = () => events.publish({ name: "problem.changed", data: { serverId: null } })

  function compared(name: string): void {
    const mending = catalogue.mending()
    // Our own comparison does more than a rebuild, and says itself when it is done.
    if (mending === null || name === comparing) return
    troubles.delete(name)
    catalogue.saveMending({ ...mending, done: [...new Set([...mending.done, name])] })
    endWhenDone()
    tell()
  }

  function endWhenDone(): void {
    if (catalogue.mending() === null || waiting().length > 0) return
    catalogue.saveMending(null)
    log("warn", "the catalogue is made again, and was compared with every destination: retention goes on")
    tell()
  }

  async function compare(name: string): Promise<void> {
    const destination = destinations.get(name)
    if (!destination) return
    await rebuilding.ended()
    comparing = name
    try {
      rebuilding.begin(name)
      tell()
      await rebuilding.ended()
      const state = rebuilding.state()
      if (state.status === "failed") throw new Fault(state.error.code, state.error.message)
      await deps.forgetUnfounded(destination, signal)
    } finally {
      comparing = null
    }
    compared(name)
  }

  async function mend(): Promise<void> {
    for (endWhenDone(); catalogue.mending() !== null && !signal.aborted; ) {
      for (const name of waiting()) {
        try {
          await compare(name)
        } catch (error) {
          if (signal.aborted) return
          const { message } = problemOf(error)
          if (troubles.get(name) !== message)
            log("error", `the catalogue could not be compared with ${name} yet: ${message}`)
          troubles.set(name, message)
          tell()
        }
      }
      endWhenDone()
      if (catalogue.mending() !== null) await sleep(againMilliseconds, undefined, { signal }).catch(() => {})
    }
  }

  return {
    problem() {
      const mending = catalogue.mending()
      return mending && mendingProblem(mending, destinations.keys(), rebuilding.state(), troubles)
    },
    waitsFor: waiting,
    compared,
    follow() {
      running = mend()
    },
    ended: () => running,
  }
}
