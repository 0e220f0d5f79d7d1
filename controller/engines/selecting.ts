// Takes of a dump only what a restore asks for: it is looked through as it is proven, and what is loaded is then made of it.
import { keepRanges, type Ranges } from "../core/kept-ranges.ts"
import type { Selected } from "../core/selection.ts"
import type { EndDetector, Rewriter } from "../ports.ts"

export interface Selecting {
  /** Given the whole dump from its beginning, its stream compression undone. */
  push(chunk: Buffer): void
  /** Throws a Fault: `request-invalid` for a name that the dump does not hold, `restore-unsupported` for what cannot be told apart. */
  finish(): void
  /** Whether enough has passed to know what the selection comes to. */
  isKnown(): boolean
  /** Once that is known; throws as `finish` does. */
  selected(): Selected
  /** What makes of the same bytes those to be loaded; once it is known. */
  rewriter(): Rewriter
}

/** Sees the bytes that the end's detector sees, and is asked after it. @param ranges of those bytes, what is loaded; null: all */
export function alsoSelecting(end: EndDetector, selecting: Selecting, ranges: Ranges | null): EndDetector {
  const kept = ranges === null ? null : keepRanges(ranges)
  return {
    push(chunk) {
      end.push(chunk)
      for (const piece of kept ? kept.push(chunk) : [chunk]) selecting.push(piece)
    },
    finish() {
      const seen = end.finish()
      selecting.finish()
      return seen
    },
    held: () => end.held(),
  }
}
