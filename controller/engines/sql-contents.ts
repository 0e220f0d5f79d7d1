// Counts what a dump of mysqldump or mariadb-dump holds, by the headings it writes itself, as the bytes pass. Text in rows has its
// line breaks escaped, so no row can hold a heading; two searches for fixed bytes cost next to nothing beside the hashing.
import type { ObjectCounts } from "../../schemas/manifest.ts"

export interface Contents {
  push(chunk: Buffer): void
  held(): ObjectCounts
}

/** A heading: the bytes it begins with, and what it is a heading of, read from at most `lookBytes` after these. */
interface Heading {
  readonly begin: Buffer
  kindOf(text: string): string | undefined
}

const sections: readonly (readonly [string, string])[] = [
  ["Table structure for table `", "tables"],
  ["Final view structure for view `", "views"],
  ["Sequence structure for `", "sequences"],
]
const headings: readonly Heading[] = [
  {
    begin: Buffer.from("\n--\n-- "),
    kindOf: (text) => sections.find(([words]) => text.startsWith(words))?.[1],
  },
  { begin: Buffer.from("\nDELIMITER ;;\n"), kindOf: programKind },
]
const routine =
  /^CREATE (?:DEFINER=`(?:[^`]|``)*`(?:@`(?:[^`]|``)*`)? )?(?:AGGREGATE )?(PROCEDURE|FUNCTION|PACKAGE) /

// MariaDB from 11 on sets the character set before, not after, the delimiter.
const event = /^\/\*!(?:50003 SET @saved_cs_client |50106 CREATE)/

/** Routines and events are as the server prints them; the rest are triggers, in whatever words these were made. */
function programKind(text: string): string | undefined {
  if (event.test(text)) return "events"
  const word = routine.exec(text)?.[1]
  if (word === undefined) return "triggers"
  return word === "PACKAGE" ? undefined : `${word.toLowerCase()}s`
}

// A definer's name is 128 characters at most and its host 255, of up to 4 bytes, each perhaps doubled.
const lookBytes = 4096
const longestBegin = Math.max(...headings.map(({ begin }) => begin.length))

export function sqlContents(): Contents {
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
  const margin = longestBegin + lookBytes

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
