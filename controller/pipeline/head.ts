// Reads the beginning of a stored copy, as far as somebody needs it. It proves nothing of the rest.
import { Writable } from "node:stream"
import { pipeline } from "node:stream/promises"
import { underFirstCause } from "./first-cause.ts"
import { openStoredCopy, type StoredCopy } from "./stored-copy.ts"

const enough = new Error("enough was read")

/** `take`: given chunk by chunk, its encryption and compression undone, until it returns true. Rejects as `proveCopy` does. */
export async function readHead(
  copy: StoredCopy,
  take: (chunk: Buffer) => boolean,
  signal: AbortSignal,
): Promise<void> {
  try {
    await underFirstCause(signal, async (cause) => {
      const streams = await openStoredCopy(copy, cause, () => undefined)
      const sink = new Writable({
        write(chunk, _encoding, next) {
          try {
            if (take(chunk)) cause.fail(enough)
            next()
          } catch (error) {
            next(error as Error)
          }
        },
      })
      cause.watch(sink)
      await pipeline([...streams, sink], { signal: cause.signal })
    })
  } catch (error) {
    if (error !== enough) throw error
  }
}
