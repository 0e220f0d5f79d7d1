// Puts the database back whose place a swap has taken. What is in place until then is kept as long as that was to be.
import type { RestoreId } from "../../schemas/restore.ts"
import { Fault, inFull } from "../core/fault.ts"
import { requireUndoable } from "../core/swap-plan.ts"
import type { Aside, Log, SwapRecord } from "../ports.ts"
import { type ExchangeDeps, exchange, exchangeable } from "./exchange.ts"
import { failureOf, journalOf } from "./journal.ts"
import type { Target } from "./probe.ts"
import { type ReadyDeps, whenReady } from "./ready.ts"

export interface UndoDeps extends ExchangeDeps, ReadyDeps {
  readonly log: Log
}

export interface Undo {
  readonly id: RestoreId
  readonly endConnections: boolean
  readonly target: () => Target
}

// Somebody looks at a dialogue meanwhile.
const patienceSeconds = 10

/** Throws a Fault that says why it cannot be undone now. */
export async function checkUndo(
  deps: UndoDeps,
  { id, endConnections, target }: Undo,
  signal: AbortSignal,
): Promise<void> {
  const { look } = await whenReady(deps, target, patienceSeconds, () => undefined, signal)
  const { swap, asideName } = undoable(deps, id)
  await exchangeable(deps.docker, look, swap, asideName, endConnections, signal)
}

/** Never rejects: what kept it from being done stands with the restore. */
export async function undoSwap(
  deps: UndoDeps,
  { id, endConnections, target }: Undo,
  signal: AbortSignal,
  aside?: Aside,
): Promise<void> {
  const journal = journalOf(deps, id, { restoreId: id })
  try {
    const { look } = await whenReady(deps, target, patienceSeconds, journal, signal, aside)
    const { swap, asideName } = undoable(deps, id)
    journal("info", `putting ${asideName} back in the place of ${swap.database}`)
    await exchange(
      deps,
      id,
      look,
      { name: swap.database, incoming: asideName, endConnections },
      journal,
      signal,
    )
  } catch (error) {
    const problem = failureOf(signal.aborted ? signal.reason : error, deps.log)
    journal("error", `nothing was undone: ${inFull(problem)}`)
    deps.catalogue.swapProblem(id, problem)
  }
}

function undoable(
  { catalogue, clock }: UndoDeps,
  id: RestoreId,
): { readonly swap: SwapRecord; readonly asideName: string } {
  const swap = catalogue.swap(id)
  requireUndoable(swap, catalogue.swaps(swap?.serverId), clock())
  if (swap.asideName === null)
    throw new Fault("internal", `nothing is noted of what restore ${id} has replaced`)
  return { swap, asideName: swap.asideName }
}
