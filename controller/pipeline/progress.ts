// Keeps progress reports to a few a second, however many chunks pass.

/** Calls `report` at once, then at most once in `everyMs`. What is left out is not made up for: the caller reports the end itself. */
export function paced(report: () => void, everyMs = 250, now: () => number = performance.now): () => void {
  let last = Number.NEGATIVE_INFINITY
  return () => {
    const at = now()
    if (at - last < everyMs) return
    last = at
    report()
  }
}
