// What the plan of a restore says of the tables that were chosen: whether they can be, what comes, what does not.
import type { PlanDetails } from "../../schemas/restore-details.ts"
import { Fault } from "./fault.ts"
import { subjectName } from "./key.ts"
import { listed } from "./restorable-part.ts"
import { isEverything, namesIn, type Selected, type Selection } from "./selection.ts"
import type { RestorableManifest } from "./source-as-backup.ts"

/** Throws a Fault, `restore-unsupported`, where tables cannot be told apart, and `request-invalid` for one that the backup is known to lack. */
export function requireSelectable(manifest: RestorableManifest, selection: Selection): void {
  const { engine, format, facts, part, reading } = manifest
  const { tables, content } = selection
  if (isEverything(selection) || (tables === undefined && part?.content === content)) return
  if (engine.name === "postgres" && format === "sql") throw cannotTell()
  if (tables !== undefined && reading?.archive) throw ofSeveralFiles(reading.archive)
  if (tables === undefined) return
  if (facts?.attributes.timescaledb !== undefined)
    throw new Fault(
      "restore-unsupported",
      "tables cannot be taken one by one out of a database with TimescaleDB, whose own catalogue is of all of them",
      { hint: "Restore all of it into a new database, and take from that what is wanted." },
    )
  const { held, isComplete } = heldIn(manifest)
  if (isComplete) namesIn(tables, held)
}

export const cannotTell = (): Fault =>
  new Fault("restore-unsupported", "tables and rows cannot be told apart in SQL text of PostgreSQL", {
    hint: "Restore all of it into a new database, and take from that what is wanted. Backups in the usual format, custom, can be restored by tables.",
  })

const ofSeveralFiles = (format: string): Fault =>
  new Fault("restore-unsupported", `tables cannot be taken one by one out of the ${format} format`, {
    hint: "Restore all of it into a new database, and take from that what is wanted. The custom format can be restored by tables.",
  })

/** The tables that the manifest knows of. An archive tells them itself; views of MySQL and MariaDB stand in the dump alone. */
function heldIn({ engine, fingerprint, facts, part, subject }: RestorableManifest) {
  const database = subjectName(subject)
  const bare = (name: string) => (name.startsWith(`${database}.`) ? name.slice(database.length + 1) : name)
  const { views = 0, sequences = 0 } = facts?.objects ?? {}
  const left = new Set(part?.leftOut.map(bare))
  const names =
    part?.tables?.map(bare) ?? Object.keys(fingerprint?.rows ?? {}).filter((name) => !left.has(name))
  const knowsAll = fingerprint !== undefined && facts?.objects !== undefined && views + sequences === 0
  return {
    held: names.map((name) => ({ name, also: [`${database}.${name}`] })),
    isComplete: engine.name !== "postgres" && (part?.tables != null || knowsAll),
  }
}

/** What is loaded, in words. */
export function whatIsLoaded({ tables, content }: Selection, whole = "the backup"): string {
  const withoutRows = content === "schema" ? ", without their rows," : ""
  if (tables === undefined) return withoutRows === "" ? whole : `the tables of ${whole}${withoutRows}`
  return `of ${whole} only ${listed(tables)}${withoutRows}`
}

/** Sentences without a full stop. `selected`: null when it is only seen as the copy is read. */
export function selectionWarnings(
  manifest: RestorableManifest,
  selection: Selection,
  selected: Selected | null,
): string[] {
  const { tables } = selection
  if (tables === undefined) return []
  const largeObjects = manifest.facts?.objects?.["large objects"] ?? 0
  if (selected)
    return [
      ...selected.said,
      ...(largeObjects > 0 ? ["Large objects belong to no table, and do not come along"] : []),
    ]
  const { held, isComplete } = heldIn(manifest)
  const known = new Set(held.flatMap(({ name, also }) => [name, ...also]))
  const unknown = isComplete ? [] : tables.filter((name) => !known.has(name))
  return [
    "Foreign keys to tables that are left out are left out, too, and named in the log; procedures and events do not come along, functions only with a view that calls one",
    ...(unknown.length === 0
      ? []
      : [
          `The manifest tells no table of the name ${listed(unknown)}: whether the backup holds it is seen when the copy is read, before anything is made`,
        ]),
  ]
}

// All of the copy is read, whatever is loaded of it.
const leastShare = 0.1

/** By how many of the rows are loaded. */
export function guessOf(
  guess: PlanDetails["timeGuess"],
  { fingerprint }: RestorableManifest,
  { tables, content }: Selection,
  selected: Selected | null,
): PlanDetails["timeGuess"] {
  if (guess === null || (tables === undefined && content === "all")) return guess
  const rows = Object.entries(fingerprint?.rows ?? {})
  const isLoaded = (name: string) => selected?.tables.get(name) ?? tables?.includes(name) ?? false
  const sum = (some: typeof rows) => some.reduce((total, [, count]) => total + count, 0)
  const all = sum(rows)
  if (all === 0) return guess
  const share = content === "schema" ? 0 : sum(rows.filter(([name]) => isLoaded(name))) / all
  return { ...guess, seconds: guess.seconds * Math.max(leastShare, share) }
}
