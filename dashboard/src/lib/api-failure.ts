// Why a call gave no data, in words for a person: what happened, and what to do next.
import type { ApiErrorCode } from "../../../schemas/errors.ts"

interface Reason {
  /** The API's code; `NO_ANSWER` when nothing answered, `NOT_UNDERSTOOD` when the answer has another shape. */
  readonly code: ApiErrorCode | "NO_ANSWER" | "NOT_UNDERSTOOD"
  readonly message: string
  readonly hint: string | null
  /** HTTP status, 0 when there was none. */
  readonly status: number
  readonly cause?: unknown
}

export class ApiFailure extends Error {
  readonly code: Reason["code"]
  readonly hint: string | null
  readonly status: number

  constructor(reason: Reason) {
    super(reason.message, { cause: reason.cause })
    this.name = "ApiFailure"
    this.code = reason.code
    this.hint = reason.hint
    this.status = reason.status
  }
}

export function noAnswer(cause: unknown): ApiFailure {
  return new ApiFailure({
    code: "NO_ANSWER",
    message: "the controller does not answer",
    hint: "Check that it is running and that this address reaches it. The page tries again by itself.",
    status: 0,
    cause,
  })
}

export function notUnderstood(status: number, cause: unknown): ApiFailure {
  return new ApiFailure({
    code: status >= 502 && status <= 504 ? "NO_ANSWER" : "NOT_UNDERSTOOD",
    message: `the answer was not understood (HTTP ${status})`,
    hint: "Reload the page: the controller may have been upgraded. If it stays, something between it and this browser answers in its place.",
    status,
    cause,
  })
}

/** Message and hint of whatever was thrown. An unexpected error is a bug and says so. */
export function explain(error: unknown): { message: string; hint: string | null; code: string } {
  if (error instanceof ApiFailure) return { message: error.message, hint: error.hint, code: error.code }
  const message = error instanceof Error ? error.message : String(error)
  return { message, hint: "This is a fault of the dashboard. Reload the page.", code: "DASHBOARD_ERROR" }
}

/** Whether waiting may help: nothing answered, or a proxy answered for a controller that is away. */
export function isUnreachable(error: unknown): boolean {
  return error instanceof ApiFailure && error.code === "NO_ANSWER"
}
