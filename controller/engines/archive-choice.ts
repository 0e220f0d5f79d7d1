// Which entries of an archive of pg_dump a selection of tables takes, decided by what each entry says it needs.
//
// Tables need schemas, types, functions and extensions, so all of these stay but those that themselves need a table that is left out.
// What belongs to a table goes with it. A table that a chosen one cannot be made without (one that it is a partition of, that a chosen
// view reads, whose row is the type of a column) comes along without its rows.
import { listed } from "../core/restorable-part.ts"
import type { Selected, Selection } from "../core/selection.ts"
import { type ArchiveEntry, section } from "./archive-entries.ts"
import { isPartOf, isRelation, linked, nameOf, neededBy, spread, wantedIn } from "./archive-graph.ts"
import { referredTable } from "./archive-names.ts"

export interface ArchiveChoice extends Selected {
  /** Ids of the entries that stay. */
  readonly kept: ReadonlySet<number>
}

type Entries = ReadonlySet<ArchiveEntry>
interface Taken {
  readonly entries: Entries
  /** What belongs to the chosen tables, or to nothing, and cannot be made without a table that is left out. */
  readonly cannotBe: Entries
}

/** They are the database's own, and no table's. */
const ofDatabase = /^(EVENT TRIGGER|PUBLICATION|SUBSCRIPTION|BLOB|LARGE OBJECT)/
/** pg_restore reads them before all others. */
const always = ["ENCODING", "STDSTRINGS", "SEARCHPATH"]
/** Of what comes before the rows, what belongs to one table. */
const ofTable = [
  "DEFAULT",
  "SEQUENCE",
  "SEQUENCE OWNED BY",
  "TABLE ATTACH",
  "COMMENT",
  "ACL",
  "SECURITY LABEL",
]

/** Throws a Fault, `request-invalid`, for a name that is not in the archive. */
export function chooseEntries(all: readonly ArchiveEntry[], selection: Selection): ArchiveChoice {
  const { tables, content, present } = selection
  const entries = linked(all)
  const withRows = content !== "schema"
  if (tables === undefined) {
    const kept = entries.filter((entry) => withRows || entry.section !== section.data)
    return { ...outcomeOf(kept, () => withRows), said: [] }
  }
  const wanted = wantedIn(entries, tables)
  const along = present === null ? neededBy(wanted, entries) : new Set<ArchiveEntry>()
  const { entries: taken, cannotBe } =
    present === null ? intoNew(entries, wanted, along) : intoPresent(entries, wanted, new Set(present))
  const filled = new Set([...wanted].map(nameOf))
  const made = withRows ? filled : new Set([...filled, ...[...along].filter(isRelation).map(nameOf)])
  const refersToNothing = (entry: ArchiveEntry) => {
    if (entry.kind !== "FK CONSTRAINT") return false
    const referred = referredTable(entry.definition, entry.schema) ?? ""
    return !made.has(referred) && !present?.includes(referred)
  }
  const bare = new Set([...along].map(({ id }) => id))
  const isOfRows = ({ kind, section: where, needs }: ArchiveEntry) =>
    where === section.data && (!withRows || (kind === "TABLE DATA" && needs.some((need) => bare.has(need))))
  const kept = [...taken].filter((entry) => !refersToNothing(entry) && !isOfRows(entry))
  const gone = [...cannotBe, ...[...taken].filter(refersToNothing)]
  return {
    ...outcomeOf(kept, (entry) => withRows && wanted.has(entry)),
    said: [...saidOf(along), ...saidOfGone(gone, [...wanted])],
  }
}

/** All but the other tables, what is theirs, and what cannot be made without them. */
function intoNew(entries: readonly ArchiveEntry[], wanted: Entries, along: Entries): Taken {
  const must = new Set([...wanted, ...along])
  const isOther = (entry: ArchiveEntry) => isRelation(entry) || ofDatabase.test(entry.kind)
  const left = new Set(entries.filter((entry) => isOther(entry) && !must.has(entry)))
  const cannotBe = spread(left, must, entries)
  return { entries: new Set(entries.filter((entry) => !left.has(entry) && !cannotBe.has(entry))), cannotBe }
}

/** The chosen tables and what is theirs; the rest is taken to be there, but for tables that are not. */
function intoPresent(entries: readonly ArchiveEntry[], wanted: Entries, present: ReadonlySet<string>): Taken {
  const own = new Set([...wanted].map(({ id }) => id))
  const absent = new Set(
    entries
      .filter((entry) => isRelation(entry) && !wanted.has(entry) && !present.has(nameOf(entry)))
      .map(({ id }) => id),
  )
  const taken = new Set(entries.filter((entry) => wanted.has(entry) || always.includes(entry.kind)))
  const cannotBe = new Set<ArchiveEntry>()
  for (const entry of entries) {
    const isTables = ofTable.includes(entry.kind) || entry.section >= section.data
    const isTheirs = isTables && entry.needs.some((need) => own.has(need)) && !ofDatabase.test(entry.kind)
    if (taken.has(entry) || isRelation(entry) || !isTheirs) continue
    if (entry.needs.some((need) => absent.has(need))) cannotBe.add(entry)
    else {
      own.add(entry.id)
      taken.add(entry)
    }
  }
  return { entries: taken, cannotBe }
}

function outcomeOf(kept: readonly ArchiveEntry[], withRows: (entry: ArchiveEntry) => boolean) {
  const sequences = kept.filter(({ kind }) => kind === "SEQUENCE SET").map(nameOf)
  return {
    kept: new Set(kept.map(({ id }) => id)),
    tables: new Map(
      kept.filter(({ kind }) => kind === "TABLE").map((entry) => [nameOf(entry), withRows(entry)]),
    ),
    sequences: new Set(sequences),
  }
}

function saidOf(along: Entries): string[] {
  const bare = [...along].filter(isRelation).map(nameOf)
  if (bare.length === 0) return []
  return [
    `What is chosen cannot be made without ${listed(bare)}: ${bare.length === 1 ? "it comes" : "they come"} along without rows`,
  ]
}

/** In words, what is told when it is left out. The rest, such as a comment, goes with what it is of. */
const ofOneTable: Readonly<Record<string, string>> = {
  "FK CONSTRAINT": "the foreign key",
  TRIGGER: "the trigger",
  RULE: "the rule",
  POLICY: "the policy",
  DEFAULT: "the default",
}
const byItself: Readonly<Record<string, string>> = {
  FUNCTION: "the function",
  PROCEDURE: "the procedure",
  AGGREGATE: "the aggregate",
  TYPE: "the type",
  DOMAIN: "the domain",
}

/** What the other tables had is not missed. */
function saidOfGone(gone: readonly ArchiveEntry[], wanted: readonly ArchiveEntry[]): string[] {
  const theirs = gone.flatMap((entry) => {
    const word = ofOneTable[entry.kind]
    const table = word === undefined ? undefined : wanted.find((each) => isPartOf(entry, each))
    return table ? [`${word} ${entry.tag.slice(table.tag.length + 1)} of ${nameOf(table)}`] : []
  })
  const alone = gone.flatMap(({ kind, schema, tag }) =>
    byItself[kind] === undefined ? [] : [`${byItself[kind]} ${schema}.${tag}`],
  )
  const named = [...theirs, ...alone]
  return named.length === 0 ? [] : [`Left out, as a table that they refer to is left out: ${listed(named)}`]
}
