// What can still be read of a damaged catalogue, and stands nowhere else: what people decided, and the servers. Its history is not
// taken: a damaged row could claim what is not so, and manifests tell of every backup.
import { copyFileSync, existsSync, rmSync } from "node:fs"
import type { Log } from "../ports.ts"
import type { Store } from "./store.ts"
import { decisions, mergeTable } from "./take-in.ts"

const tables = ["servers", "databases", ...decisions]

/** Returns the tables that could be read. Never throws; the damaged file stays as it is. */
export function salvageFrom(store: Store, damaged: string, scratch: string, log: Log): readonly string[] {
  const { db } = store
  const endings = ["", "-wal", "-shm", "-journal"]
  const clear = () => {
    for (const ending of endings) rmSync(scratch + ending, { force: true })
  }
  const saved: string[] = []
  try {
    clear()
    for (const ending of ["", "-wal"])
      if (existsSync(damaged + ending)) copyFileSync(damaged + ending, scratch + ending)
    db.query("ATTACH ? AS copy").run(scratch)
    try {
      for (const table of tables) {
        try {
          store.write(() => mergeTable(db, table))
          saved.push(table)
        } catch (error) {
          log("warn", `${table} cannot be read in the damaged catalogue: ${(error as Error).message}`)
        }
      }
    } finally {
      db.run("DETACH copy")
    }
  } catch (error) {
    log("warn", `nothing can be read in the damaged catalogue: ${(error as Error).message}`)
  } finally {
    clear()
  }
  return saved
}
