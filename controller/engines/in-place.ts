// What an engine must be able to do so that a backup is loaded into a database that is there.
import type { Manifest } from "../../schemas/manifest.ts"
import type { Occupied } from "../core/in-place-plan.ts"
import type { Relation } from "../core/part.ts"
import type { Rewriter, ToolOutcome } from "../ports.ts"
import type { Access, ProbedDatabase, Script } from "./engine.ts"

export interface InPlaceOrder {
  readonly restoreId: string
  readonly mode: "clean" | "replace"
  readonly content: "all" | "schema" | "data"
  /** Null: all that the backup holds. */
  readonly tables: readonly string[] | null
  readonly endConnections: boolean
}

interface Asked {
  readonly backup: Pick<Manifest, "format" | "facts" | "part" | "imported">
  readonly order: Pick<InPlaceOrder, "mode" | "content" | "tables">
  /** The database as it is. */
  readonly there: ProbedDatabase | undefined
  readonly serverVersion: string
}

export interface InPlace {
  /** All of it happens or nothing, whatever breaks it off. Otherwise a failure leaves a mixture. */
  readonly atomic: boolean
  /** Why it cannot be done, or null. */
  refusal(asked: Asked): { readonly message: string; readonly hint: string } | null
  /** Prints what `readOccupied` reads: who is in the database. */
  occupied(name: string, access: Access): Script
  /** Undefined: there is no such database. */
  readOccupied(outcome: ToolOutcome): Occupied | undefined
  /** What the dump becomes before it is loaded; undefined: it stays as it is. */
  rewriter(order: InPlaceOrder, backup: Pick<Manifest, "format">): (() => Rewriter) | undefined
  /** As a fingerprint writes a table's or view's name. */
  nameOf(relation: Pick<Relation, "schema" | "name">): string
  /** Where it is atomic: whether a load was committed. */
  readonly mark?: {
    /** Ends a load that nobody waits for any more. Prints `committed` when that of the restore was, `at work` while it is not known. */
    ask(name: string, restoreId: string, access: Access): Script
    takeOff(name: string, restoreId: string, access: Access): Script
  }
  /** Where it is not: what comes before the load. */
  readonly before?: {
    endSessions(name: string, access: Access): Script
    /** Fails where a table is locked. Changes nothing. */
    requireUnlocked(name: string, access: Access): Script
    /** Takes away what the dump does not by itself; null: nothing. `views`: those that have a name of the dump's tables. */
    clear(name: string, mode: InPlaceOrder["mode"], views: readonly string[], access: Access): Script | null
  }
}
