// A part of a MySQL or MariaDB database: how the dump tool is told, what such a dump must hold, and how the server's list of what can
// be chosen is read.
import type { DatabaseFacts, ObjectCounts } from "../../schemas/manifest.ts"
import { type Choice, countsOf, type Relation } from "../core/part.ts"
import type { Listing } from "./engine.ts"
import { fromHex } from "./mysql-sql.ts"

/** Arguments of the dump tool, of up to two runs of it: tables without their rows first, then the rest. */
export interface Runs {
  readonly bare: readonly string[] | null
  readonly rest: readonly string[] | null
}

const programs = ["--routines", "--events", "--triggers"]

/** @param options those of a whole dump @param database its name */
export function partRuns(choice: Choice, options: readonly string[], database: string): Runs {
  const { content, named, taken, leftOut, withoutRows } = choice
  const plain = options.filter((option) => !programs.includes(option))
  const isBare = new Set(withoutRows)
  // There is no option for tables without rows in MySQL. A run of their own makes them, before views ask for them.
  const split = content === "all" && withoutRows.length > 0
  const ignored = content === "schema" ? leftOut : [...leftOut, ...withoutRows]
  const names = taken.filter((relation) => content === "schema" || !isBare.has(relation))
  const how = {
    all: named ? ["--triggers"] : programs,
    schema: ["--no-data", ...(named ? ["--triggers"] : programs)],
    data: ["--no-create-info", "--skip-triggers"],
  }[content]
  const what = named
    ? ["--", database, ...names.map(({ name }) => name)]
    : [...ignored.map(({ schema, name }) => `--ignore-table=${schema}.${name}`), "--", database]
  return {
    bare: split
      ? [...plain, "--no-data", "--triggers", "--", database, ...withoutRows.map(({ name }) => name)]
      : null,
    // A database without a table's name would be all of it.
    rest: named && names.length === 0 ? null : [...plain, ...how, ...what],
  }
}

/** What the dump must hold. */
export function wantedIn(choice: Choice, { attributes, objects = {} }: DatabaseFacts): DatabaseFacts {
  const { tables = 0, ...counts } = countsOf(choice)
  const kept: ObjectCounts = {}
  if (choice.content !== "data" && !choice.named)
    for (const kind of ["functions", "procedures", "events"]) if (objects[kind]) kept[kind] = objects[kind]
  return { attributes, tables, objects: { ...kept, ...counts } }
}

const kinds: Readonly<Record<string, Relation["kind"]>> = { VIEW: "views", SEQUENCE: "sequences" }

/** Reads what `listRelations` of mysql-sql asks for. */
export function readRelations(stdout: string): Listing {
  const rows = stdout.split("\n").map((line) => line.split("\t"))
  const of = (key: string) => rows.filter(([first]) => first === key)
  const triggers = new Map(
    of("trigger").map(([, table = "", count = "0"]) => [fromHex(table), Number(count)]),
  )
  const texts = new Map(of("view").map(([, name = "", text = ""]) => [fromHex(name), fromHex(text)]))
  const relations = new Map<string, Relation>()
  const reads = new Map<string, Relation[]>()
  const schema = fromHex(of("schema")[0]?.[1] ?? "")
  for (const [, digits = "", type = ""] of of("relation")) {
    const name = fromHex(digits)
    const own: Relation[] = []
    const kind = kinds[type] ?? "tables"
    reads.set(name, own)
    relations.set(name, {
      ...{ schema, name, kind, triggers: triggers.get(name) ?? 0 },
      ...{ hasRows: kind === "tables", parents: [], reads: own },
    })
  }
  for (const [name, text] of texts)
    for (const read of namedIn(text, schema)) {
      const relation = relations.get(read)
      if (relation && read !== name) reads.get(name)?.push(relation)
    }
  return { relations: [...relations.values()], foldCase: of("schema")[0]?.[2] !== "0" }
}

/** Names after that schema's, as the server writes a view's text: each between backticks, these doubled within. */
function namedIn(text: string, schema: string): ReadonlySet<string> {
  const unquoted = (word = "") => word.replaceAll("``", "`")
  const pairs = text.matchAll(/`((?:[^`]|``)*)`\.`((?:[^`]|``)*)`/g)
  return new Set(
    [...pairs].filter(([, first]) => unquoted(first) === schema).map(([, , name]) => unquoted(name)),
  )
}
