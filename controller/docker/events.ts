// Docker's event stream, reduced to "look again". Keeps it open across engine restarts; what changed is for a listing to tell.
import type { Readable } from "node:stream"
import { setTimeout as sleep } from "node:timers/promises"
import { Fault } from "../core/fault.ts"
import type { Connection } from "./connection.ts"
import { unreachable } from "./faults.ts"

/** What can change a listing. Not `exec_*`: every health check makes three of them. */
const relevantEvents = [
  ...["create", "rename", "destroy", "update"],
  ...["start", "die", "stop", "kill", "pause", "unpause", "health_status"],
]

/** Covers clocks that differ a little, and an engine that answers just before it subscribes. A replay only costs a look. */
const overlapSeconds = 10

/** A connection that held for so long was a good one: after its loss the first attempt comes soon again. */
const goodConnectionMs = 10_000

/** 1 s, doubled with each attempt up to 60 s, of which a random half is kept so that clients do not come back in step. */
export function backoffMs(attempt: number, random: number): number {
  const ceiling = Math.min(1000 * 2 ** attempt, 60_000)
  return attempt === 0 ? ceiling : ceiling * (0.5 + random / 2)
}

/** As `Docker.nudges`. `onLost` is called once per loss, however many attempts fail after it. */
export async function* nudges(
  connection: Connection,
  signal: AbortSignal,
  onLost: (error: Error) => void,
): AsyncGenerator<"connected" | "event", void, undefined> {
  let attempt = 0
  let lost = false
  let sinceMs = Date.now()
  while (!signal.aborted) {
    let connectedAt = Number.POSITIVE_INFINITY
    try {
      const stream = await subscribe(connection, sinceMs / 1000 - overlapSeconds, signal)
      const events = arrivals(stream, signal)
      try {
        lost = false
        connectedAt = performance.now()
        yield "connected"
        while (await events.next()) {
          attempt = 0
          yield "event"
        }
      } finally {
        sinceMs = Date.now()
        events.close()
      }
      throw events.failure()
    } catch (error) {
      if (signal.aborted) return
      if (!lost) onLost(error instanceof Fault ? error : await unreachable(connection.endpoint, error))
      lost = true
    }
    if (performance.now() - connectedAt >= goodConnectionMs) attempt = 0
    await sleep(backoffMs(attempt++, Math.random()), undefined, { signal }).catch(() => {})
  }
}

async function subscribe(connection: Connection, since: number, signal: AbortSignal): Promise<Readable> {
  return await connection.ask("to follow events", signal, async (abortSignal) => {
    const options = {
      since: Math.floor(since),
      filters: { type: ["container" as const], event: relevantEvents },
      abortSignal,
    }
    const stream = (await connection.docker.getEvents(options)) as unknown as Readable
    if (abortSignal.aborted) stream.destroy()
    return stream
  })
}

/** Counts nothing and keeps nothing: any number of events until the next look are one reason for it. */
function arrivals(stream: Readable, signal: AbortSignal) {
  let pending = false
  let failure: Error | null = null
  let wake = () => {}
  const end = (error: Error) => {
    failure ??= error
    wake()
  }
  const ended = () => end(new Fault("docker-unreachable", "docker ended the event stream"))
  const abort = () => end(new Error("aborted"))
  // Events are lines; a chunk may hold half of one.
  stream.on("data", (chunk: Buffer) => {
    pending ||= chunk.includes("\n")
    wake()
  })
  stream.on("error", end).once("end", ended).once("close", ended)
  signal.addEventListener("abort", abort, { once: true })
  return {
    /** True at the next event, false once there are no more. */
    async next(): Promise<boolean> {
      while (!pending && failure === null) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      const event = pending && !signal.aborted
      pending = false
      return event
    },
    failure: (): Error => failure ?? new Error("not ended"),
    close(): void {
      signal.removeEventListener("abort", abort)
      stream.destroy()
    },
  }
}
