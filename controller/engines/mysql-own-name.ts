// mysqldump names the dumped database in one statement, around routines whose collation is not the database's own: loaded into another
// database, it would change the one of that name, or fail without one. Without the name it is for the database that is loaded into.
import type { Rewriter } from "../ports.ts"

const needle = Buffer.from("\nALTER DATABASE `")
/** Of 64 characters a name may have, each of four bytes, or two where it is a quote. */
const longestStatement = 512
// Line breaks in rows are written as \n, so that no row begins a line.
const named = /^\nALTER DATABASE `(?:[^`]|``){1,256}` (?=CHARACTER SET \w+ COLLATE \w+ ;)/
const unnamed = Buffer.from("\nALTER DATABASE ")

export function withoutOwnName(): Rewriter {
  let held: Buffer = Buffer.alloc(0)

  function take(chunk: Buffer, isLast: boolean): readonly Buffer[] {
    const data = held.length > 0 ? Buffer.concat([held, chunk]) : chunk
    const out: Buffer[] = []
    let from = 0
    let at = data.indexOf(needle)
    for (; at >= 0; at = data.indexOf(needle, at + 1)) {
      if (!isLast && data.length - at < longestStatement) break
      const match = named.exec(data.subarray(at, at + longestStatement).toString("latin1"))
      if (!match) continue
      out.push(data.subarray(from, at), unnamed)
      from = at + match[0].length
    }
    const keep = isLast ? data.length : at >= 0 ? at : data.length - begunNeedle(data)
    out.push(data.subarray(from, keep))
    held = Buffer.from(data.subarray(keep))
    return out.filter(({ length }) => length > 0)
  }

  return { push: (chunk) => take(chunk, false), end: () => take(Buffer.alloc(0), true) }
}

/** How many of the last bytes may be the beginning of one. */
function begunNeedle(data: Buffer): number {
  for (let length = Math.min(needle.length - 1, data.length); length > 0; length--)
    if (data.subarray(data.length - length).equals(needle.subarray(0, length))) return length
  return 0
}
