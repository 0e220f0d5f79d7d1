// Exports what is configured, and carries out what an import may change.
import type { Configuration, ImportPlan } from "../../schemas/configuration.ts"
import type { JobId } from "../../schemas/server.ts"
import type { SettingView } from "../../schemas/settings-view.ts"
import { configurationOf, planImport, toAdd } from "../core/configuration.ts"
import type {
  Actions,
  BucketStore,
  Buckets,
  Catalogue,
  Clock,
  KeptServerStore,
  PolicyStore,
  RetentionPolicies,
} from "../ports.ts"

export function createConfiguration(deps: {
  readonly catalogue: Pick<Catalogue, "overrides"> &
    Pick<BucketStore, "keptBuckets"> &
    Pick<PolicyStore, "keptPolicies"> &
    Pick<KeptServerStore, "keptServers">
  readonly buckets: Pick<Buckets, "add">
  readonly policies: Pick<RetentionPolicies, "add">
  readonly actions: Pick<Actions, "overrideSchedule" | "pauseAll">
  readonly destinations: ReadonlyMap<string, unknown>
  readonly settings: () => readonly SettingView[]
  readonly settingsFile: () => string | null
  readonly program: string
  readonly clock: Clock
}) {
  const { catalogue, buckets, policies, actions, destinations, settings, settingsFile, program, clock } = deps
  const here = () => ({
    settings: settings(),
    buckets: catalogue.keptBuckets(),
    policies: catalogue.keptPolicies(),
    servers: catalogue.keptServers(),
    overrides: catalogue.overrides(),
  })
  return {
    export: (): Configuration => configurationOf(here(), settingsFile(), program, clock()),
    import(wanted: Configuration, dryRun: boolean): ImportPlan {
      const changes = [...planImport(wanted, here(), [...destinations.keys()])]
      if (dryRun) return { changes, done: false }
      const added = toAdd(wanted, changes)
      for (const bucket of added.buckets) buckets.add(bucket)
      for (const policy of added.policies) policies.add(policy)
      for (const { jobId, enabled } of wanted.schedules) {
        // Of every job there is only a pause.
        if (jobId !== "*") actions.overrideSchedule(jobId as JobId, enabled)
        else actions.pauseAll(!enabled)
      }
      return { changes, done: true }
    },
  }
}
