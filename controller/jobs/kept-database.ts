// Drops the database that a swap has replaced, once the time for an undo is over: that very one, and no other.
import { inFull, problemOf } from "../core/fault.ts"
import type { Log, SwapRecord } from "../ports.ts"
import { type ExchangeDeps, swappingOf } from "./exchange.ts"
import { journalOf } from "./journal.ts"
import type { Target } from "./probe.ts"
import { type ReadyDeps, whenReady } from "./ready.ts"
import { must } from "./unfinished-database.ts"

export interface KeptDeps extends ExchangeDeps, ReadyDeps {
  readonly log: Log
}

const patienceSeconds = 60

/** Never rejects: what cannot be dropped now stays noted, with the reason. Does nothing when it was put back meanwhile. */
export async function dropKept(
  deps: KeptDeps,
  id: SwapRecord["restoreId"],
  target: () => Target,
  signal: AbortSignal,
): Promise<void> {
  const { docker, catalogue, clock } = deps
  const journal = journalOf(deps, id, { restoreId: id })
  try {
    const { look } = await whenReady(deps, target, patienceSeconds, journal, signal)
    const swap = catalogue.swap(id)
    if (swap?.state !== "kept" || swap.keptUntil === null || swap.keptUntil > clock()) return
    const { asideName: name, inPlace, oldKey, restoredKey } = swap
    const key = inPlace === "restored" ? oldKey : restoredKey
    if (name === null || key === null) return
    const script = swappingOf(look).dropKept({ name, key }, id, look.access)
    const { stdout } = await must(docker, look, `dropping ${name}`, script, signal)
    catalogue.keptGone(id)
    if (stdout.trim() === "dropped") journal("info", `dropped ${name}: the time for an undo is over`)
    else journal("warn", `${name} is not there any more, or is another database by now: none is dropped`)
  } catch (error) {
    const problem = problemOf(error)
    catalogue.swapProblem(id, problem)
    journal("warn", `what was replaced is still there, and is dropped later: ${inFull(problem)}`)
  }
}
