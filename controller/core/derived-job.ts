// A job as labels and the operator's settings together want it.
import type { JobView } from "../../schemas/job.ts"
import { jobKeys } from "../../schemas/labels.ts"
import { formatRetention } from "../../schemas/retention.ts"
import { formatDuration } from "../../schemas/scalar.ts"
import type { ServerId, SettingInForce } from "../../schemas/server.ts"
import { noOperatorRetention, type OperatorRetention } from "./job-retention.ts"
import { jobIdOf } from "./key.ts"
import type { JobSpec } from "./labels.ts"
import { type DesiredJob, desiredJob } from "./schedule-plan.ts"

export interface DerivedJob extends DesiredJob {
  readonly settings: readonly SettingInForce[]
  /** Who has paused it, once that is decided. Until then only the label counts. */
  readonly pausedBy?: JobView["pausedBy"]
}

/** A job with the operator's zone and destinations where its labels name none, and where each value comes from. */
export function derivedJob(
  serverId: ServerId,
  spec: JobSpec,
  settings: {
    readonly timeZone: string
    readonly destinations: readonly string[]
    readonly operatorRetention?: OperatorRetention
  },
): DerivedJob {
  const timeZone = spec.labels.timezone ?? settings.timeZone
  const destinations = spec.labels.destinations ?? settings.destinations
  const fromOperator: readonly SettingInForce[] = [
    { key: "timezone", value: timeZone, source: "settings" },
    { key: "destinations", value: destinations.join(","), source: "settings" },
  ]
  const { at, mostAgeSeconds } = settings.operatorRetention ?? noOperatorRetention
  const aboveRetention = [
    ...destinations.flatMap((name) =>
      at[name] ? [{ key: `retention at ${name}`, value: formatRetention(at[name]) }] : [],
    ),
    ...(mostAgeSeconds === null ? [] : [{ key: "retention at most", value: formatDuration(mostAgeSeconds) }]),
  ].map((one) => ({ ...one, source: "settings" as const }))
  const said = new Set(spec.settings.map(({ key }) => key))
  const inForce = [...spec.settings, ...fromOperator.filter(({ key }) => !said.has(key)), ...aboveRetention]
  const job = desiredJob(
    jobIdOf(serverId, spec.name),
    serverId,
    spec.name,
    spec.labels,
    timeZone,
    destinations,
    settings.operatorRetention,
  )
  return { ...job, settings: inForce.sort((a, b) => placeOf(a.key) - placeOf(b.key)) }
}

/** Where the vocabulary has a key; those of the user's own naming come last, and after them what is no key. */
function placeOf(key: string): number {
  const place = jobKeys.indexOf(key)
  return place < 0 ? jobKeys.length : place
}
