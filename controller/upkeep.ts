// Composes what looks after backups that are made already: copies that are missing, a catalogue to be rebuilt, prunes that wait.
import type { ServerId } from "../schemas/server.ts"
import type { Adapters } from "./adapters.ts"
import type { Services } from "./api/services.ts"
import type { Fill } from "./core/back-fill-plan.ts"
import { type FillDeps, fillCopy } from "./jobs/back-fill.ts"
import { type ImportDeps, importDump } from "./jobs/import.ts"
import { adoptOrphans, cleanOrphans, lookForOrphans, mendMissing } from "./jobs/orphans.ts"
import { prune } from "./jobs/prune.ts"
import { rebuildFrom } from "./jobs/rebuild.ts"
import { createBackFills } from "./reconcile/back-fills.ts"
import { createHeldPrunes } from "./reconcile/held-prunes.ts"
import { createOrphanCare } from "./reconcile/orphans.ts"
import type { Queue } from "./reconcile/queue.ts"
import { createRebuilding } from "./reconcile/rebuilding.ts"
import type { World } from "./reconcile/world.ts"

export interface Upkeep {
  /** What of it the API shows and sets off. */
  readonly services: Pick<
    Services,
    "copyToBuckets" | "rebuilding" | "confirmPrune" | "orphans" | "importDump"
  >
  /** Begins what goes on by itself. */
  follow(): void
  /** Resolves once none of it is at work, which the adapters' `stop` brings about. */
  ended(): Promise<void>
}

type JobDeps = FillDeps & Pick<ImportDeps, "keys" | "program"> & { readonly random: () => number }

export function createUpkeep(adapters: Adapters, jobDeps: JobDeps, world: World, queue: Queue): Upkeep {
  const { catalogue, destinations, clock, newId, log, source, signer, stop } = adapters
  const { signal } = stop
  const fill = (order: Fill, filling: AbortSignal) => fillCopy(jobDeps, order, filling)
  const backFills = createBackFills({ ...jobDeps, world, fill, signal })
  const known = world.remembered
  const { remember } = world
  const graceSeconds = () => source.current().orphanGraceSeconds
  const orphanDeps = { catalogue, log, known, remember, clock, graceSeconds, signer }
  const orphans = createOrphanCare({
    destinations,
    look: (at, looking) => lookForOrphans(orphanDeps, at, looking),
    adopt: (at, keys, adopting) => adoptOrphans(orphanDeps, at, keys, adopting),
    clean: (at, asked, cleaning) => cleanOrphans(orphanDeps, at, asked, cleaning),
    mend: async (at, keys, mending) => {
      const mended = await mendMissing(orphanDeps, at, keys, mending)
      backFills.check()
      return mended
    },
  })
  const rebuilding = createRebuilding({
    destinations,
    work: (from, rebuild, onProgress) =>
      rebuildFrom({ catalogue, log, known, remember, signer }, from, rebuild, onProgress),
    clock,
    log,
    signal,
  })
  const importDeps = { ...jobDeps, newId, limitBytes: () => source.current().importLimitBytes }
  const takeIn: Services["importDump"] = ({ serverId, ...asked }, file, importing) => {
    const server = world.require(serverId as ServerId)
    const engine = world.insight(server.id).engine ?? server.engine
    return importDump(importDeps, { ...asked, server, engine }, file, AbortSignal.any([importing, signal]))
  }
  const heldPrunes = createHeldPrunes({
    ...{ catalogue, world, queue, clock, newId },
    prune: (job, id, pruning) => prune(jobDeps, job, id, (level, said) => log(level, said, { id }), pruning),
  })
  return {
    services: {
      copyToBuckets: backFills.copyToBuckets,
      rebuilding,
      confirmPrune: heldPrunes.confirm,
      orphans,
      importDump: takeIn,
    },
    follow: backFills.follow,
    async ended() {
      await Promise.all([backFills.ended(), rebuilding.ended()])
    },
  }
}
