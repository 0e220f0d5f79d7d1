// The end of the way for a file that is only looked through: shows the bytes to whoever looks, and keeps none.
import { Writable } from "node:stream"

/** `result`: what was seen, once the stream has finished. What the look throws is what the stream fails with. */
export function lookingInto<T>(look: { push(chunk: Buffer): void; finish(): T }): {
  readonly stream: Writable
  result(): T
} {
  let seen: { readonly what: T } | undefined
  const attempt = (work: () => void, next: (error?: Error) => void) => {
    try {
      work()
    } catch (error) {
      return next(error as Error)
    }
    next()
  }
  return {
    stream: new Writable({
      write: (chunk: Buffer, _encoding, next) => attempt(() => look.push(chunk), next),
      final: (next) =>
        attempt(() => {
          seen = { what: look.finish() }
        }, next),
    }),
    result() {
      if (!seen) throw new Error("what was seen is asked for before the end of the stream")
      return seen.what
    },
  }
}
