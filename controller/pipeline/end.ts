// Shows the passing bytes to an engine's end detector. A stream whose end was not seen fails instead of ending.
import { Transform } from "node:stream"
import type { EndDetector } from "../ports.ts"
import type { Stage } from "./stage.ts"

/** Its result is what was seen, in words. */
export function endOf(detector: EndDetector): Stage<string> {
  let seen: string | undefined
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, next) {
      try {
        detector.push(chunk)
      } catch (error) {
        return next(error as Error)
      }
      next(null, chunk)
    },
    flush(next) {
      try {
        seen = detector.finish()
      } catch (error) {
        return next(error as Error)
      }
      next()
    },
  })
  return {
    stream,
    result() {
      if (seen === undefined) throw new Error("end asked for before the end of the stream")
      return seen
    },
  }
}
