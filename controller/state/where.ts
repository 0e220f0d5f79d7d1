// Builds the WHERE clause of a list from what its filter gives, and reads one page with the total.
import type { Database, SQLQueryBindings } from "bun:sqlite"
import type { Page } from "../ports.ts"

/** A condition with its parameter; without one it is left out. */
export type Condition = readonly [sql: string, value: string | number | undefined]

export interface Where {
  readonly sql: string
  readonly values: readonly (string | number)[]
}

export function where(conditions: readonly Condition[], always?: string): Where {
  const given = conditions.filter((c): c is readonly [string, string | number] => c[1] !== undefined)
  const parts = [...(always === undefined ? [] : [always]), ...given.map(([sql]) => sql)]
  return {
    sql: parts.length === 0 ? "" : `WHERE ${parts.join(" AND ")}`,
    values: given.map(([, value]) => value),
  }
}

/** One page of a table, newest first. `page` counts from 1. */
export function pageOf<Row>(
  db: Database,
  select: string,
  table: string,
  { sql, values }: Where,
  { page, limit }: Page,
): { readonly rows: readonly Row[]; readonly total: number } {
  const rows = db
    .query<Row, SQLQueryBindings[]>(`${select} ${sql} ORDER BY queued_at DESC, id DESC LIMIT ? OFFSET ?`)
    .all(...values, limit, (page - 1) * limit)
  const total = db
    .query<{ total: number }, SQLQueryBindings[]>(`SELECT count(*) AS total FROM ${table} ${sql}`)
    .get(...values)
  return { rows, total: total?.total ?? 0 }
}
