// A destination that was left behind, and the Fault for when that happened to all of them.
import { Fault, faultIn } from "../core/fault.ts"

export interface FailedCopy {
  readonly destination: string
  readonly key: string
  readonly fault: Fault
}

/** With one destination it is that one's Fault; with several, the first one's code and hint, and every message. */
export function noneLeft(failed: readonly FailedCopy[]): Fault {
  const [first, ...others] = failed
  if (!first) return new Fault("destination-unknown", "the backup has no destination")
  if (others.length === 0) return first.fault
  const messages = failed.map(({ destination, fault: { message } }) =>
    message.startsWith(destination) ? message : `${destination}: ${message}`,
  )
  return new Fault(first.fault.code, `every destination failed: ${messages.join("; ")}`, {
    ...(first.fault.hint === null ? {} : { hint: first.fault.hint }),
    cause: first.fault,
  })
}

/** Destinations reject with Faults; anything else is a bug, and is named as such without losing the other copies. */
export function faultOf(error: unknown): Fault {
  const message = error instanceof Error ? error.message : String(error)
  return faultIn(error) ?? new Fault("internal", `unexpected: ${message}`, { cause: error })
}
