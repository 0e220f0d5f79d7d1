// Cuts a dump of several databases into one dump of each, as the tool would have printed it for that one alone, while the bytes pass.
//
// The tool prints the settings, then every database but for the final form of its views, then all of these if there are any, then the settings
// back.
// A dump that has passed is finished, though, so its views and its end were read before, and are compared once they come.
// Text in rows has its line breaks escaped; bodies of routines, triggers and events have not, and stand between two DELIMITER lines. Who
// imitates a heading elsewhere, in the name of a column, gets no dump cut wrongly but none cut at all: each heading comes once.
import type { Cut, Cutter } from "../ports.ts"
import { anyHeading, headingOf, notTold, readSections, type Sections } from "./mysql-sections.ts"

// More semicolons follow where the text of an event holds two.
const bodyBegin = Buffer.from("\nDELIMITER ;;")
const bodyEnd = Buffer.from("\nDELIMITER ;\n")
const mostSettingBytes = 64 * 1024
// The second pass is kept until the end. Of 10,000 views, three times.
const mostViewBytes = 64 * 1024 * 1024

/** `outline`: the second pass as an earlier run of the tool printed it, for as many names. */
export function mysqlCutter(names: readonly string[], outline: Sections): Cutter {
  const headings = [...names, ...names.slice(0, 1)].map(headingOf)
  const longest = Math.max(...[...headings, outline.footer, bodyBegin].map(({ length }) => length))
  /** Which database is being printed; -1 before the first one, as many as there are in the second pass. */
  let at = -1
  let inBody = false
  let rest: Buffer = Buffer.alloc(0)
  let settings: Buffer = Buffer.alloc(0)
  const second: Buffer[] = []
  let secondBytes = 0

  const keepSecond = (bytes: Buffer) => {
    secondBytes += bytes.length
    if (secondBytes > mostViewBytes) throw notTold("the end of the views")
    second.push(Buffer.from(bytes))
  }
  const pass = (bytes: Buffer, cuts: Cut[]) => {
    if (bytes.length === 0) return
    if (at >= 0) cuts.push(bytes)
    else {
      settings = Buffer.concat([settings, bytes])
      if (settings.length > mostSettingBytes) throw notTold("the first database")
    }
  }
  const viewsOf = (position: number) => outline.views[position] ?? Buffer.alloc(0)
  const turn = (cuts: Cut[]) => {
    if (at >= 0) cuts.push(viewsOf(at), outline.footer, "end")
    at++
    if (at < names.length) cuts.push(settingsOf(settings, names[at] ?? ""))
  }
  const staleUnless = (views: readonly Buffer[]) =>
    names.flatMap((_, index) => (views[index]?.equals(viewsOf(index)) ? [] : [index]))
  /** Where the next line that matters begins; the end of the text when there is none. */
  const lineIn = (text: Buffer, from: number): number => {
    const places = (inBody ? [bodyEnd] : [bodyBegin, anyHeading]).map((line) => text.indexOf(line, from))
    return Math.min(...places.map((place) => (place < 0 ? text.length : place)))
  }

  return {
    push(chunk) {
      const cuts: Cut[] = []
      if (at === names.length) {
        keepSecond(chunk)
        return cuts
      }
      const text = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
      let done = 0
      let from = 0
      let place = lineIn(text, from)
      // A line is looked at once all of it must be there.
      while (at < names.length && place + longest <= text.length) {
        if (text.subarray(place, place + anyHeading.length).equals(anyHeading)) {
          const heading = headings[at + 1]
          if (!heading?.equals(text.subarray(place, place + heading.length)))
            throw notTold(names[at + 1] ?? "the end")
          pass(text.subarray(done, place), cuts)
          done = place + heading.length
          from = done
          turn(cuts)
        } else {
          inBody = !inBody
          // The line break at its end may begin the next one.
          from = place + (inBody ? bodyBegin : bodyEnd).length - 1
        }
        place = lineIn(text, from)
      }
      if (at === names.length) {
        keepSecond(headings[0] ?? Buffer.alloc(0))
        keepSecond(text.subarray(done))
        rest = Buffer.alloc(0)
        return cuts
      }
      // What was seen to matter is never looked at again.
      const safe = Math.max(done, Math.min(Math.max(from, text.length - longest), place))
      pass(text.subarray(done, safe), cuts)
      rest = Buffer.from(text.subarray(safe))
      return cuts
    },
    end() {
      const cuts: Cut[] = []
      if (at === names.length) return cuts
      const body = rest.subarray(0, Math.max(0, rest.length - outline.footer.length))
      const isEnd = at === names.length - 1 && rest.subarray(body.length).equals(outline.footer)
      if (!isEnd) throw notTold(names[at + 1] ?? "the end")
      pass(body, cuts)
      turn(cuts)
      return cuts
    },
    stale() {
      if (secondBytes === 0) return staleUnless(names.map(() => Buffer.alloc(0)))
      const { views, footer } = readSections(Buffer.concat(second), names)
      if (!footer.equals(outline.footer)) throw notTold("the end")
      return staleUnless(views)
    },
    at() {
      if (secondBytes === 0) return Math.min(at, names.length - 1)
      const text = Buffer.concat(second)
      const headed = names.map((name) => text.lastIndexOf(headingOf(name)))
      return headed.indexOf(Math.max(...headed))
    },
  }
}

/** The head of a dump names its database, for people. */
function settingsOf(settings: Buffer, name: string): Buffer {
  const text = settings.toString("latin1")
  const own = Buffer.from(name).toString("latin1")
  return Buffer.from(
    text.replace(/^(-- Host: .* {4}Database: ).*$/m, (_, before: string) => before + own),
    "latin1",
  )
}
