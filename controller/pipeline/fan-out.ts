// Writes every chunk to every destination. The slowest sets the pace; one that fails is aborted, reported and left behind.
import { Writable } from "node:stream"
import { Fault } from "../core/fault.ts"
import type { SinkWriter } from "../ports.ts"
import { faultOf } from "./failed-copy.ts"
import { untilAborted } from "./first-cause.ts"
import { watchSilence } from "./stall.ts"
import { within } from "./tool.ts"

export interface FanOut {
  readonly stream: Writable
  /** Those that have taken every byte so far. */
  live(): readonly SinkWriter[]
  /** Resolves once the writers left behind have been aborted. Never rejects. */
  settled(): Promise<void>
}

/** Longer than a store takes for a part and all its tries, short enough not to hold a dump and its locks for ever. */
const stallSeconds = 10 * 60
/** How long what such a destination still has under way is waited for. */
const partingSeconds = 5

/** Fails with the last writer's Fault when none is left. Commits nothing. One that takes no byte for so long counts as failed. */
export function fanOut(
  writers: readonly SinkWriter[],
  onFailure: (writer: SinkWriter, fault: Fault) => void,
  limitSeconds = stallSeconds,
): FanOut {
  const live = new Set(writers)
  const patience = new Map(writers.map((writer) => [writer, patienceWith(writer, limitSeconds)]))
  const aborts: Promise<unknown>[] = []
  let last: Fault | undefined

  async function pass(writer: SinkWriter, chunk: Buffer): Promise<void> {
    const { watch, signal } = patience.get(writer) ?? patienceWith(writer, limitSeconds)
    try {
      watch.waits()
      await untilAborted(writer.write(chunk), signal)
      watch.moved()
    } catch (error) {
      watch.stop()
      last = faultOf(error)
      live.delete(writer)
      const aborting = writer.abort(last)
      aborts.push(signal.aborted ? within(partingSeconds * 1000, aborting) : aborting)
      onFailure(writer, last)
    }
  }
  async function passAll(chunk: Buffer): Promise<void> {
    await Promise.all([...live].map((writer) => pass(writer, chunk)))
    if (live.size === 0) throw last ?? new Error("a fan-out needs at least one writer")
  }

  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      passAll(chunk).then(() => done(), done)
    },
  })
  stream.once("close", () => {
    for (const { watch } of patience.values()) watch.stop()
  })
  return {
    stream,
    live: () => [...live],
    settled: async () => void (await Promise.all(aborts)),
  }
}

/** The signal is aborted with a Fault once the writer has kept the others waiting for too long. */
function patienceWith({ destination }: SinkWriter, limitSeconds: number) {
  const stop = new AbortController()
  const verdict = async (seconds: number) => tookNothing(destination, seconds)
  const silence = { limitSeconds, notice: () => {}, verdict }
  return { signal: stop.signal, watch: watchSilence(silence, (fault) => stop.abort(fault)) }
}

function tookNothing(destination: string, seconds: number): Fault {
  return new Fault("destination-unavailable", `${destination} took no byte for ${seconds} s`, {
    hint: "The dump went on without it. Look at the disk, the network share or the store behind it.",
  })
}
