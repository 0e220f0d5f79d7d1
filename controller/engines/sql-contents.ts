// Counts what a dump of SQL text holds, by the headings that its tool writes, as the bytes pass. Some searches for fixed bytes cost
// next to nothing beside the hashing.
import type { ObjectCounts } from "../../schemas/manifest.ts"
import { type Heading, mysqlHeadings } from "./sql-headings.ts"

export interface Contents {
  push(chunk: Buffer): void
  held(): ObjectCounts
}

// A definer's name is 128 characters at most and its host 255, of up to 4 bytes, each perhaps doubled.
const lookBytes = 4096

export function sqlContents(headings: readonly Heading[] = mysqlHeadings): Contents {
  const held: Record<string, number> = {}
  /** The end of what was seen, in which no heading was looked for yet as too little came after it. */
  let rest: Buffer = Buffer.alloc(0)

  /** Counts the headings that begin before `until`. */
  const count = (bytes: Buffer, until: number) => {
    for (const { begin, kindOf } of headings)
      for (let at = bytes.indexOf(begin); at >= 0 && at < until; at = bytes.indexOf(begin, at + 1)) {
        const from = at + begin.length
        const kind = kindOf(bytes.toString("latin1", from, from + lookBytes))
        if (kind !== undefined) held[kind] = (held[kind] ?? 0) + 1
      }
  }
  const margin = Math.max(...headings.map(({ begin }) => begin.length)) + lookBytes

  return {
    push(chunk) {
      if (chunk.length <= margin) {
        rest = Buffer.concat([rest, chunk])
        if (rest.length <= 2 * margin) return
        count(rest, rest.length - margin)
        rest = Buffer.from(rest.subarray(-margin))
        return
      }
      // Only the seam between two chunks is put together; the chunk itself is searched where it lies.
      count(Buffer.concat([rest, chunk.subarray(0, margin)]), rest.length)
      count(chunk, chunk.length - margin)
      rest = Buffer.from(chunk.subarray(-margin))
    },
    held() {
      count(rest, rest.length)
      rest = Buffer.alloc(0)
      return { ...held }
    },
  }
}
