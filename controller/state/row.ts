// Rows become typed values here, strictly: a row that cannot be read is named, and hides no other.
import { Fault } from "../core/fault.ts"
import type { Store } from "./store.ts"

/** What `parse` returns, or a Fault that names the row. */
export function readRow<T>(what: string, parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/\s+/g, " ").slice(0, 500) : String(error)
    throw new Fault("internal", `the catalogue's row of ${what} cannot be read: ${why}`, {
      hint: "The catalogue was damaged or changed by another program. The stored backups are not touched by this.",
      cause: error,
    })
  }
}

/** Every row that can be read. The others are logged and left out. */
export function readRows<Row, T>(store: Store, rows: readonly Row[], read: (row: Row) => T): readonly T[] {
  const values: T[] = []
  for (const row of rows) {
    try {
      values.push(read(row))
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      store.log("error", error.message, { hint: error.hint })
    }
  }
  return values
}

/** ISO 8601 in UTC of stored milliseconds. Throws for what is not a time. */
export const instant = (milliseconds: number) => new Date(milliseconds).toISOString()

export const instantOrNull = (milliseconds: number | null) =>
  milliseconds === null ? null : instant(milliseconds)

export const json = (text: string | null): unknown => (text === null ? null : JSON.parse(text))

export const seconds = (from: number, to: number) => Math.max(0, to - from) / 1000
