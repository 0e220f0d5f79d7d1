// The present, as state: ages on the page stay true while it is open.
import { useSyncExternalStore } from "react"

/** Ages change by the minute; what runs is followed by the second. */
const periodMs = { calm: 15_000, live: 1000 } as const

export function useNow(pace: keyof typeof periodMs = "calm"): Date {
  const period = periodMs[pace]
  useSyncExternalStore(
    (changed) => {
      const timer = setInterval(changed, period)
      return () => clearInterval(timer)
    },
    () => Math.floor(Date.now() / period),
  )
  return new Date()
}
