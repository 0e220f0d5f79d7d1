// How mysqldump and mariadb-dump head each database when they dump several at once: in one pass all but the final form of its views, in a
// second one that.
import { Fault } from "../core/fault.ts"

/** What every heading begins with. */
export const anyHeading = Buffer.from("\n--\n-- Current Database: ")
// The first of the settings that the tool sets back at its end, whatever was dumped.
const footerBegin = Buffer.from("/*!40103 SET TIME_ZONE=@OLD_TIME_ZONE */;\n")

/** The heading with the statement that follows it, the blank line before it included. Names without control characters. */
export function headingOf(name: string): Buffer {
  const quoted = `\`${name.replaceAll("`", "``")}\``
  return Buffer.from(`${anyHeading}${quoted}\n--\n\nUSE ${quoted};\n`)
}

export interface Sections {
  /** What stands under each heading, by position. */
  readonly views: readonly Buffer[]
  readonly footer: Buffer
}

/** Reads the second pass, as far as the end of the dump. Throws when it is not of exactly these databases, in this order. */
export function readSections(text: Buffer, names: readonly string[]): Sections {
  const footerAt = text.lastIndexOf(footerBegin)
  const footer = text.subarray(footerAt)
  if (footerAt < 0 || !/\n-- Dump completed\n$/.test(footer.toString("latin1"))) throw notTold("its end")
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
  return { views, footer }
}

/** The databases' dumps cannot be told apart in the one that the tool prints. */
export function notTold(what: string): Fault {
  return new Fault("dump-failed", `in the dump of several databases ${what} is not where it was expected`, {
    hint: "Such databases are dumped one after the other. If it happens again, set the label dbbackup.snapshot=database, and report it.",
  })
}
