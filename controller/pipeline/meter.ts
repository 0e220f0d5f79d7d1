// Counts and hashes what passes. The bytes stay as they are.
import { createHash } from "node:crypto"
import { Transform } from "node:stream"
import type { Measure, Stage } from "./stage.ts"

/** `onBytes` hears the total so far, after each chunk. */
export function meter(onBytes: (total: number) => void = () => {}): Stage<Measure> {
  const hash = createHash("sha256")
  let bytes = 0
  let measure: Measure | undefined
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, next) {
      bytes += chunk.length
      hash.update(chunk)
      onBytes(bytes)
      next(null, chunk)
    },
    flush(next) {
      measure = { bytes, sha256: hash.digest("hex") }
      next()
    },
  })
  return {
    stream,
    result() {
      if (!measure) throw new Error("meter read before the end of the stream")
      return measure
    },
  }
}
