// Which tables and views of a database a job takes, leaves out, or takes without their rows, as its labels say.
import type { PartLabels } from "../../schemas/part-labels.ts"
import { Fault } from "./fault.ts"
import { matchesGlob } from "./run-plan.ts"
import { nearest } from "./suggest.ts"

/** What can be chosen of a database. */
export interface Relation {
  /** MySQL and MariaDB: the database. */
  readonly schema: string
  readonly name: string
  readonly kind: "tables" | "foreign tables" | "views" | "materialized views" | "sequences"
  readonly triggers: number
  /** The dump has a section with its rows, however few. */
  readonly hasRows: boolean
  /** Tables that it is a partition or an heir of. */
  readonly parents: readonly Relation[]
  /** What a view reads that it cannot be made without. */
  readonly reads: readonly Relation[]
}

export interface Choice {
  readonly content: PartLabels["content"]
  /** Tables were named to be taken, rather than left out. */
  readonly named: boolean
  readonly taken: readonly Relation[]
  readonly leftOut: readonly Relation[]
  /** Of `taken`. */
  readonly withoutRows: readonly Relation[]
  /** Of `leftOut`: views that read what is left out. */
  readonly cannotBe: readonly Relation[]
}

export interface Pattern {
  readonly key: "tables" | "exclude-tables" | "exclude-data"
  readonly text: string
}

/** `orders`, `tmp_*`, `shop.orders`. @param foldCase the server takes names that differ in case for the same */
export function matches(pattern: string, { schema, name }: Relation, foldCase: boolean): boolean {
  const fold = (text: string) => (foldCase ? text.toLowerCase() : text)
  return [name, `${schema}.${name}`].some((each) => matchesGlob(fold(pattern), fold(each)))
}

export function patternsOf(spec: PartLabels): readonly Pattern[] {
  const keys = ["tables", "exclude-tables", "exclude-data"] as const
  return keys.flatMap((key) => (spec[key] ?? []).map((text) => ({ key, text })))
}

export function unmatched(
  patterns: readonly Pattern[],
  relations: readonly Relation[],
  foldCase: boolean,
): readonly Pattern[] {
  return patterns.filter(({ text }) => !relations.some((relation) => matches(text, relation, foldCase)))
}

/**
 * Partitions go with their table, and a partition that is named brings its table along, without other rows: it cannot be made
 * without. Sequences stay unless they are left out by name: defaults of columns ask for them. A view
 * that reads what is left out is left out too, as the server would refuse to make it.
 */
export function choose(spec: PartLabels, relations: readonly Relation[], foldCase: boolean): Choice {
  const named = spec.tables !== undefined && !spec.tables.includes("*")
  const chosenBy = (patterns: readonly string[] | undefined) =>
    withHeirs(relations, (relation) => patterns?.some((text) => matches(text, relation, foldCase)) ?? false)
  const wanted = chosenBy(spec.tables)
  const above = named ? ancestorsOf(wanted) : new Set<Relation>()
  const excluded = chosenBy(spec["exclude-tables"])
  const without = new Set(
    relations.filter(
      (relation) =>
        excluded.has(relation) ||
        (named && relation.kind !== "sequences" && !wanted.has(relation) && !above.has(relation)),
    ),
  )
  const cannotBe: Relation[] = []
  for (let more = true; more; ) {
    const broken = relations.filter(
      (relation) => !without.has(relation) && relation.reads.some((read) => without.has(read)),
    )
    for (const relation of broken) without.add(relation)
    cannotBe.push(...broken)
    more = broken.length > 0
  }
  const bare = new Set([...chosenBy(spec["exclude-data"]), ...above])
  const taken = relations.filter((relation) => !without.has(relation))
  return {
    content: spec.content,
    named,
    taken,
    leftOut: relations.filter((relation) => without.has(relation)),
    withoutRows: taken.filter((relation) => bare.has(relation) && relation.kind === "tables"),
    cannotBe,
  }
}

/** The relations that pass, with all that descend from them. */
function withHeirs(
  relations: readonly Relation[],
  pass: (relation: Relation) => boolean,
): ReadonlySet<Relation> {
  const found = new Set(relations.filter(pass))
  for (let before = -1; before < found.size; ) {
    before = found.size
    for (const relation of relations)
      if (relation.parents.some((parent) => found.has(parent))) found.add(relation)
  }
  return found
}

/** What the relations descend from, as far as they are not among them themselves. */
function ancestorsOf(relations: ReadonlySet<Relation>): ReadonlySet<Relation> {
  const found = new Set<Relation>()
  const climb = ({ parents }: Relation) => {
    for (const parent of parents) {
      if (relations.has(parent) || found.has(parent)) continue
      found.add(parent)
      climb(parent)
    }
  }
  for (const relation of relations) climb(relation)
  return found
}

/** How many of each kind are taken, and how many have their rows in the dump. */
export function countsOf({ content, taken, withoutRows }: Choice): Record<string, number> {
  const counts: Record<string, number> = {}
  const add = (kind: string, count: number) => {
    if (count > 0) counts[kind] = (counts[kind] ?? 0) + count
  }
  const bare = new Set(withoutRows)
  for (const relation of taken) {
    if (content !== "data") {
      add(relation.kind, 1)
      add("triggers", relation.triggers)
    }
    if (content !== "schema" && relation.hasRows && !bare.has(relation)) add(rowSections, 1)
  }
  return counts
}

/** The kind that a table's rows in a dump are counted as. */
export const rowSections = "tables' rows"

const mostNamesInHint = 8

/** A name that matches nothing is a typo, or gone: a backup without it would look whole. */
export function noMatch(database: string, { key, text }: Pattern, relations: readonly Relation[]): Fault {
  const names = relations.map(({ name }) => name)
  const full = relations.map(({ schema, name }) => `${schema}.${name}`)
  const near = nearest(text, names) ?? nearest(text, full)
  const listed = names.slice(0, mostNamesInHint).join(", ") || "none"
  const more = names.length > mostNamesInHint ? ` and ${names.length - mostNamesInHint} more` : ""
  const there = `Tables and views of ${database}: ${listed}${more}.`
  return new Fault("label-invalid", `nothing in ${database} matches "${text}" of the label dbbackup.${key}`, {
    hint: near === null ? there : `Did you mean ${near}? ${there}`,
    key: `dbbackup.${key}`,
    ...(near === null ? {} : { suggestion: near }),
  })
}
