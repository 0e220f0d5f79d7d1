// Composes what looks after backups that are made already: copies that are missing, a catalogue to be rebuilt, prunes that wait, notes to be kept.
import type { ServerId } from "../schemas/server.ts"
import type { Adapters } from "./adapters.ts"
import type { Services } from "./api/services.ts"
import { createCatalogueCare } from "./catalogue-care.ts"
import type { Fill } from "./core/back-fill-plan.ts"
import { rulesOf } from "./core/rules.ts"
import type { FillDeps } from "./jobs/back-fill.ts"
import { fillOrHeal } from "./jobs/heal.ts"
import { type ImportDeps, importDump } from "./jobs/import.ts"
import { dropKept, type KeptDeps } from "./jobs/kept-database.ts"
import { writeNotes } from "./jobs/notes.ts"
import { adoptOrphans, cleanOrphans, lookForOrphans, mendMissing } from "./jobs/orphans.ts"
import { prune } from "./jobs/prune.ts"
import { rebuildFrom } from "./jobs/rebuild.ts"
import { sweepCopy } from "./jobs/sweep-copy.ts"
import { levelsThere, type VerifyDeps, verifyBackup } from "./jobs/verify.ts"
import { createBackFills } from "./reconcile/back-fills.ts"
import { createDueVerifications } from "./reconcile/due-verifications.ts"
import { createHeldPrunes } from "./reconcile/held-prunes.ts"
import { createKeptDatabases } from "./reconcile/kept-databases.ts"
import { createNoteKeeping } from "./reconcile/note-keeping.ts"
import { createOrphanCare } from "./reconcile/orphans.ts"
import type { Queue } from "./reconcile/queue.ts"
import { createRebuilding } from "./reconcile/rebuilding.ts"
import { createSweep } from "./reconcile/sweep.ts"
import { createVerifications } from "./reconcile/verifications.ts"
import type { World } from "./reconcile/world.ts"
import { keptTasks } from "./state/kept-tasks.ts"

export interface Upkeep {
  /** What of it the API shows and sets off. */
  readonly services: Pick<
    Services,
    | "copyToBuckets"
    | "rebuilding"
    | "confirmPrune"
    | "orphans"
    | "importDump"
    | "verifications"
    | "catalogueCare"
  >
  /** Begins what goes on by itself. */
  follow(): void
  /** Resolves once none of it is at work, which the adapters' `stop` brings about. */
  ended(): Promise<void>
}

type JobDeps = FillDeps &
  KeptDeps &
  Omit<VerifyDeps, "drills"> &
  Pick<ImportDeps, "keys" | "program"> & { readonly random: () => number }

export function createUpkeep(adapters: Adapters, jobDeps: JobDeps, world: World, queue: Queue): Upkeep {
  const { source, signer, catalogue, destinations, clock, newId, log, stop, events } = adapters
  const { signal } = stop
  const fill = (order: Fill, filling: AbortSignal) => fillOrHeal(jobDeps, order, filling)
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
    async work(from, rebuild, onProgress, withCatalogue) {
      const taken = withCatalogue ? await care.takeFrom(from) : null
      if (taken) for (const record of catalogue.servers()) if (!known().has(record.id)) remember(record)
      const rebuildDeps = { catalogue, log, known, remember, signer }
      const report = await rebuildFrom(rebuildDeps, from, rebuild, onProgress)
      care.compared(from.name)
      return { ...report, catalogue: { ...report.catalogue, taken } }
    },
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
  const care = createCatalogueCare(adapters, rebuilding, queue)
  const heldPrunes = createHeldPrunes({
    ...{ catalogue, world, queue, clock, newId },
    prune: (job, id, pruning) => prune(jobDeps, job, id, (level, said) => log(level, said, { id }), pruning),
  })
  const drills = { scratch: adapters.docker, memoryBytes: () => source.current().drill.memoryBytes }
  const verifications = createVerifications({
    ...{ catalogue, events, clock, newId, log, signal, levels: levelsThere },
    memory: keptTasks(adapters.settings.databasePath),
    run: (backup, { level, destination, identity, askedBy }, onProgress, verifying) => {
      const server = () => world.require(backup.serverId)
      const oneIsEnough = askedBy === "label" && destination === null
      const order = { backup, level, destination, identity, oneIsEnough, server }
      // What was found bad is made again at once.
      return verifyBackup({ ...jobDeps, drills }, order, onProgress, verifying).finally(backFills.check)
    },
  })
  const dueVerifications = createDueVerifications({
    ...{ catalogue, world, verifications, events, clock, log, signal },
    rules: rulesOf(() => source.current()),
  })
  const sweep = createSweep({
    ...{ catalogue, destinations, clock, log, signal },
    settings: () => source.current().sweep,
    isBusy: () => queue.counts().running > 0 || verifications.isBusy(),
    read: (destination, id, bytesPerSecond, sweeping) =>
      sweepCopy({ catalogue, clock, log, signer }, destination, id, bytesPerSecond, sweeping).finally(
        backFills.check,
      ),
  })
  const noteKeeping = createNoteKeeping({
    ...{ catalogue, destinations, events: adapters.events, clock, random: jobDeps.random, log, signal },
    write: (destination, copy, within) => writeNotes(catalogue, destination, copy, within),
  })
  const keptDatabases = createKeptDatabases({
    ...{ catalogue, queue, clock, newId, signal },
    drop: ({ restoreId, serverId }, dropping) =>
      dropKept(jobDeps, restoreId, () => world.require(serverId), dropping),
  })
  return {
    services: {
      copyToBuckets: backFills.copyToBuckets,
      rebuilding,
      confirmPrune: heldPrunes.confirm,
      orphans,
      importDump: takeIn,
      verifications,
      catalogueCare: care.services,
    },
    follow() {
      backFills.follow()
      dueVerifications.follow()
      sweep.follow()
      noteKeeping.follow()
      care.follow()
      keptDatabases.follow()
    },
    async ended() {
      const all = [backFills, rebuilding, verifications, sweep, noteKeeping, care]
      await Promise.all(all.map((one) => one.ended()))
    },
  }
}
