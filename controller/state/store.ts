// What every part of the catalogue works with: the connection, transactions, and who is told after they are committed.
import type { Database } from "bun:sqlite"
import type { Event } from "../../schemas/api.ts"
import type { Log } from "../ports.ts"

export interface Store {
  readonly db: Database
  /** Runs a change as one transaction; it is on the disk when this returns. */
  write<T>(change: () => T): T
  /**
   * The same without waiting for the disk, for what may be lost with the power: a log line, a last-seen time. It is
   * kept over a crash of the process, in order, and reaches the disk with the next `write` at the latest.
   */
  writeSoon<T>(change: () => T): T
  /** Tells the world. To be called after the transaction, never inside it. */
  publish(event: Event): void
  readonly log: Log
  /** Milliseconds that only rise, to space out progress. */
  readonly milliseconds: () => number
}

export function transactions(db: Database): Pick<Store, "write" | "writeSoon"> {
  function write<T>(change: () => T): T {
    db.run("BEGIN IMMEDIATE")
    try {
      const result = change()
      db.run("COMMIT")
      return result
    } catch (error) {
      // Some errors, a full disk among them, have rolled back by themselves.
      if (db.inTransaction) db.run("ROLLBACK")
      throw error
    }
  }

  function writeSoon<T>(change: () => T): T {
    db.run("PRAGMA synchronous = NORMAL")
    try {
      return write(change)
    } finally {
      db.run("PRAGMA synchronous = FULL")
    }
  }

  return { write, writeSoon }
}
