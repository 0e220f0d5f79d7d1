// Composes what looks after backups that are made already: copies that are missing, a catalogue to be rebuilt, prunes that wait.
import type { Adapters } from "./adapters.ts"
import type { Services } from "./api/services.ts"
import type { Fill } from "./core/back-fill-plan.ts"
import { rulesOf } from "./core/rules.ts"
import type { FillDeps } from "./jobs/back-fill.ts"
import { fillOrHeal } from "./jobs/heal.ts"
import { prune } from "./jobs/prune.ts"
import { rebuildFrom } from "./jobs/rebuild.ts"
import { sweepCopy } from "./jobs/sweep-copy.ts"
import { levelsThere, type VerifyDeps, verifyBackup } from "./jobs/verify.ts"
import { createBackFills } from "./reconcile/back-fills.ts"
import { createDueVerifications } from "./reconcile/due-verifications.ts"
import { createHeldPrunes } from "./reconcile/held-prunes.ts"
import type { Queue } from "./reconcile/queue.ts"
import { createRebuilding } from "./reconcile/rebuilding.ts"
import { createSweep } from "./reconcile/sweep.ts"
import { createVerifications } from "./reconcile/verifications.ts"
import type { World } from "./reconcile/world.ts"

export interface Upkeep {
  /** What of it the API shows and sets off. */
  readonly services: Pick<Services, "copyToBuckets" | "rebuilding" | "confirmPrune" | "verifications">
  /** Begins what goes on by itself. */
  follow(): void
  /** Resolves once none of it is at work, which the adapters' `stop` brings about. */
  ended(): Promise<void>
}

type JobDeps = FillDeps & Omit<VerifyDeps, "drills"> & { readonly random: () => number }

export function createUpkeep(adapters: Adapters, jobDeps: JobDeps, world: World, queue: Queue): Upkeep {
  const { source, catalogue, destinations, clock, newId, log, stop, events } = adapters
  const { signal } = stop
  const fill = (order: Fill, filling: AbortSignal) => fillOrHeal(jobDeps, order, filling)
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
  const drills = { scratch: adapters.docker, memoryBytes: () => source.current().drill.memoryBytes }
  const verifications = createVerifications({
    ...{ catalogue, events, clock, newId, log, signal, levels: levelsThere },
    run: (backup, { level, destination, identity }, onProgress, verifying) => {
      const server = () => world.require(backup.serverId)
      const order = { backup, level, destination, identity, server }
      // What was found bad is made again at once.
      return verifyBackup({ ...jobDeps, drills }, order, onProgress, verifying).finally(backFills.check)
    },
  })
  const dueVerifications = createDueVerifications({
    ...{ catalogue, destinations, world, verifications, events, clock, log, signal },
    rules: rulesOf(() => source.current()),
  })
  const sweep = createSweep({
    ...{ catalogue, destinations, clock, log, signal },
    settings: () => source.current().sweep,
    isBusy: () => queue.counts().running > 0 || verifications.isBusy(),
    read: (destination, id, bytesPerSecond, sweeping) =>
      sweepCopy({ catalogue, clock, log }, destination, id, bytesPerSecond, sweeping).finally(
        backFills.check,
      ),
  })
  return {
    services: {
      copyToBuckets: backFills.copyToBuckets,
      rebuilding,
      confirmPrune: heldPrunes.confirm,
      verifications,
    },
    follow() {
      backFills.follow()
      dueVerifications.follow()
      sweep.follow()
    },
    async ended() {
      await Promise.all([backFills.ended(), rebuilding.ended(), verifications.ended(), sweep.ended()])
    },
  }
}
