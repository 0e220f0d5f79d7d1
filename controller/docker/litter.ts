// Keeps memory flat while a tool's output is read: what is left behind by what was read lies outside the heap, where Bun's collector
// counts it late.

/**
 * Left to itself, Bun collects that later the longer the process runs: 275 MB after ten dumps of 1 GB. So it is asked to, at once (in the
 * background does not keep up), each so many bytes while the process is large, and once more when all is over. A collection takes some
 * 20 ms of processor time, which a dump that makes little litter is spared. As for stored copies: pipeline/collector.ts.
 */
const lookBytes = 2 * 1024 * 1024
const largeBytes = 120e6
const afterwardsMilliseconds = 500

export interface Litter {
  passed(bytes: number): void
  /** So many bytes have passed that the tool prints much. */
  isMuch(): boolean
  /** All is over. */
  end(): void
}

export function litter(): Litter {
  let uncollected = 0
  let much = false
  return {
    passed(bytes) {
      uncollected += bytes
      if (uncollected <= lookBytes) return
      uncollected = 0
      much = true
      if (process.memoryUsage.rss() > largeBytes) Bun.gc(true)
    },
    isMuch: () => much,
    end() {
      if (much) setTimeout(() => Bun.gc(true), afterwardsMilliseconds).unref()
    },
  }
}
