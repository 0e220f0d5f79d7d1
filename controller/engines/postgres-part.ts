// A part of a PostgreSQL database: how pg_dump is told, what such a dump must hold, and how the server lists what can be chosen.
import { z } from "zod"
import type { DatabaseFacts, ObjectCounts } from "../../schemas/manifest.ts"
import { type Choice, countsOf, type Relation } from "../core/part.ts"
import type { Listing } from "./engine.ts"

// A pattern is a regular expression for the server: one with very many names would be too complex.
const namesPerPattern = 100

/**
 * All that is not a table or a view stays in: tables need its schemas, types, functions and extensions. So tables are chosen by
 * leaving the others out.
 */
export function partOptions({ content, named, leftOut, withoutRows }: Choice): readonly string[] {
  return [
    ...(content === "schema" ? ["--schema-only"] : []),
    ...(content === "data" ? ["--data-only"] : []),
    ...patterns(leftOut).map((pattern) => `--exclude-table=${pattern}`),
    ...patterns(withoutRows).map((pattern) => `--exclude-table-data=${pattern}`),
    // They belong to no table.
    ...(named ? ["--no-blobs"] : []),
  ]
}

/** `"shop".("a"|"b c")`: between double quotes nothing is special to pg_dump. */
function patterns(relations: readonly Relation[]): readonly string[] {
  const bySchema = Map.groupBy(relations, ({ schema }) => schema)
  return [...bySchema].flatMap(([schema, members]) => {
    const names = members.map(({ name }) => quoted(name))
    return Array.from({ length: Math.ceil(names.length / namesPerPattern) }, (_, i) => {
      const some = names.slice(i * namesPerPattern, (i + 1) * namesPerPattern)
      return `${quoted(schema)}.${some.length === 1 ? some[0] : `(${some.join("|")})`}`
    })
  })
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`

/** What the dump must hold. Sequences belong to tables, and are counted only when none is left out. */
export function wantedIn(choice: Choice, { attributes, objects = {} }: DatabaseFacts): DatabaseFacts {
  const { tables = 0, ...counts } = countsOf(choice)
  const kept: ObjectCounts = {}
  const keep = (kind: string, wanted: boolean) => {
    if (wanted && objects[kind]) kept[kind] = objects[kind]
  }
  const withSchema = choice.content !== "data"
  for (const kind of ["schemas", "functions", "procedures", "aggregates"]) keep(kind, withSchema)
  keep("sequences", withSchema && choice.leftOut.length === 0)
  keep("large objects", choice.content !== "schema" && !choice.named)
  return { attributes, tables, objects: { ...kept, ...counts } }
}

const Row = z.object({
  id: z.string(),
  schema: z.string(),
  name: z.string(),
  kind: z.string(),
  rows: z.boolean(),
  triggers: z.number(),
  parents: z.array(z.string()),
  reads: z.array(z.string()),
})

const kinds: Readonly<Record<string, Relation["kind"]>> = {
  r: "tables",
  p: "tables",
  f: "foreign tables",
  v: "views",
  m: "materialized views",
}

/** Reads what `listRelations` of postgres-sql prints. */
export function readRelations(stdout: string): Listing {
  const rows = z.array(Row).parse(JSON.parse(stdout))
  const found = new Map<string, Relation & { parents: Relation[]; reads: Relation[] }>()
  for (const { id, schema, name, kind, rows: hasRows, triggers } of rows)
    found.set(id, { schema, name, kind: kinds[kind] ?? "tables", hasRows, triggers, parents: [], reads: [] })
  const known = (ids: readonly string[]) => ids.flatMap((id) => found.get(id) ?? [])
  for (const { id, parents, reads } of rows) {
    found.get(id)?.parents.push(...known(parents))
    found.get(id)?.reads.push(...known(reads))
  }
  return { relations: [...found.values()], foldCase: false }
}
