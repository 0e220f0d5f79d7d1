// A guarded change of state: from the states it may come from, or a clear refusal. Callers that hit it have a bug.
import type { Store } from "./store.ts"

type Table = "runs" | "backups" | "restores"

const nouns = { runs: "run", backups: "backup", restores: "restore" } as const

/**
 * Throws unless the row's status is one of `from`. To be called inside the transaction that then changes it.
 * `verb` is such as "started".
 */
export function requireStatus(store: Store, table: Table, id: string, from: readonly string[], verb: string) {
  const row = store.db.query<{ status: string }, [string]>(`SELECT status FROM ${table} WHERE id = ?`).get(id)
  if (row === null) throw new Error(`no ${nouns[table]} ${id}: it cannot be ${verb}`)
  if (!from.includes(row.status))
    throw new Error(`${nouns[table]} ${id} is ${row.status}: it cannot be ${verb}`)
}

/** The states something can end from: what says it worked must have run; what failed may never have begun. */
export function endsFrom(status: string): readonly string[] {
  return status === "completed" || status === "partial" ? ["running"] : ["queued", "running"]
}
