// How long an answer waits for the world outside.
import type { Context } from "./router.ts"

// A destination that hangs must not hang the page that would tell of it.
const milliseconds = 5_000

/** Ends with the request, or when it has waited long enough. */
export function patience(c: Context): AbortSignal {
  return AbortSignal.any([c.req.raw.signal, AbortSignal.timeout(milliseconds)])
}
