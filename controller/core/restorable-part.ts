// What the backup of a part of a database can be restored to: a new database with that part, or, of rows alone, nothing new.
import type { DatabaseFacts, Manifest, Part } from "../../schemas/manifest.ts"
import { Fault } from "./fault.ts"

type OfPart = Pick<Manifest, "part" | "facts">

/** Throws a Fault, `restore-unsupported`, for a backup of rows alone: a new database has no tables for them. */
export function requireTables({ part }: OfPart): void {
  if (part?.content !== "data") return
  throw new Fault(
    "restore-unsupported",
    "the backup holds rows and no tables (content=data), so it makes no database by itself",
    {
      hint: "Restore a backup that has the tables, then load these rows into it with the commands in this backup's manifest.",
    },
  )
}

/** Whether tables, or rows of some, are missing to which others may refer. */
export function lacksSome({ part }: OfPart): boolean {
  return part !== undefined && part.leftOut.length + part.withoutRows.length > 0
}

/** The server's description of the database, with the number of tables that the backup has of it. */
export function expectedFrom({ part, facts }: OfPart): DatabaseFacts {
  const whole = facts ?? { attributes: {}, tables: 0 }
  return part ? { ...whole, tables: part.wanted.tables ?? 0 } : whole
}

/** `schema only`, `2 tables and views of 14`, `without 3 tables and views`, `2 tables without rows`. */
export function partInWords({ content, tables, leftOut, withoutRows }: Part): string {
  const said = [
    ...(content === "all" ? [] : [`${content} only`]),
    ...(tables === null ? [] : [`${tables.length} tables and views of ${tables.length + leftOut.length}`]),
    ...(tables === null && leftOut.length > 0 ? [`without ${leftOut.length} tables and views`] : []),
    ...(withoutRows.length > 0 ? [`${withoutRows.length} tables without rows`] : []),
  ]
  return said.join(", ") || "all that was chosen"
}

const mostNames = 8

/** Sentences without a full stop. */
export function partWarnings({ part }: OfPart): string[] {
  if (!part) return []
  const { content, tables, leftOut, withoutRows } = part
  return [
    ...(content === "schema" ? ["The backup has no rows: it was made with content=schema"] : []),
    ...(tables === null ? [] : [`The backup has only these tables and views: ${listed(tables)}`]),
    ...(tables === null && leftOut.length > 0 ? [`The backup was made without ${listed(leftOut)}`] : []),
    ...(withoutRows.length > 0 ? [`These tables come without their rows: ${listed(withoutRows)}`] : []),
    ...(lacksSome({ part, facts: null })
      ? ["What refers to what is not there, such as a foreign key or a view, cannot be made again"]
      : []),
  ]
}

export function listed(names: readonly string[]): string {
  const more = names.length > mostNames ? ` and ${names.length - mostNames} more` : ""
  return `${names.slice(0, mostNames).join(", ")}${more}`
}
