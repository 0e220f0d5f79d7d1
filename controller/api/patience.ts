// How long an answer waits for the world outside.
import type { Context } from "./router.ts"

// A destination that hangs must not hang the page that would tell of it.
const milliseconds = 5_000

/** Ends with the request, or when it has waited long enough. */
export function patience(c: Context): AbortSignal {
  return AbortSignal.any([c.req.raw.signal, AbortSignal.timeout(milliseconds)])
}

/** Ends with the request alone: what is asked takes its own time, longer than Bun lets a connection be quiet. */
export function untilAnswered(c: Context): AbortSignal {
  c.env?.server?.timeout(c.req.raw, 0)
  return c.req.raw.signal
}
