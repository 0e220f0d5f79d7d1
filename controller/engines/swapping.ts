// What an engine must be able to do so that a database takes the place of another one.
import type { Place } from "../core/swap-plan.ts"
import type { ToolOutcome } from "../ports.ts"
import type { Access, Script } from "./engine.ts"

export interface ExchangeOrder {
  readonly restoreId: string
  /** The name, the key of what has it, and of what is to have it. */
  readonly name: string
  readonly outgoing: string
  readonly incoming: string
  /** What the outgoing one is called from then on. */
  readonly keptName: string
  readonly endConnections: boolean
}

/** How a database takes the place of another one, which is kept. */
export interface Swapping {
  /** Prints what `readPlaces` reads, of those that exist. */
  places(names: readonly string[], access: Access): Script
  readPlaces(outcome: ToolOutcome): readonly Place[]
  /** Puts a new database where the files of another one are. */
  settleBeside(name: string, other: string, access: Access): Script
  /** Everything or nothing, whatever breaks it off; prints `exchanged`. Fails when somebody is connected to either. */
  exchange(order: ExchangeOrder, access: Access): Script
  /** Drops a replaced database if it is that very one, and then prints `dropped`. */
  dropKept(kept: { readonly name: string; readonly key: string }, restoreId: string, access: Access): Script
}
