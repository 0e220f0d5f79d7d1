// Keeps memory flat while a stored copy is read: what its bytes leave behind lies outside the heap, where Bun's collector counts it late.

/**
 * Left to itself, Bun lets some 50 MB gather while a copy of 300 MB is read, more where it is read slowly. So it is asked to collect at
 * once (some 10 ms), each so many bytes while the process is large, and when all is over. As for what tools print: docker/litter.ts.
 */
const lookBytes = 16 * 1024 * 1024
const largeBytes = 110e6
const afterwardsMilliseconds = 500

export interface Collector {
  /** Hears how many bytes have passed so far. */
  readonly passed: (total: number) => void
  /** All is over. */
  end(): void
}

export function collector(): Collector {
  let lookedAt = 0
  return {
    passed(total) {
      if (total - lookedAt < lookBytes) return
      lookedAt = total
      if (process.memoryUsage.rss() > largeBytes) Bun.gc(true)
    },
    end() {
      if (lookedAt > 0) setTimeout(() => Bun.gc(true), afterwardsMilliseconds).unref()
    },
  }
}
