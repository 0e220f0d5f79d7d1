// What of a database a job takes, and in which form: the keys that make a backup one of a part.
import { z } from "zod"
import { List } from "./scalar.ts"

export const partLabels = {
  format: z.enum(["custom", "plain"]).optional().meta({
    description:
      "`custom`, an archive for `pg_restore`, or `plain`, SQL text for `psql` (PostgreSQL's choice, `custom` unless told; the others are always `plain`).",
  }),
  content: z.enum(["all", "schema", "data"]).prefault("all").meta({
    description: "`all`, `schema` (no rows), or `data` (rows alone, for a database that has the tables).",
  }),
  tables: List.optional().meta({
    description:
      "Tables and views to take, by name, glob, or `schema.name`, in each of the job's databases. Each must match something.",
  }),
  "exclude-tables": List.optional().meta({
    description: "Tables and views to leave out, written the same way.",
  }),
  "exclude-data": List.optional().meta({
    description: "Tables to take without their rows, written the same way.",
  }),
}

export type PartLabels = {
  readonly format?: "custom" | "plain" | undefined
  readonly content: "all" | "schema" | "data"
  readonly tables?: readonly string[] | undefined
  readonly "exclude-tables"?: readonly string[] | undefined
  readonly "exclude-data"?: readonly string[] | undefined
}

/** Whether a job with these labels takes whole databases: only such a backup stands for the database. */
export function takesAll(spec: PartLabels): boolean {
  const named = spec.tables !== undefined && !spec.tables.includes("*")
  return spec.content === "all" && !named && !spec["exclude-tables"] && !spec["exclude-data"]
}
