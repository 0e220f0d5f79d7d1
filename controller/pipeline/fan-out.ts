// Writes every chunk to every destination. The slowest sets the pace; one that fails is aborted, reported and left behind.
import { Writable } from "node:stream"
import { Fault } from "../core/fault.ts"
import type { SinkWriter } from "../ports.ts"
import { faultOf } from "./failed-copy.ts"
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
    const held = patience.get(writer) ?? patienceWith(writer, limitSeconds)
    try {
      await held.during(() => writer.write(chunk))
    } catch (error) {
      held.stop()
      last = faultOf(error)
      live.delete(writer)
      const aborting = writer.abort(last)
      aborts.push(held.isLost() ? within(partingSeconds * 1000, aborting) : aborting)
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
    for (const { stop } of patience.values()) stop()
  })
  return {
    stream,
    live: () => [...live],
    settled: async () => void (await Promise.all(aborts)),
  }
}

/** One timer for each writer, and nothing but a promise for each chunk: there are some ten thousand in a gigabyte. */
function patienceWith({ destination }: SinkWriter, limitSeconds: number) {
  let giveUp: (fault: Fault) => void = () => {}
  let lost = false
  const verdict = async (seconds: number) => tookNothing(destination, seconds)
  const watch = watchSilence({ limitSeconds, notice: () => {}, verdict }, (fault) => {
    lost = true
    giveUp(fault)
  })
  return {
    /** Settles as the write does, or rejects once it has kept the others waiting for too long. */
    during: (write: () => Promise<void>) =>
      new Promise<void>((resolve, reject) => {
        giveUp = reject
        watch.waits()
        write().then(() => {
          watch.moved()
          resolve()
        }, reject)
      }),
    isLost: () => lost,
    stop: watch.stop,
  }
}

function tookNothing(destination: string, seconds: number): Fault {
  return new Fault("destination-unavailable", `${destination} took no byte for ${seconds} s`, {
    hint: "The dump went on without it. Look at the disk, the network share or the store behind it.",
  })
}
