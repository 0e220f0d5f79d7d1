// What an engine must be able to do so that a database takes the place of another one.
import type { Place, SwapWords } from "../core/swap-plan.ts"
import type { ToolOutcome } from "../ports.ts"
import type { Access, Script } from "./engine.ts"

export interface ExchangeOrder {
  readonly restoreId: string
  /** The name, and what the one that is to have it is called until then. */
  readonly name: string
  readonly incomingName: string
  /** The keys of the two. */
  readonly outgoing: string
  readonly incoming: string
  /** What the outgoing one is called from then on. */
  readonly keptName: string
  readonly endConnections: boolean
}

/** One run of a tool, in words that go on an error's beginning, with what it reads from its input, if anything. */
export interface SwapStep {
  readonly doing: string
  readonly script: Script
  readonly input?: Buffer
}

/** Steps in order; each is given what its tool has printed. None comes after one that fails. */
export type SwapSteps<T> = Generator<SwapStep, T, Buffer>

/** What became of an exchange. */
export interface Settled {
  /** The incoming one has the name. */
  readonly exchanged: boolean
  /** What the server did not take of it, in words that go on "shop …", such as "lacks the view v". */
  readonly amiss: readonly string[]
}

/** How a database takes the place of another one, which is kept. */
export interface Swapping {
  readonly words: SwapWords
  /** Prints what `readPlaces` reads, of those that exist. */
  places(names: readonly string[], access: Access): Script
  readPlaces(outcome: Pick<ToolOutcome, "stdout">): readonly Place[]
  /** Makes a new, empty database as another one is in what cannot be changed once it holds something. */
  settleBeside(name: string, other: string, access: Access): Script
  /** Puts the incoming one in place. Fails when somebody is connected to either. Whatever breaks it off, `settle` makes it everything or nothing. */
  exchange(order: ExchangeOrder, access: Access): SwapSteps<void>
  /** Once an exchange is over: completes or takes back what was broken off. */
  settle(order: ExchangeOrder, access: Access): SwapSteps<Settled>
  /** Drops a replaced database if it is that very one, and then prints `dropped`. */
  dropKept(kept: { readonly name: string; readonly key: string }, restoreId: string, access: Access): Script
}
