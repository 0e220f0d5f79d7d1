// What of a file's unpacked bytes is loaded: some stretches of them.
import type { Rewriter } from "../ports.ts"

export type Ranges = readonly (readonly [number, number])[]

/** Lets those stretches pass. @param ranges in order, none over another */
export function keepRanges(ranges: Ranges): Rewriter {
  let at = 0
  let next = 0
  return {
    push(chunk) {
      const kept: Buffer[] = []
      const end = at + chunk.length
      for (let range = ranges[next]; range !== undefined && range[0] < end; range = ranges[next]) {
        const [from, until] = range
        kept.push(chunk.subarray(Math.max(0, from - at), until - at))
        if (until > end) break
        next++
      }
      at = end
      return kept.filter(({ length }) => length > 0)
    },
    end: () => [],
  }
}

/** The same of bytes that are there as a whole. @param ranges null: all of them */
export function keptOf(bytes: Buffer, ranges: Ranges | null): Buffer {
  return ranges === null ? bytes : Buffer.concat(keepRanges(ranges).push(bytes))
}

/** One after the other. */
export function inTurn(first: Rewriter, second: Rewriter): Rewriter {
  return {
    push: (chunk) => first.push(chunk).flatMap((piece) => second.push(piece)),
    end: () => [...first.end().flatMap((piece) => second.push(piece)), ...second.end()],
  }
}
