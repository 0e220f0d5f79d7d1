// The body of a download: the stored bytes, or a part of them. Its end means that they are the proven ones; otherwise it breaks off.
import { createHash } from "node:crypto"
import type { Readable } from "node:stream"
import { Fault } from "../core/fault.ts"

export interface Wanted {
  /** Size and hash that the whole copy must have. */
  readonly size: number
  readonly sha256: string
  /** The part to send; `end` is included. */
  readonly start: number
  readonly end: number
}

/**
 * Reads `open()` once something is read from it, and destroys it when the reader goes away. The last chunk of a whole copy
 * is held back until the hash is right, so a damaged copy never arrives complete.
 */
export async function* storedBytes(
  open: () => Promise<Readable>,
  wanted: Wanted,
): AsyncGenerator<Uint8Array> {
  const whole = wanted.start === 0 && wanted.end === wanted.size - 1
  const hash = whole ? createHash("sha256") : undefined
  const source = await open()
  try {
    let held: Buffer | undefined
    let position = 0
    for await (const chunk of source as AsyncIterable<Buffer>) {
      hash?.update(chunk)
      const part = chunk.subarray(
        Math.max(0, wanted.start - position),
        Math.max(0, wanted.end + 1 - position),
      )
      position += chunk.length
      if (held) yield held
      held = part.length > 0 ? part : undefined
      if (!whole && position > wanted.end) break
    }
    if (position <= wanted.end || (whole && position !== wanted.size)) {
      throw new Fault("copy-mismatch", `the copy has ${position} bytes, its proof says ${wanted.size}`)
    }
    if (hash && hash.digest("hex") !== wanted.sha256) {
      throw new Fault("copy-mismatch", "the copy's bytes are not those that left the server: sha-256 differs")
    }
    if (held) yield held
  } finally {
    source.destroy()
  }
}

/** As a web stream that asks for no more than the client takes. `onError` hears why it broke off. */
export function webStream(
  bytes: AsyncGenerator<Uint8Array>,
  onError: (error: unknown) => void,
): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const next = await bytes.next()
          if (next.done) controller.close()
          else controller.enqueue(next.value)
        } catch (error) {
          onError(error)
          // Resets the connection: the client must not take what it has for the whole.
          controller.error(error)
        }
      },
      async cancel() {
        await bytes.return(undefined)
      },
    },
    // Nothing is opened for a body that is never read, as in the answer to HEAD.
    { highWaterMark: 0 },
  )
}
