// An undo that somebody asks for: checked at once, by the catalogue and on the server, then done in the server's turn.
import { isInPlace, type RestoreId } from "../../schemas/restore.ts"
import { Fault } from "../core/fault.ts"
import { requireRestorable } from "../core/restorable.ts"
import { requireUndoable } from "../core/swap-plan.ts"
import type { Catalogue, Clock } from "../ports.ts"
import { restoreInto } from "./pending.ts"
import type { Queue } from "./queue.ts"
import type { UndoOrder, Work } from "./work.ts"
import type { World } from "./world.ts"

/** Throws a Fault when it is refused; resolves once it is queued. */
export function createUndo(deps: {
  readonly catalogue: Catalogue
  readonly world: Pick<World, "require" | "derived">
  readonly queue: Pick<Queue, "add">
  readonly work: Pick<Work, "undo" | "checkUndo">
  readonly clock: Clock
  readonly newId: () => string
}): (id: RestoreId, endConnections: boolean) => Promise<void> {
  const { catalogue, world, queue, work, clock, newId } = deps
  const asked = new Set<RestoreId>()

  return async (id, endConnections) => {
    const restore = catalogue.restore(id)
    if (restore && isInPlace(restore))
      throw new Fault(
        "restore-unsupported",
        "the restore went into the database itself: nothing is kept to go back to",
        {
          hint: restore.safetyBackupId
            ? `Restore the backup that was made before: ${restore.safetyBackupId}, mode replace.`
            : "Restore another backup.",
        },
      )
    const swap = catalogue.swap(id)
    requireUndoable(swap, catalogue.swaps(swap?.serverId), clock())
    const { serverId, database } = swap
    requireRestorable(world.derived(serverId), "swap")
    const order: UndoOrder = { id, endConnections, target: () => world.require(serverId) }
    await work.checkUndo(order)
    const busy = restoreInto(catalogue, serverId, database)
    if (busy) throw new Fault("already-running", `a restore into ${database} is ${busy.status}: ${busy.id}`)
    if (asked.has(id)) throw new Fault("already-running", "this undo is queued or running already")
    asked.add(id)
    catalogue.swapProblem(id, null)
    queue.add({
      ...{ id: newId(), serverId, group: null, urgent: true, priority: 0 },
      run: (signal, aside) => work.undo(order, signal, aside).finally(() => asked.delete(id)),
    })
  }
}
