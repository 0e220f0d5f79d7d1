// One signal for everything a piece of work does: cancel, shutdown or its own time limit, whichever comes first.
import { Fault } from "../core/fault.ts"

export interface Deadline {
  readonly signal: AbortSignal
  /** Stops the clock once the work has ended. */
  clear(): void
}

/** The signal's reason is `expired()` when the time is up, else the outer signal's own. */
export function deadline(outer: AbortSignal, seconds: number, expired: () => Fault): Deadline {
  const controller = new AbortController()
  // A timer beyond 2^31 ms fires at once, so a longer limit is none.
  const milliseconds = seconds * 1000
  const timer =
    milliseconds < 2 ** 31 ? setTimeout(() => controller.abort(expired()), milliseconds) : undefined
  return { signal: AbortSignal.any([outer, controller.signal]), clear: () => clearTimeout(timer) }
}

export function tookTooLong(doing: string, seconds: number, hint: string): Fault {
  return new Fault("timeout", `${doing} took longer than ${seconds} s and was stopped`, { hint })
}
