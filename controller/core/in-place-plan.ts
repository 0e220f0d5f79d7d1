// A restore into a database that is there: what of it is overwritten, what stays, what becomes of it when that fails; or why it cannot be.
import type { CleanOptions, ReplaceOptions, RestorePlan } from "../../schemas/restore.ts"
import { Fault } from "./fault.ts"
import { subjectName } from "./key.ts"
import { rowsNow, withHash } from "./plan-hash.ts"
import { listed, partWarnings } from "./restorable-part.ts"
import { needsOf } from "./restore-needs.ts"
import { doubtWarning, firstSteps, hookStep, planned, type RestoreFacts } from "./restore-plan.ts"
import { versionWarnings } from "./restore-versions.ts"
import { selectionOf } from "./selection.ts"
import { guessOf, requireSelectable, selectionWarnings } from "./selection-plan.ts"
import { aboutFile, neededOf, wordsOf } from "./source-words.ts"
import type { Obstacle } from "./swap-plan.ts"

/** Who is in a database. */
export interface Occupied {
  /** Tools of ours aside: how many, and as whom. */
  readonly sessions: number
  readonly who: readonly string[]
  /** What is for nobody to end. */
  readonly obstacles: readonly Obstacle[]
}

export interface InPlaceFacts extends RestoreFacts {
  /** Of the database that is overwritten, as it is now; undefined when there is none of the name. */
  readonly occupied: Occupied | undefined
  /** Why the engine cannot, or null. */
  readonly refusal: { readonly message: string; readonly hint: string } | null
  /** Whether all of it happens or nothing. */
  readonly atomic: boolean
  /** Its tables and views. */
  readonly relationsThere: readonly string[]
  /** About how many rows each of its tables has, by the names that a fingerprint has; null when that is not known. */
  readonly rowsThere: Readonly<Record<string, number>> | null
  /** Encoding, collation and the like. */
  readonly attributesThere: Readonly<Record<string, string>>
}

type Options = CleanOptions | ReplaceOptions

/** Throws a Fault, `restore-unsupported`, `database-gone`, `in-use` or as `planned`, when it must not begin. */
export function planInPlace(facts: InPlaceFacts, options: Options): RestorePlan {
  const { backup, manifest, target, survey, refusal, occupied } = facts
  const { name, mode } = options
  if (manifest.subject.kind === "globals")
    throw new Fault("restore-unsupported", "globals cannot be restored into a database", {
      hint: "Restore them with the mode globals, which makes what the server lacks.",
    })
  if (manifest.reading?.archive)
    throw new Fault(
      "restore-unsupported",
      `the ${manifest.reading.archive} format cannot be loaded all at once or not at all`,
      {
        hint: "Restore into a new database (mode new), or in its place (mode swap).",
      },
    )
  if (mode === "replace" && manifest.part !== undefined)
    throw new Fault("restore-unsupported", "the backup is of a part: the database would lose the rest", {
      hint: "The mode clean replaces only what the backup holds.",
    })
  if (!occupied)
    throw new Fault("database-gone", `there is no database ${name} on ${target.name} to restore into`, {
      hint: "Restore it as a new database of that name.",
    })
  if (refusal) throw new Fault("restore-unsupported", refusal.message, { hint: refusal.hint })
  const selection = selectionOf(options, facts.relationsThere)
  requireSelectable(manifest, selection)
  const selected = facts.selected ?? null
  requireFree(name, occupied, options.endConnections)
  const versions = versionWarnings(manifest, facts.tools)
  const withOwners = contentOf(options) === "data" ? {} : { owners: "keep" as const }
  const needs = needsOf(neededOf(manifest), survey, withOwners, target.name)
  const source = subjectName(manifest.subject)
  return withHash(
    {
      ...planned(facts, "keep"),
      timeGuess: guessOf(facts.timeGuess, manifest, selection, selected),
      sourceDatabase: source,
      targetDatabase: name,
      mode,
      steps: stepsOf(facts, options),
      lost: lostTo(facts, options),
      warnings: [
        ...(source === name || backup.source ? [] : [`The backup is of ${source}, not of ${name}`]),
        ...(facts.atomic ? [] : [mixtureWarning(options)]),
        ...attributeWarnings(facts, name),
        ...doubtWarning(backup),
        ...aboutFile(backup),
        ...versions,
        ...partWarnings(manifest),
        ...selectionWarnings(manifest, selection, selected),
        ...needs.warnings,
      ],
      freeBytes: survey?.freeBytes ?? null,
      neededBytes: manifest.fingerprint?.databaseBytes ?? null,
      connections: survey?.connections.map((connection) => ({ ...connection })) ?? [],
      missing: needs.missing,
    },
    options,
  )
}

export const contentOf = (options: Options) => (options.mode === "clean" ? (options.content ?? "all") : "all")

