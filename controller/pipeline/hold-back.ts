// Lets stored bytes pass one chunk behind: the last chunk goes out only when size and hash are those that were recorded.
import { createHash } from "node:crypto"
import { Transform } from "node:stream"
import type { Fault } from "../core/fault.ts"
import type { Measure } from "./stage.ts"

/** Fails with what `mismatch` makes of a sentence about what is wrong. `onBytes` hears the total so far. */
export function holdBack(
  expected: Measure,
  mismatch: (what: string) => Fault,
  onBytes: (total: number) => void,
): Transform {
  const hash = createHash("sha256")
  let bytes = 0
  let held: Buffer | undefined
  return new Transform({
    transform(chunk: Buffer, _encoding, next) {
      bytes += chunk.length
      if (bytes > expected.bytes) return next(mismatch(`has more than the ${expected.bytes} bytes recorded`))
      hash.update(chunk)
      onBytes(bytes)
      const ready = held
      held = chunk
      next(null, ready)
    },
    flush(next) {
      if (bytes !== expected.bytes)
        return next(mismatch(`has ${bytes} bytes, not the ${expected.bytes} recorded`))
      if (hash.digest("hex") !== expected.sha256) return next(mismatch("does not have the sha-256 recorded"))
      next(null, held)
    },
  })
}
