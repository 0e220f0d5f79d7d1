// Exports what is configured, and carries out what an import may change.
import type { Configuration, ImportPlan } from "../../schemas/configuration.ts"
import type { JobId } from "../../schemas/server.ts"
import type { SettingView } from "../../schemas/settings-view.ts"
import { bucketsToAdd, configurationOf, planImport } from "../core/configuration.ts"
import type { Actions, BucketStore, Buckets, Catalogue, Clock } from "../ports.ts"

export function createConfiguration(deps: {
  readonly catalogue: Pick<Catalogue, "overrides"> & Pick<BucketStore, "keptBuckets">
  readonly buckets: Pick<Buckets, "add">
  readonly actions: Pick<Actions, "overrideSchedule" | "pauseAll">
  readonly destinations: ReadonlyMap<string, unknown>
  readonly settings: () => readonly SettingView[]
  readonly settingsFile: () => string | null
  readonly program: string
  readonly clock: Clock
}) {
  const { catalogue, buckets, actions, destinations, settings, settingsFile, program, clock } = deps
  const here = () => ({
    settings: settings(),
    buckets: catalogue.keptBuckets(),
    overrides: catalogue.overrides(),
  })
  return {
    export: (): Configuration => configurationOf(here(), settingsFile(), program, clock()),
    import(wanted: Configuration, dryRun: boolean): ImportPlan {
      const changes = [...planImport(wanted, here(), [...destinations.keys()])]
      if (dryRun) return { changes, done: false }
      for (const bucket of bucketsToAdd(wanted, changes)) buckets.add(bucket)
      for (const { jobId, enabled } of wanted.schedules) {
        // Of every job there is only a pause.
        if (jobId !== "*") actions.overrideSchedule(jobId as JobId, enabled)
        else actions.pauseAll(!enabled)
      }
      return { changes, done: true }
    },
  }
}
