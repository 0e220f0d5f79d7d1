// Whether a dump that is proven is far smaller than the last good one of the same: then it is kept, and not trusted.
import type { Problem } from "../../schemas/errors.ts"
import type { Manifest } from "../../schemas/manifest.ts"
import { Fault, problemOf } from "./fault.ts"

/** What was measured of both, in its unit. */
interface Measure {
  readonly unit: "bytes" | "tables" | "rows"
  readonly now: number
  readonly before: number
}

/** So much must be gone at least: a small database loses half of what is in it on an ordinary day. That nothing is left of it counts. */
const leastGone = { bytes: 64 * 1024, tables: 3, rows: 1000 } as const

/** Labels that say what of a database is dumped. */
const contentKeys = ["content", "tables", "exclude-tables", "exclude-data"] as const

/** Whether both were to hold the same, so that tables and rows can be compared. */
export function isOfSameContent(a: Manifest, b: Manifest): boolean {
  return (
    a.engine.name === b.engine.name &&
    // What a person handed in is no measure of what is on the server.
    a.imported === undefined &&
    b.imported === undefined &&
    a.subject.kind === b.subject.kind &&
    // A manifest of an earlier version says nothing of a label that there was not then: that is its default.
    contentKeys.every((key) => sameText(a.spec[key], b.spec[key]))
  )
}

const unsaid = ["", "all", "undefined"]
const sameText = (a = "", b = "") => a === b || (unsaid.includes(a) && unsaid.includes(b))

/** Whether also the bytes that left the server are of the same form: format and compression at the source. */
export function isOfSameForm(a: Manifest, b: Manifest): boolean {
  return (
    isOfSameContent(a, b) &&
    a.format === b.format &&
    a.sourceCompression === b.sourceCompression &&
    a.engine.tool === b.engine.tool
  )
}

export interface Bases {
  /** The last good backups of the same database: of the same form, and of the same content. Undefined: there is none. */
  readonly form: Manifest | undefined
  readonly content: Manifest | undefined
}

/** Why it is suspect; null when there is no doubt. `maxShrink`: percent, more than which must not be gone. */
export function suspicionOf(made: Manifest, bases: Bases, maxShrink: number): Problem | null {
  const doubts = measuresOf(made, bases).filter((measure) => isTooLittle(measure, maxShrink))
  const base = doubts.length === 0 ? undefined : (bases.content ?? bases.form)
  if (base === undefined) return null
  const subject = made.subject.kind === "globals" ? "the globals" : made.subject.name
  const fault = new Fault(
    "backup-suspect",
    `the backup of ${subject} holds far less than the last good one: ${doubts.map(inWords).join(", ")}`,
    {
      hint: `If that is right, accept it: on its page, or with dbbackup accept ${made.id}. Else look at what became of the data: the last good backup, of ${base.finishedAt}, is kept. Until one of this job is good again, nothing is pruned on this server. How much less is suspect is said by the label dbbackup.max-shrink.`,
    },
  )
  return problemOf(fault)
}

function measuresOf(made: Manifest, { form, content }: Bases): readonly Measure[] {
  const measures: Measure[] = []
  if (form) measures.push({ unit: "bytes", now: made.proof.rawBytes, before: form.proof.rawBytes })
  const tables = content && pair(tablesIn(made), tablesIn(content))
  if (tables) measures.push({ unit: "tables", ...tables })
  const rows = content && pair(rowsIn(made), rowsIn(content))
  if (rows) measures.push({ unit: "rows", ...rows })
  return measures
}

function pair(now: number | null, before: number | null): Omit<Measure, "unit"> | null {
  return now === null || before === null ? null : { now, before }
}

/** As they were counted in the dump; as the server said, where nobody counted. */
function tablesIn({ holds, facts, subject }: Manifest): number | null {
  if (subject.kind === "globals") return null
  return holds === undefined ? (facts?.tables ?? null) : (holds.tables ?? 0)
}

/** Only where they were counted: a server that has just been restored estimates none. */
function rowsIn({ fingerprint }: Manifest): number | null {
  if (fingerprint?.level !== "exact") return null
  return Object.values(fingerprint.rows).reduce((sum, rows) => sum + rows, 0)
}

function isTooLittle({ unit, now, before }: Measure, maxShrink: number): boolean {
  const gone = before - now
  if (gone * 100 <= before * maxShrink) return false
  // Rows come and go by themselves; tables do not.
  return gone >= leastGone[unit] || (unit === "tables" && now === 0)
}

function inWords({ unit, now, before }: Measure): string {
  const less = `${Math.floor(((before - now) / before) * 100)} % less`
  const figure = (n: number) => n.toLocaleString("en-US")
  return `${figure(now)} ${unit} instead of ${figure(before)} (${less})`
}
