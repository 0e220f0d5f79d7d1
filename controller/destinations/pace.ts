// Keeps what goes to a destination at a speed that the operator allows, over all of its uploads together.

export interface Pace {
  /** Resolves when so many bytes may go; rejects with the signal's reason when it is aborted meanwhile. */
  turn(bytes: number, signal: AbortSignal): Promise<void>
}

/** @param now rising milliseconds; @param wait resolves after so many milliseconds, or rejects when aborted */
export function createPace(
  bytesPerSecond: number | undefined,
  now: () => number = () => performance.now(),
  wait: (milliseconds: number, signal: AbortSignal) => Promise<void> = sleep,
): Pace {
  if (bytesPerSecond === undefined) return { turn: async () => {} }
  let free = 0
  return {
    async turn(bytes, signal) {
      const begins = Math.max(free, now())
      free = begins + (bytes / bytesPerSecond) * 1000
      const milliseconds = begins - now()
      if (milliseconds > 0) await wait(milliseconds, signal)
    },
  }
}

function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    const stop = () => {
      clearTimeout(timer)
      reject(signal.reason)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop)
      resolve()
    }, milliseconds)
    signal.addEventListener("abort", stop, { once: true })
  })
}
