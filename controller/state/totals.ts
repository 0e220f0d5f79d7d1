// What was counted over whole tables, kept at hand until one of their rows changes: it takes longer than reading a page of them.
import type { Event } from "../../schemas/api.ts"

export interface Totals {
  /** The number, counted anew when something has changed since. `what` names what is counted, its filter included. */
  of(what: string, count: () => number): number
  /** A row has changed, or one is new. Must hear of every change before anybody else. */
  forget(event: Event): void
}

/** Filters of dates that move on would gather for ever. */
const mostKept = 200
const changing: ReadonlySet<Event["name"]> = new Set(["backup.updated", "run.updated", "restore.updated"])

/** The catalogue is the only writer of its file, so what it has counted holds until it writes. */
export function rememberTotals(): Totals {
  const kept = new Map<string, number>()
  return {
    of(what, count) {
      const known = kept.get(what)
      if (known !== undefined) return known
      if (kept.size >= mostKept) kept.clear()
      const counted = count()
      kept.set(what, counted)
      return counted
    },
    forget(event) {
      if (changing.has(event.name)) kept.clear()
    },
  }
}
