// Notices when one side of the byte path keeps the other waiting: a tool that prints nothing, or takes nothing. While the path
// itself is busy, with a slow destination for example, nobody waits and no time counts. One timer, however many chunks pass.
import type { Fault } from "../core/fault.ts"

/** What to do about a tool that keeps the byte path waiting. */
export interface Silence {
  readonly limitSeconds: number
  /** Told once at half of the limit, so that the log says what was going on. */
  readonly notice: (waitedSeconds: number) => void
  /** The Fault to end the work with, or null to go on waiting as long again. Never rejects. */
  readonly verdict: (waitedSeconds: number) => Promise<Fault | null>
}

export interface Watch {
  /** From now on somebody waits. */
  waits(): void
  /** Something came, or nobody waits any more. */
  moved(): void
  stop(): void
}

/** How far from the limit an answer may be: a twentieth, and no more than some seconds. */
const looksPerLimit = 20
const longestPauseMilliseconds = 15_000

export const unwatched: Watch = { waits: () => {}, moved: () => {}, stop: () => {} }

/** `end` is called with the verdict, unless something came while it was being found. */
export function watchSilence(
  silence: Silence | undefined,
  end: (fault: Fault) => void,
  now: () => number = performance.now,
): Watch {
  if (silence === undefined) return unwatched
  const { limitSeconds, notice, verdict } = silence
  const limit = limitSeconds * 1000
  let since: number | null = null
  let noticed = false
  let judging = false

  async function judge(from: number, waitedSeconds: number): Promise<void> {
    judging = true
    const fault = await verdict(waitedSeconds)
    judging = false
    if (since !== from) return
    if (fault) return end(fault)
    since = now()
    noticed = false
  }
  function look(): void {
    if (since === null || judging) return
    const waited = now() - since
    if (waited >= limit) void judge(since, Math.round(waited / 1000))
    else if (waited >= limit / 2 && !noticed) {
      noticed = true
      notice(Math.round(waited / 1000))
    }
  }

  const timer = setInterval(look, Math.min(limit / looksPerLimit, longestPauseMilliseconds))
  return {
    waits() {
      since ??= now()
    },
    moved() {
      since = null
      noticed = false
    },
    stop() {
      since = null
      clearInterval(timer)
    },
  }
}