/** Throws a Fault `in-use`, with who is connected, for a database that cannot be overwritten now. */
export function requireFree(
  name: string,
  { sessions, who, obstacles }: Occupied,
  endConnections: boolean,
): void {
  if (obstacles.length > 0)
    throw new Fault(
      "in-use",
      `${name} cannot be overwritten: it has ${obstacles.map(({ what }) => what).join(", ")}`,
      {
        hint: [...new Set(obstacles.map(({ todo }) => todo))].join(" "),
      },
    )
  if (sessions === 0 || endConnections) return
  const connections = `${sessions} ${sessions === 1 ? "connection" : "connections"}`
  throw new Fault("in-use", `${name} has ${connections}, of ${who.join(", ")}`, {
    hint: "Stop what is connected, or have the connections ended: endConnections in the request, --end-connections on the command line.",
  })
}

function stepsOf(facts: InPlaceFacts, options: Options): string[] {
  const { hooks, atomic, backup, manifest } = facts
  const { name, safetyBackup, endConnections } = options
  const words = wordsOf(backup, subjectName(manifest.subject))
  return [
    ...(safetyBackup
      ? [`Back up ${name} as it is then, with its own job, and stop if that backup is not good`]
      : []),
    ...firstSteps(facts),
    ...(endConnections ? [`End all connections to ${name}`] : []),
    `${atomic ? "In one transaction: " : ""}${clearing(options, atomic)}, load ${loaded(options, words.what)} into it, and stop at the first error`,
    ...staying(facts, options),
    `Count the tables of ${name}, and compare ${options.mode === "clean" ? `what ${words.what} holds` : "them"} with ${words.counted}`,
    "Refresh the statistics of the server's planner",
    ...hookStep(hooks.after, "whatever happened"),
    ending(options, atomic),
  ]
}

function clearing(options: Options, atomic: boolean): string {
  const { name } = options
  const text =
    options.mode === "replace"
      ? `empty ${name}, which keeps its owner, settings and grants`
      : `take away ${takenFrom(options)}`
  return atomic ? text : text.charAt(0).toUpperCase() + text.slice(1)
}

function takenFrom({ name, content, tables }: CleanOptions): string {
  const chosen = tables === undefined ? null : `${listed(tables)} of ${name}`
  if (content === "data")
    return `the rows of ${chosen ?? `the tables of ${name} that the backup has rows of`}`
  return chosen ?? `what ${name} has of the same names as the backup`
}

function loaded(options: Options, whole: string): string {
  const content = contentOf(options)
  const of = options.mode === "clean" && options.tables ? listed(options.tables) : whole
  return content === "all" ? of : content === "data" ? `the rows of ${of}` : `${of} without rows`
}

function ending({ name, safetyBackup }: Options, atomic: boolean): string {
  if (atomic) return `If anything fails, or the server or dbbackup stops, ${name} is as it was`
  return safetyBackup
    ? `If anything fails after that has begun, put ${name} back as it was, from the backup made before`
    : `If anything fails after that has begun, ${name} is left half restored`
}

const mixtureWarning = ({ name, safetyBackup }: Options): string =>
  `This engine commits each statement by itself: a failure half-way leaves a mixture in ${name}, and ${
    safetyBackup
      ? "the backup made before is the way back"
      : "without a backup made before there is no way back"
  }`

/** What a fingerprint calls tables that the backup brings; null when that is not known. */
function broughtTables({ manifest, selected }: InPlaceFacts, options: Options): readonly string[] | null {
  if (options.mode === "clean" && options.tables)
    return selected ? [...selected.tables.keys()] : options.tables
  return manifest.fingerprint ? Object.keys(manifest.fingerprint.rows) : (manifest.part?.tables ?? null)
}

function lostTo(facts: InPlaceFacts, options: Options): string[] {
  const { backup, rowsThere } = facts
  const { name, safetyBackup } = options
  const where = safetyBackup ? "it is only in the backup made before" : "nothing keeps it"
  const since = `what was written to ${name} after ${backup.finishedAt}; ${where}`
  const brought = broughtTables(facts, options)
  if (rowsThere === null || brought === null) return [since]
  const there = Object.keys(rowsThere)
  const said = (tables: readonly string[]) =>
    listed(tables.map((table) => `${table}${rowsNow(rowsThere[table] ?? 0)}`))
  const both = there.filter((table) => brought.includes(table))
  const onlyThere = there.filter((table) => !brought.includes(table))
  return [
    since,
    ...(both.length === 0 ? [] : [`overwritten: ${said(both)}`]),
    ...(options.mode === "replace" && onlyThere.length > 0
      ? [`dropped, and not in the backup: ${said(onlyThere)}`]
      : []),
  ]
}

function staying(facts: InPlaceFacts, options: Options): string[] {
  const brought = broughtTables(facts, options)
  if (options.mode === "replace" || facts.rowsThere === null || brought === null) return []
  const onlyThere = Object.keys(facts.rowsThere).filter((table) => !brought.includes(table))
  return onlyThere.length === 0 ? [] : [`Leave ${listed(onlyThere)} as they are`]
}

/** What a new database would have had like the one that was dumped, and this one has not. */
function attributeWarnings({ manifest, attributesThere }: InPlaceFacts, name: string): string[] {
  const { attributes = {} } = manifest.facts ?? {}
  return ["encoding", "collate", "ctype", "charset", "collation"].flatMap((key) => {
    const [was, is] = [attributes[key], attributesThere[key]]
    return was === undefined || is === undefined || was === is
      ? []
      : [`${name} has ${key} ${is}, the database that was dumped had ${was}`]
  })
}
