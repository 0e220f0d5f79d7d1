// Live progress of what is running, in memory only, and how often the world hears of it.
import type { Store } from "./store.ts"

// Four a second is as much as a person can follow.
const spacingMilliseconds = 250

export interface Progress<T> {
  /** Keeps the newest value. True when it is time to publish it. */
  keep(id: string, value: T): boolean
  of(id: string): T | undefined
  forget(id: string): void
}

export function liveProgress<T>(store: Pick<Store, "milliseconds">): Progress<T> {
  const live = new Map<string, { value: T; publishedAt: number }>()
  return {
    keep(id, value) {
      const now = store.milliseconds()
      const before = live.get(id)
      const due = before === undefined || now - before.publishedAt >= spacingMilliseconds
      live.set(id, { value, publishedAt: due ? now : before.publishedAt })
      return due
    },
    of: (id) => live.get(id)?.value,
    forget: (id) => void live.delete(id),
  }
}
