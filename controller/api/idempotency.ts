// Idempotency-Key: a client that got no answer sends the same request again, and gets what the first one began.
import { createHash } from "node:crypto"
import type { MiddlewareHandler } from "hono"
import type { Clock } from "../ports.ts"
import { Refusal } from "./refusal.ts"
import type { Env } from "./router.ts"

const keptMilliseconds = 24 * 60 * 60 * 1000
const mostKept = 1_000

interface Known {
  readonly bodyHash: string
  readonly until: number
  /** Undefined once it was refused, and may be tried again. */
  readonly begun: Promise<Response | undefined>
}

/** Remembered for 24 hours, in memory: a restart forgets, as it ends what was under way. Only what was begun (202) counts. */
export function idempotent(clock: Clock): MiddlewareHandler<Env> {
  const known = new Map<string, Known>()

  return async (c, next) => {
    const key = c.req.header("idempotency-key")
    if (key === undefined || c.req.method !== "POST") return next()
    if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
      throw refused(
        400,
        "the header Idempotency-Key is not a key",
        "Send 1 to 255 printable characters, such as a UUID.",
      )
    }
    const now = clock().getTime()
    for (const [name, { until }] of known) if (until <= now || known.size > mostKept) known.delete(name)
    const name = `${c.req.path} ${key}`
    const bodyHash = createHash("sha256")
      .update(await c.req.text())
      .digest("hex")
    // Nothing may be awaited between finding none and setting ours, or two requests would both begin.
    for (let before = known.get(name); before !== undefined; before = known.get(name)) {
      if (before.bodyHash !== bodyHash) {
        throw refused(
          422,
          "the Idempotency-Key was used with another body",
          "Take a new key for a new request.",
        )
      }
      const begun = await before.begun
      if (begun) return begun.clone()
    }
    const { promise, resolve } = Promise.withResolvers<Response | undefined>()
    known.set(name, { bodyHash, until: now + keptMilliseconds, begun: promise })
    try {
      await next()
    } finally {
      const isBegun = c.res.status === 202
      if (!isBegun) known.delete(name)
      resolve(isBegun ? c.res.clone() : undefined)
    }
  }
}

function refused(status: 400 | 422, message: string, hint: string): Refusal {
  return new Refusal({ status, code: "VALIDATION_ERROR", message, hint })
}
