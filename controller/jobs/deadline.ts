// One signal for everything a piece of work does: cancel, shutdown or its own time limit, whichever comes first.
import { Fault } from "../core/fault.ts"

export interface Deadline {
  readonly signal: AbortSignal
  /** Stops the clock once the work has ended. */
  clear(): void
}

/** The signal's reason is a Fault: `timeout` when the time is up, else the outer signal's own. */
export function deadline(outer: AbortSignal, seconds: number, doing: string): Deadline {
  const controller = new AbortController()
  const fault = () =>
    new Fault("timeout", `${doing} took longer than ${seconds} s and was stopped`, {
      hint: "Raise the label dbbackup.timeout, or find out what holds the server up.",
    })
  // A timer beyond 2^31 ms fires at once, so a longer limit is none.
  const milliseconds = seconds * 1000
  const timer = milliseconds < 2 ** 31 ? setTimeout(() => controller.abort(fault()), milliseconds) : undefined
  return { signal: AbortSignal.any([outer, controller.signal]), clear: () => clearTimeout(timer) }
}
