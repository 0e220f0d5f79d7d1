// A tool's stdout as a stream with back-pressure, out of the multiplexed one. Its pid line and its stderr are kept aside.
import { Transform } from "node:stream"
import { demux } from "./demux.ts"
import { litter } from "./litter.ts"
import type { PidLine } from "./pid-line.ts"
import type { StderrTail } from "./stderr-tail.ts"

/**
 * An engine passes on what a tool prints some 10 KB at a time; each read and its wake-up cost processor time that the dump needs
 * itself. So a tool that prints more slowly than it is read is left alone for a moment, while the engine's socket gathers more:
 * 45 KB a read, and half the processor time (287 MB of pg_dump on 2 cores: 2.1 s, then 1.1 s).
 */
const smallBytes = 128 * 1024
const breathMilliseconds = 2

/**
 * @param onEnd called once all input has been taken apart, read or not: with null at a clean end, else with the demultiplexer's
 * Fault. The stream then stays open, for its owner to destroy it with what is the matter.
 */
export function toolOutput(
  pid: PidLine,
  stderr: StderrTail,
  onEnd: (error: Error | null) => void,
): Transform {
  const behind = litter()
  let taken: Buffer = Buffer.alloc(0)
  let filled = 0
  const frames = demux({
    stderr: stderr.take,
    stdout(payload) {
      const rest = pid.take(payload)
      taken.set(rest, filled)
      filled += rest.length
    },
  })
  const output: Transform = new Transform({
    // Each chunk is to hold back its source until it is done with.
    writableHighWaterMark: 1,
    transform(chunk: Buffer, _encoding, next) {
      behind.passed(chunk.length)
      // The payloads move together within their chunk: one piece to pass on instead of several, and no new memory.
      taken = chunk
      filled = 0
      const error = errorOf(() => frames.push(chunk))
      if (filled > 0) output.push(chunk.subarray(0, filled))
      if (error !== null) onEnd(error)
      else if (behind.isMuch() && chunk.length < smallBytes) setTimeout(next, breathMilliseconds)
      else next()
    },
    flush(next) {
      const error = errorOf(frames.end)
      onEnd(error)
      if (error === null) next()
    },
  })
  output.once("close", behind.end)
  return output
}

function errorOf(act: () => void): Error | null {
  try {
    act()
    return null
  } catch (error) {
    return error as Error
  }
}
