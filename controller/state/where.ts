// Builds the WHERE clause of a list from what its filter gives, and reads one page with the total.
import type { Database, SQLQueryBindings } from "bun:sqlite"
import type { Page } from "../ports.ts"
import type { Totals } from "./totals.ts"

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

/** Reads pages of tables with the totals, which are kept at hand. */
export type Pages = ReturnType<typeof pagesOf>

export function pagesOf(db: Database, totals: Totals) {
  return {
    /** One page of a table, newest first. `page` counts from 1. */
    read<Row>(
      select: string,
      table: string,
      { sql, values }: Where,
      { page, limit }: Page,
    ): { readonly rows: readonly Row[]; readonly total: number } {
      const counting = `SELECT count(*) AS total FROM ${table} ${sql}`
      const total = totals.of(`${counting} ${values.join("\n")}`, () => {
        const row = db.query<{ total: number }, SQLQueryBindings[]>(counting).get(...values)
        return row?.total ?? 0
      })
      const before = (page - 1) * limit
      const count = Math.max(0, Math.min(limit, total - before))
      // What stands before a page is stepped over: from the nearer end.
      const fromEnd = before > total / 2
      const order = fromEnd ? "ASC" : "DESC"
      // Rows are read when it is known which, so that a sort has but their numbers to hold.
      const wanted = `SELECT rowid FROM ${table} ${sql} ORDER BY queued_at ${order}, id ${order} LIMIT ? OFFSET ?`
      const rows = db
        .query<Row, SQLQueryBindings[]>(
          `${select} WHERE rowid IN (${wanted}) ORDER BY queued_at DESC, id DESC`,
        )
        .all(...values, count, fromEnd ? total - before - count : before)
      return { rows, total }
    },
  }
}
