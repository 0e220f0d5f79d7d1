// Counts and sizes over the whole history, and whether the file can still be written.
import { statSync } from "node:fs"
import { Fault } from "../core/fault.ts"
import type { Catalogue } from "../ports.ts"
import { isDamaged } from "./sound.ts"
import type { Store } from "./store.ts"
import type { Totals } from "./totals.ts"

const dayMilliseconds = 24 * 60 * 60 * 1000

// The index is named, here and wherever all of it is read: left to itself, SQLite would read every row by its status.
const bytesOf = (index: string, doubted: 0 | 1) =>
  `SELECT sum(b.stored_bytes) AS n
   FROM backups b INDEXED BY ${index} JOIN copies c ON c.backup_id = b.id AND c.state = 'stored'
   WHERE b.status = 'completed' AND b.deleted_at IS NULL AND b.doubted = ${doubted}`

/**
 * `total`: good backups that are stored somewhere. `last24h`: those that were stored in the last day, suspect or
 * deleted since or not. `failedLast24h`: failed or interrupted ones. `storedBytes`: every stored copy counts.
 */
export function statsIn({ db }: Store, totals: Totals): Pick<Catalogue, "stats"> {
  const count = (sql: string, ...values: number[]) =>
    db.query<{ n: number | null }, number[]>(sql).get(...values)?.n ?? 0
  const kept = (sql: string, ...values: number[]) =>
    totals.of(`${sql} ${values}`, () => count(sql, ...values))
  return {
    stats(now) {
      // To the minute, so that it is not counted anew for everybody who asks.
      const since = Math.floor((now.getTime() - dayMilliseconds) / 60_000) * 60_000
      return {
        backups: {
          total:
            kept(
              `SELECT count(*) AS n FROM backups INDEXED BY backups_good
             WHERE status = 'completed' AND deleted_at IS NULL AND doubted = 0`,
            ) - count(`SELECT count(*) AS n FROM backups b WHERE ${isDamaged("b")}`),
          last24h: kept(
            "SELECT count(*) AS n FROM backups WHERE finished_at > ? AND status = 'completed'",
            since,
          ),
          failedLast24h: kept(
            "SELECT count(*) AS n FROM backups WHERE finished_at > ? AND status IN ('failed', 'interrupted')",
            since,
          ),
        },
        restores: { total: kept("SELECT count(*) AS n FROM restores") },
        storedBytes: kept(bytesOf("backups_good", 0)) + kept(bytesOf("backups_doubted", 1)),
      }
    },
  }
}

export function checkIn(store: Store, path: string): Pick<Catalogue, "check"> {
  const opened = statSync(path).ino
  return {
    check() {
      // SQLite keeps writing happily into a file that was deleted under it.
      if (statSync(path, { throwIfNoEntry: false })?.ino !== opened) {
        throw new Fault("settings-invalid", `the catalogue was removed or replaced while in use: ${path}`, {
          hint: "Put the file back if it was moved, and restart dbbackup.",
        })
      }
      store.writeSoon(() => store.db.query("UPDATE probe SET checked = checked + 1").run())
    },
  }
}
