// How an error becomes an answer: refusals of HTTP's own kind, faults by the meaning of their code, and bugs, which say nothing.
import type { ContentfulStatusCode } from "hono/utils/http-status"
import { type ApiErrorCode, meaningOf } from "../../schemas/errors.ts"
import { type Fault, faultIn } from "../core/fault.ts"
import type { Log } from "../ports.ts"
import { fail } from "./envelope.ts"
import type { Context } from "./router.ts"

interface Reason {
  readonly status: ContentfulStatusCode
  readonly code: ApiErrorCode
  /** Facts, lower case, no full stop. */
  readonly message: string
  /** A sentence telling what to do. */
  readonly hint: string
  readonly details?: unknown
}

/** A request that is refused for a reason no Fault has: its form, its origin, or the state of what it asks for. */
export class Refusal extends Error {
  override readonly name = "Refusal"
  constructor(readonly reason: Reason) {
    super(reason.message)
  }
}

export function answerError(c: Context, error: Error, log: Log): Response {
  if (error instanceof Refusal) {
    const { status, ...body } = error.reason
    return fail(c, body, status)
  }
  const fault = faultIn(error)
  if (fault) return answerFault(c, fault, log)
  log("error", `unexpected error in ${c.req.method} ${c.req.path}: ${error.message}`, {
    requestId: c.get("requestId"),
    stack: error.stack,
  })
  return fail(
    c,
    {
      code: "BACKUP_ERROR",
      message: "internal error",
      hint: `This is a bug in dbbackup. Its log has the stack under the request id ${c.get("requestId")}.`,
    },
    500,
  )
}

function answerFault(c: Context, fault: Fault, log: Log): Response {
  const { http, api } = meaningOf(fault.code)
  if (http >= 500) {
    const fields = { requestId: c.get("requestId"), code: fault.code, hint: fault.hint }
    log("warn", `${c.req.method} ${c.req.path} was answered ${http}: ${fault.message}`, fields)
  }
  const { key, suggestion } = fault
  const details = { fault: fault.code, ...(key ? { key } : {}), ...(suggestion ? { suggestion } : {}) }
  return fail(c, { code: api, message: fault.message, hint: fault.hint, details }, http)
}
