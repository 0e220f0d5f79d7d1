// How mysqldump and mariadb-dump head each database when they dump several at once: in one pass all but the final form of its views, in a
// second one that. There is no second one where there are no views at all.
import { Fault } from "../core/fault.ts"
import { quoted } from "./mysql-words.ts"

/** What every heading begins with. */
export const anyHeading = Buffer.from("\n--\n-- Current Database: ")
// The first of the settings that the tool sets back at its end, whatever was dumped.
const footerBegin = Buffer.from("/*!40103 SET TIME_ZONE=@OLD_TIME_ZONE */;\n")

/** The heading with the statement that follows it, the blank line before it included. Names without control characters. */
export function headingOf(name: string): Buffer {
  const own = quoted(name)
  return Buffer.from(`${anyHeading}${own}\n--\n\nUSE ${own};\n`)
}

export interface Sections {
  /** What stands under each heading, by position. */
  readonly views: readonly Buffer[]
  readonly footer: Buffer
}

/** Of a whole dump of these databases. */
export function readOutline(text: Buffer, names: readonly string[]): Sections {
  const heading = headingOf(names[0] ?? "")
  const [first, last] = [text.indexOf(heading), text.lastIndexOf(heading)]
  if (first < 0) throw notTold(names[0] ?? "a database")
  if (last > first) return readSections(text.subarray(last), names)
  return { views: names.map(() => Buffer.alloc(0)), footer: text.subarray(footerIn(text)) }
}

/** Where the settings are set back. */
function footerIn(text: Buffer): number {
  const at = text.lastIndexOf(footerBegin)
  if (at < 0 || !/\n-- Dump completed\n$/.test(text.toString("latin1", at))) throw notTold("the end")
  return at
}

/** Reads the second pass, as far as the end of the dump. Throws when it is not of exactly these databases, in this order. */
export function readSections(text: Buffer, names: readonly string[]): Sections {
  const footerAt = footerIn(text)
  const headings = names.map(headingOf)
  const views: Buffer[] = []
  let at = 0
  for (const [index, heading] of headings.entries()) {
    const begin = at + heading.length
    const next = headings[index + 1]
    const end = next ? text.indexOf(next, begin) : footerAt
    if (!text.subarray(at, begin).equals(heading) || end < begin) throw notTold(names[index] ?? "")
    views.push(text.subarray(begin, end))
    at = end
  }
  return { views, footer: text.subarray(footerAt) }
}

/** The databases' dumps cannot be told apart in the one that the tool prints. */
export function notTold(what: string): Fault {
  return new Fault("dump-failed", `in the dump of several databases ${what} is not where it was expected`, {
    hint: "Such databases are dumped one after the other. If it happens again, set the label dbbackup.snapshot=database, and report it.",
  })
}
