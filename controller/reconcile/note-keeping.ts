// Keeps the notes beside every copy level with the catalogue: soon after something was said, and once a destination is back. What
// is to be written are rows, so that no restart forgets any. Nothing waits for it, and it fails nobody's backup.
import { type Held, heldAfter } from "../core/back-fill-plan.ts"
import { problemOf } from "../core/fault.ts"
import type { Catalogue, Clock, Destination, EventHub, Log } from "../ports.ts"

export interface NoteKeeping {
  /** Begins what is due. */
  check(): void
  /** Checks after each change, and every few minutes, until the signal is aborted. */
  follow(): void
  /** Resolves once what is under way has ended, which an aborted signal brings about. */
  ended(): Promise<void>
}

/** Of one destination and one check: small objects, one after the other. */
const mostAtOnce = 200
const writeMilliseconds = 60_000
/** Asking costs a look at everything that was ever said. */
const settleMilliseconds = 5000
const paceMilliseconds = 120_000

export function createNoteKeeping(deps: {
  readonly catalogue: Pick<Catalogue, "lackingNotes">
  readonly destinations: ReadonlyMap<string, Destination>
  readonly events: Pick<EventHub, "subscribe">
  /** Rejects as the destination does. */
  readonly write: (
    destination: Destination,
    copy: ReturnType<Catalogue["lackingNotes"]>[number],
    signal: AbortSignal,
  ) => Promise<void>
  readonly clock: Clock
  /** From 0 to 1, below 1. */
  readonly random: () => number
  readonly log: Log
  readonly signal: AbortSignal
}): NoteKeeping {
  const { catalogue, destinations, events, write, clock, random, log, signal } = deps
  const underWay = new Map<string, Promise<void>>()
  const held = new Map<string, Held>()

  const writeAll = async (destination: Destination): Promise<void> => {
    const { name } = destination
    const lacking = catalogue.lackingNotes(name, mostAtOnce)
    for (const copy of lacking) {
      if (signal.aborted) return
      try {
        const within = AbortSignal.any([signal, AbortSignal.timeout(writeMilliseconds)])
        await write(destination, copy, within)
        held.delete(name)
      } catch (error) {
        if (signal.aborted) return
        const failures = (held.get(name)?.failures ?? 0) + 1
        held.set(name, heldAfter(failures, clock(), random()))
        // The first time of an outage is news.
        const about = { key: copy.key }
        const why = problemOf(error).message
        log(failures === 1 ? "warn" : "debug", `notes could not be kept at ${name}: ${why}`, about)
        return
      }
    }
    if (lacking.length === mostAtOnce) soon()
  }

  const check = () => {
    if (signal.aborted) return
    const now = clock()
    for (const [name, destination] of destinations) {
      const until = held.get(name)?.until
      if (underWay.has(name) || (until && until > now)) continue
      const work = writeAll(destination)
        .catch((error) =>
          log("error", `which notes are lacking at ${name} could not be told: ${problemOf(error).message}`),
        )
        .finally(() => underWay.delete(name))
      underWay.set(name, work)
    }
  }

  let timer: ReturnType<typeof setTimeout> | undefined
  function soon(): void {
    timer ??= setTimeout(() => {
      timer = undefined
      check()
    }, settleMilliseconds)
  }

  return {
    check,
    follow() {
      check()
      const pace = setInterval(check, paceMilliseconds)
      const unsubscribe = events.subscribe(null, (_, event) => {
        if (event.name === "backup.updated" && event.data.status === "completed") soon()
      })
      signal.addEventListener(
        "abort",
        () => {
          clearInterval(pace)
          clearTimeout(timer)
          unsubscribe()
        },
        { once: true },
      )
    },
    async ended() {
      await Promise.all(underWay.values())
    },
  }
}
