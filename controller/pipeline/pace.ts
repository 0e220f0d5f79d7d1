// Keeps a stream to so many bytes a second, by holding its reader back now and then: no timer per chunk.
import { Transform } from "node:stream"
import { setTimeout as sleep } from "node:timers/promises"

/** Shorter pauses are put together: a timer is late by a few of these, which the next pause makes up for. */
const shortestPauseMilliseconds = 50
/** What a slow stretch leaves unused may be made up for by as much, so that no burst follows it. */
const creditMilliseconds = 1000

export interface Rate {
  /** How long to pause, in milliseconds, now that so many bytes have passed; 0 to go on. */
  pauseAfter(bytes: number): number
}

export function rate(bytesPerSecond: number, now: () => number = performance.now): Rate {
  let due = now()
  return {
    pauseAfter(bytes) {
      const at = now()
      due = Math.max(due, at - creditMilliseconds) + (bytes / bytesPerSecond) * 1000
      const ahead = due - at
      return ahead >= shortestPauseMilliseconds ? ahead : 0
    },
  }
}

/** To be awaited after each chunk; null when nothing is to be kept to. Rejects when the signal is aborted in a pause. */
export function pacer(
  bytesPerSecond: number | null,
  signal: AbortSignal,
): ((bytes: number) => Promise<void> | undefined) | null {
  if (bytesPerSecond === null) return null
  const { pauseAfter } = rate(bytesPerSecond)
  return (bytes) => {
    const pause = pauseAfter(bytes)
    return pause > 0 ? sleep(pause, undefined, { signal }) : undefined
  }
}

/** Lets bytes pass at that speed, as they are. */
export function pacing(bytesPerSecond: number, signal: AbortSignal): Transform {
  const pace = pacer(bytesPerSecond, signal)
  return new Transform({
    transform(chunk: Buffer, _encoding, next) {
      const pause = pace?.(chunk.length)
      if (pause) pause.then(() => next(null, chunk), next)
      else next(null, chunk)
    },
  })
}
