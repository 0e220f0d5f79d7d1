// What of one database a job takes: its labels, held against what the server says is there.
import type { DatabaseFacts, Part } from "../../schemas/manifest.ts"
import { takesAll } from "../../schemas/part-labels.ts"
import { Fault } from "../core/fault.ts"
import { type Choice, choose, noMatch, patternsOf, type Relation, unmatched } from "../core/part.ts"
import { isSelected } from "../core/run-plan.ts"
import type { DesiredJob } from "../core/schedule-plan.ts"
import type { Listing } from "../engines/engine.ts"
import type { Docker } from "../ports.ts"
import type { Journal } from "./journal.ts"
import type { Look } from "./probe.ts"
import { runTool } from "./tool.ts"

export interface ChosenPart {
  readonly choice: Choice
  /** What the dump must hold, as the server's catalogue had it. */
  readonly wanted: DatabaseFacts
  readonly record: Part
}

export interface PartDeps {
  readonly docker: Docker
  readonly look: Look
  readonly spec: DesiredJob["spec"]
}

/**
 * Null when the job takes all of it. Throws a Fault: `label-invalid` when a name matches nothing in any of the job's databases,
 * `nothing-to-back-up` when nothing is left to take.
 * @param facts of the whole database
 */
export async function partOf(
  deps: PartDeps,
  database: string,
  facts: DatabaseFacts,
  signal: AbortSignal,
): Promise<ChosenPart | null> {
  const { spec, look } = deps
  if (takesAll(spec)) return null
  const { relations, foldCase } = await relationsOf(deps, database, signal)
  await requireMatches(deps, database, relations, foldCase, signal)
  const choice = choose(spec, relations, foldCase)
  if (relations.length > 0 && choice.taken.every(({ kind }) => kind === "sequences"))
    throw new Fault("nothing-to-back-up", `the labels leave nothing of ${database} to back up`, {
      hint: "Look at dbbackup.tables and dbbackup.exclude-tables, or leave the database out with dbbackup.databases.",
    })
  const wanted = look.rules.wanted(choice, facts)
  return { choice, wanted, record: recordOf(choice, wanted) }
}

async function relationsOf(
  { docker, look: { rules, access, place } }: PartDeps,
  database: string,
  signal: AbortSignal,
): Promise<Listing> {
  const outcome = await runTool(docker, place, rules.relations(database, access), signal)
  if (outcome.code !== 0) throw rules.explain(`listing the tables of ${database}`, outcome, access)
  return rules.readRelations(outcome)
}

/** One label serves all of a job's databases, so a name must be in one of them. Others are only asked when it is not in this one. */
async function requireMatches(
  deps: PartDeps,
  database: string,
  relations: readonly Relation[],
  foldCase: boolean,
  signal: AbortSignal,
): Promise<void> {
  let left = unmatched(patternsOf(deps.spec), relations, foldCase)
  for (const { name } of deps.look.probe.databases) {
    if (left.length === 0) return
    if (name === database || !isSelected(deps.spec.databases, name)) continue
    const other = await relationsOf(deps, name, signal)
    left = unmatched(left, other.relations, other.foldCase)
  }
  const [first] = left
  if (first) throw noMatch(database, first, relations)
}

function recordOf(choice: Choice, { tables, objects }: DatabaseFacts): Part {
  const { content, named, taken, leftOut, withoutRows } = choice
  const names = (relations: readonly Relation[]) => relations.map(({ schema, name }) => `${schema}.${name}`)
  return {
    content,
    tables: named ? names(taken) : null,
    leftOut: names(leftOut),
    withoutRows: names(withoutRows),
    wanted: { tables, ...objects },
  }
}

/** What a run's log says of it. */
export function sayPart(database: string, { choice, record }: ChosenPart, journal: Journal): void {
  const { content, tables, leftOut, withoutRows } = record
  const said = [
    ...(content === "all" ? [] : [`its ${content} only`]),
    ...(tables === null ? [] : [`the tables ${listed(tables)}`]),
    ...(tables === null && leftOut.length > 0 ? [`without ${listed(leftOut)}`] : []),
    ...(withoutRows.length > 0 ? [`without the rows of ${listed(withoutRows)}`] : []),
  ]
  journal("info", `a part of ${database} is taken: ${said.join(", ") || "all that is there now"}`)
  for (const { schema, name } of choice.cannotBe)
    journal("warn", `the view ${schema}.${name} is left out too, as it reads what is left out`)
}

const mostNames = 20

function listed(names: readonly string[]): string {
  const more = names.length > mostNames ? ` and ${names.length - mostNames} more` : ""
  return `${names.slice(0, mostNames).join(", ")}${more}`
}
