// The one error class. Any other Error that reaches a job's edge is a bug and is reported as such.
import { type FaultCode, meaningOf, type NextStep, type Problem } from "../../schemas/errors.ts"

type FaultOptions = {
  readonly hint?: string
  readonly key?: string
  readonly suggestion?: string
  readonly cause?: unknown
}

export class Fault extends Error {
  override readonly name = "Fault"
  readonly hint: string | null
  readonly key: string | null
  readonly suggestion: string | null

  /** `message`: facts first, lower case, no full stop. `hint`: a sentence telling the operator what to try. */
  constructor(
    readonly code: FaultCode,
    message: string,
    options: FaultOptions = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.hint = options.hint ?? null
    this.key = options.key ?? null
    this.suggestion = options.suggestion ?? null
  }

  get next(): NextStep {
    return meaningOf(this.code).next
  }
}

/** The fault as plain data, for a row, a log line or an answer. An unexpected error becomes `internal`. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Fault) {
    const { code, message, hint, key, suggestion } = error
    return { code, message, hint, key, suggestion }
  }
  const message = error instanceof Error ? error.message : String(error)
  return {
    code: "internal",
    message: `unexpected: ${message}`,
    hint: "This is a bug in dbbackup. The log has the stack.",
    key: null,
    suggestion: null,
  }
}

/** The first fault in an error's chain of causes, or undefined. */
export function faultIn(error: unknown): Fault | undefined {
  for (let at: unknown = error; at instanceof Error; at = at.cause) if (at instanceof Fault) return at
  return undefined
}

/** A problem as one line of text: what is wrong, and what to do. */
export function inFull({ message, hint }: Pick<Problem, "message" | "hint">): string {
  return `${message}${hint ? `. ${hint}` : ""}`
}
