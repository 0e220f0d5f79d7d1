// Composes what looks after the catalogue itself: making a damaged one again, its copies at the destinations, its maintenance.
import { statSync } from "node:fs"
import packageJson from "../package.json" with { type: "json" }
import type { Adapters } from "./adapters.ts"
import type { Services } from "./api/services.ts"
import { catalogueRules } from "./core/catalogue-rules.ts"
import { Fault, problemOf } from "./core/fault.ts"
import { storeCatalogue, withPackedCatalogue } from "./jobs/copy-catalogue.ts"
import { catalogueCopiesAt, takeCatalogue } from "./jobs/take-catalogue.ts"
import { forgetUnfounded } from "./jobs/unfounded.ts"
import type { Destination } from "./ports.ts"
import { createCatalogueCopies, type StoreCopies } from "./reconcile/catalogue-copies.ts"
import { createMaintenance } from "./reconcile/maintenance.ts"
import { createMending } from "./reconcile/mending.ts"
import type { Queue } from "./reconcile/queue.ts"
import type { Rebuilding } from "./reconcile/rebuilding.ts"

export function createCatalogueCare(adapters: Adapters, rebuilding: Rebuilding, queue: Queue) {
  const { catalogue, destinations, settings, source, clock, log, stop, events } = adapters
  const { signal } = stop
  const path = settings.databasePath
  const jobDeps = { catalogue, log, program: `dbbackup ${packageJson.version}`, scratch: path }
  const rules = () => catalogueRules(source.current())

  const store =
    (of: Parameters<typeof withPackedCatalogue>[1]["of"] = null): StoreCopies =>
    (chosen, at, { keep, recipients }) =>
      withPackedCatalogue(jobDeps, { at, recipients, of }, signal, async (packed) => {
        const outcomes = chosen.map(async (destination) => {
          const stored = storeCatalogue(jobDeps, packed, destination, keep, signal)
          return [destination.name, await stored.then(() => null, problemOf)] as const
        })
        return new Map(await Promise.all(outcomes))
      })

  const before = catalogue.beforeMigration()
  const early = async () => {
    if (before === null || rules().keep === 0) return
    const schema = Number(before.slice(-4)) - 1
    await store({ path: before, schema })([...destinations.values()], statSync(before).mtime, rules(), signal)
  }
  const mending = createMending({
    ...{ catalogue, destinations, rebuilding, events, log, signal },
    forgetUnfounded: (destination) => forgetUnfounded({ catalogue, log }, destination, signal),
  })
  const copies = createCatalogueCopies({
    ...{ destinations, rules, clock, log, signal },
    store: store(),
    newestAt: async (destination) =>
      (await catalogueCopiesAt(destination, catalogue.installation(), signal))[0]?.at ?? null,
    early: before === null ? null : early,
    isMending: () => catalogue.mending() !== null,
  })
  const maintain = createMaintenance({
    ...{ catalogue, queue, clock, log },
    logSeconds: () => source.current().catalogue.logSeconds,
  })
  const services: Services["catalogueCare"] = {
    maintain,
    copyNow: () => copies.copyNow(),
    problem: mending.problem,
    state() {
      const now = catalogue.mending()
      return {
        bytes: [path, `${path}-wal`].reduce(
          (sum, name) => sum + (statSync(name, { throwIfNoEntry: false })?.size ?? 0),
          0,
        ),
        problem: mending.problem(),
        mending: now && {
          since: now.since.toISOString(),
          setAside: now.setAside,
          copyOf: now.copy?.madeAt.toISOString() ?? null,
          compared: [...now.done],
          waitsFor: [...mending.waitsFor()],
        },
        copies: [...copies.state()],
        nextCopyAt: copies.nextAt()?.toISOString() ?? null,
      }
    },
  }

  return {
    services,
    compared: mending.compared,
    /** Takes in the newest copy that stands there: of another installation, when there is one. Rejects with a Fault. */
    async takeFrom(destination: Destination) {
      const found = await catalogueCopiesAt(destination, null, signal)
      const own = catalogue.installation()
      const copy = found.find(({ installation }) => installation !== own) ?? found[0]
      if (copy === undefined)
        throw new Fault("not-found", `there is no copy of a catalogue at ${destination.name}`, {
          hint: "Rebuild without it: the manifests tell of every backup.",
        })
      return await takeCatalogue({ ...jobDeps, identities: adapters.identities }, copy, false, signal)
    },
    follow() {
      mending.follow()
      copies.follow()
    },
    async ended() {
      await Promise.all([mending.ended(), copies.ended()])
    },
  }
}
