// Writes every chunk to every destination. The slowest sets the pace; one that fails is aborted, reported and left behind.
import { Writable } from "node:stream"
import type { Fault } from "../core/fault.ts"
import type { SinkWriter } from "../ports.ts"
import { faultOf } from "./failed-copy.ts"

export interface FanOut {
  readonly stream: Writable
  /** Those that have taken every byte so far. */
  live(): readonly SinkWriter[]
  /** Resolves once the writers left behind have been aborted. Never rejects. */
  settled(): Promise<void>
}

/** Fails with the last writer's Fault when none is left. Commits nothing. */
export function fanOut(
  writers: readonly SinkWriter[],
  onFailure: (writer: SinkWriter, fault: Fault) => void,
): FanOut {
  const live = new Set(writers)
  const aborts: Promise<void>[] = []
  let last: Fault | undefined

  async function pass(writer: SinkWriter, chunk: Buffer): Promise<void> {
    try {
      await writer.write(chunk)
    } catch (error) {
      last = faultOf(error)
      live.delete(writer)
      aborts.push(writer.abort(last))
      onFailure(writer, last)
    }
  }
  async function passAll(chunk: Buffer): Promise<void> {
    await Promise.all([...live].map((writer) => pass(writer, chunk)))
    if (live.size === 0) throw last ?? new Error("a fan-out needs at least one writer")
  }

  return {
    stream: new Writable({
      write(chunk: Buffer, _encoding, done) {
        passAll(chunk).then(() => done(), done)
      },
    }),
    live: () => [...live],
    settled: async () => void (await Promise.all(aborts)),
  }
}
