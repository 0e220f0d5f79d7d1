// Composes what looks after backups that are made already: copies that are missing, a catalogue to be rebuilt, prunes that wait, notes to be kept.
import type { Adapters } from "./adapters.ts"
import type { Services } from "./api/services.ts"
import type { Fill } from "./core/back-fill-plan.ts"
import { type FillDeps, fillCopy } from "./jobs/back-fill.ts"
import { writeNotes } from "./jobs/notes.ts"
import { prune } from "./jobs/prune.ts"
import { rebuildFrom } from "./jobs/rebuild.ts"
import { createBackFills } from "./reconcile/back-fills.ts"
import { createHeldPrunes } from "./reconcile/held-prunes.ts"
import { createNoteKeeping } from "./reconcile/note-keeping.ts"
import type { Queue } from "./reconcile/queue.ts"
import { createRebuilding } from "./reconcile/rebuilding.ts"
import type { World } from "./reconcile/world.ts"

export interface Upkeep {
  /** What of it the API shows and sets off. */
  readonly services: Pick<Services, "copyToBuckets" | "rebuilding" | "confirmPrune">
  /** Begins what goes on by itself. */
  follow(): void
  /** Resolves once none of it is at work, which the adapters' `stop` brings about. */
  ended(): Promise<void>
}

type JobDeps = FillDeps & { readonly random: () => number }

export function createUpkeep(adapters: Adapters, jobDeps: JobDeps, world: World, queue: Queue): Upkeep {
  const { catalogue, destinations, clock, newId, log, stop } = adapters
  const { signal } = stop
  const fill = (order: Fill, filling: AbortSignal) => fillCopy(jobDeps, order, filling)
  const backFills = createBackFills({ ...jobDeps, world, fill, signal })
  const known = world.remembered
  const { remember } = world
  const rebuilding = createRebuilding({
    destinations,
    work: (from, rebuild, onProgress) =>
      rebuildFrom({ catalogue, log, known, remember }, from, rebuild, onProgress),
    clock,
    log,
    signal,
  })
  const heldPrunes = createHeldPrunes({
    ...{ catalogue, world, queue, clock, newId },
    prune: (job, id, pruning) => prune(jobDeps, job, id, (level, said) => log(level, said, { id }), pruning),
  })
  const noteKeeping = createNoteKeeping({
    ...{ catalogue, destinations, events: adapters.events, clock, random: jobDeps.random, log, signal },
    write: (destination, copy, within) => writeNotes(catalogue, destination, copy, within),
  })
  return {
    services: { copyToBuckets: backFills.copyToBuckets, rebuilding, confirmPrune: heldPrunes.confirm },
    follow() {
      backFills.follow()
      noteKeeping.follow()
    },
    async ended() {
      await Promise.all([backFills.ended(), rebuilding.ended(), noteKeeping.ended()])
    },
  }
}
