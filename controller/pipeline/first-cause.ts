// One broken step breaks all the others. This remembers which error came first, and tells everyone to stop.
import type { Stream } from "node:stream"
import { Fault } from "../core/fault.ts"

export interface FirstCause {
  /** Aborted at the first failure or by the outer signal; its reason is the root cause. */
  readonly signal: AbortSignal
  fail(error: unknown): void
  /** Counts a stream's error as a failure. */
  watch(stream: Stream): void
  /** Stops listening to the outer signal, which may live longer. */
  dispose(): void
}

function firstCause(outer: AbortSignal): FirstCause {
  const stop = new AbortController()
  const fail = (error: unknown): void => stop.abort(error)
  const onOuter = (): void => fail(reasonOf(outer))
  outer.addEventListener("abort", onOuter, { once: true })
  if (outer.aborted) onOuter()
  return {
    signal: stop.signal,
    fail,
    watch: (stream) => void stream.on("error", fail),
    dispose: () => outer.removeEventListener("abort", onOuter),
  }
}

/** Runs the work; when it fails, what failed first is what is thrown. */
export async function underFirstCause<T>(
  signal: AbortSignal,
  work: (cause: FirstCause) => Promise<T>,
): Promise<T> {
  const cause = firstCause(signal)
  try {
    cause.signal.throwIfAborted()
    return await work(cause)
  } catch (error) {
    throw cause.signal.aborted ? cause.signal.reason : error
  } finally {
    cause.dispose()
  }
}

/** Why a signal was aborted, as a Fault: the one it carries, else `timeout` or `cancelled`. */
export function reasonOf(signal: AbortSignal): Fault {
  const { reason } = signal
  if (reason instanceof Fault) return reason
  return reason instanceof Error && reason.name === "TimeoutError"
    ? new Fault("timeout", "the time limit was reached", { cause: reason })
    : new Fault("cancelled", "cancelled", { cause: reason })
}

/** Settles as the promise does, or rejects with the signal's reason once it is aborted, whichever comes first. */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason)
    if (signal.aborted) onAbort()
    signal.addEventListener("abort", onAbort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort))
  })
}
