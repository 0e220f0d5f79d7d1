// Rewrites a dump of MySQL or MariaDB as it passes, so that it can be loaded, and into a database of any name. Line breaks in rows are
// written as \n, so that no row begins a line: what begins one is the tool's own.
import type { Rewriter } from "../ports.ts"
import { alterDatabase, columnOf } from "./mysql-own-name.ts"
import { archiveCount, locksBesideSequences } from "./mysql-unloadable.ts"

/** Something that may have to be written in another way. */
export interface Passage {
  /** With the line break before it. */
  readonly begin: Buffer
  /** No more than so many bytes from its begin decide. */
  readonly mostBytes: number
  /** Whether these bytes, which begin so, are all that it takes to decide. */
  isWhole(bytes: Buffer): boolean
  /** What to write for the first `length` of it, in which a character is a byte; undefined: it stays. */
  instead(text: string): { readonly length: number; readonly piece: string } | undefined
}

/** `database`: that was dumped. */
export function mysqlRewriter(database: string): Rewriter {
  const passages = [alterDatabase, columnOf(database), archiveCount, ...locksBesideSequences()]
  let held: Buffer = Buffer.alloc(0)

  function take(chunk: Buffer, isLast: boolean): readonly Buffer[] {
    const data = held.length > 0 ? Buffer.concat([held, chunk]) : chunk
    const next = finder(data, passages)
    const out: Buffer[] = []
    let from = 0
    let keep = data.length
    for (let found = next(0); found; found = next(Math.max(from, found.at + 1))) {
      const { passage, at } = found
      const bytes = data.subarray(at, at + passage.mostBytes)
      if (!isLast && !passage.isWhole(bytes)) {
        keep = at
        break
      }
      const changed = passage.instead(bytes.toString("latin1"))
      if (!changed) continue
      out.push(data.subarray(from, at), Buffer.from(changed.piece, "latin1"))
      from = at + changed.length
    }
    if (!isLast && keep === data.length)
      keep = Math.max(from, keep - Math.max(...passages.map(({ begin }) => begun(data, begin))))
    out.push(data.subarray(from, keep))
    held = Buffer.from(data.subarray(keep))
    return out.filter(({ length }) => length > 0)
  }

  return { push: (chunk) => take(chunk, false), end: () => take(Buffer.alloc(0), true) }
}

/** Finds the next one from a place on; each is searched for only once over the same bytes. */
function finder(data: Buffer, passages: readonly Passage[]) {
  const places = passages.map((passage) => ({ passage, at: data.indexOf(passage.begin) }))
  return (from: number) => {
    let first: (typeof places)[number] | undefined
    for (const place of places) {
      if (place.at >= 0 && place.at < from) place.at = data.indexOf(place.passage.begin, from)
      if (place.at >= 0 && (first === undefined || place.at < first.at)) first = place
    }
    return first && { ...first }
  }
}

/** How many of the last bytes may be the beginning of it. */
function begun(data: Buffer, begin: Buffer): number {
  for (let length = Math.min(begin.length - 1, data.length); length > 0; length--)
    if (data.subarray(data.length - length).equals(begin.subarray(0, length))) return length
  return 0
}
