// Which backups stay, with every reason why, and which may go. A pure function of backups, policy and zone.
import type { CompletedBackup } from "../../schemas/backup.ts"
import type { RetentionPlan, RetentionPolicy, RetentionTier } from "../../schemas/retention.ts"
import { formatDuration, type Schedule } from "../../schemas/scalar.ts"
import type { DesiredJob } from "./schedule-plan.ts"

/** A good backup, as far as retention cares. */
export interface Kept {
  readonly id: string
  readonly finishedAt: Date
  /** Why it stays whatever the policy says; null when the policy decides. A pinned one takes nobody's slot. */
  readonly pin: string | null
}

/**
 * What a person pinned stays until a person unpins it. What somebody asked for beside the schedule, before an upgrade say, stays until somebody deletes it, and takes no scheduled
 * backup's place. A job without a schedule has no others: there the policy decides.
 */
export function pinOf(
  { type, pinned }: Pick<CompletedBackup, "type" | "pinned">,
  schedule: Schedule,
): string | null {
  if (pinned) return `pinned: ${pinned.reason}`
  return type === "manual" && schedule.kind !== "manual" ? "made by hand" : null
}

/** What a job keeps of its good backups of one database. */
export function retentionOf(
  backups: readonly Pick<CompletedBackup, "id" | "finishedAt" | "type" | "pinned">[],
  job: Pick<DesiredJob, "spec" | "timeZone">,
): RetentionPlan {
  const { schedule, retention } = job.spec
  const kept = backups.map(({ id, finishedAt, type, pinned }) => ({
    id,
    finishedAt: new Date(finishedAt),
    pin: pinOf({ type, pinned }, schedule),
  }))
  return planRetention(kept, retention, job.timeZone)
}

/**
 * Each tier keeps the newest backup of each of the last N hours, days, ISO weeks, months or years that have one, in the
 * given zone and counted back from the newest backup, so that an outage can never empty the store. What is `within` a time of
 * the newest stays, and so do `min-keep` of the newest, whatever else the policy says. The newest always stays,
 * pinned or not, and so does the newest that the policy decides about. The backups may come in any order, and must all be good ones of one database by one job.
 */
export function planRetention(
  backups: readonly Kept[],
  policy: RetentionPolicy,
  timeZone: string,
): RetentionPlan {
  const localTime = calendarOf(timeZone)
  const { withinSeconds: within, minKeep = 0 } = policy
  const newestFirst = [...backups]
    .sort((a, b) => b.finishedAt.getTime() - a.finishedAt.getTime() || compare(b.id, a.id))
    .map(({ id, finishedAt, pin }) => ({ id, finishedAt, at: localTime(finishedAt), pin }))
  const tiers: readonly Tier[] = [
    { name: "min-keep", quota: minKeep, bucket: (_, index) => String(index) },
    { name: "last", quota: policy.last, bucket: (_, index) => String(index) },
    ...(Object.keys(bucketOf) as RetentionTier[]).map((name) => ({
      name,
      quota: policy[name],
      bucket: bucketOf[name],
    })),
  ]
  const filled = tiers.map(() => new Set<string>())
  const newestAt = newestFirst.find(({ pin }) => pin === null)?.finishedAt.getTime() ?? 0
  const keep: RetentionPlan["keep"] = []
  const prune: string[] = []
  let index = 0
  for (const { id, finishedAt, at, pin } of newestFirst) {
    if (pin !== null) {
      keep.push({ backupId: id, reasons: [pin] })
      continue
    }
    const reasons = index === 0 ? ["newest"] : []
    if (within !== undefined && newestAt - finishedAt.getTime() <= within * 1000)
      reasons.push(`within ${formatDuration(within)}`)
    tiers.forEach((tier, t) => {
      const taken = filled[t]
      const bucket = tier.bucket(at, index)
      if (!taken || taken.size >= tier.quota || taken.has(bucket)) return
      taken.add(bucket)
      reasons.push(`${tier.name} ${taken.size} of ${tier.quota}`)
    })
    if (reasons.length > 0) keep.push({ backupId: id, reasons })
    else prune.push(id)
    index++
  }
  return { keep, prune: prune.reverse() } // oldest first: an interrupted prune loses least
}

type Tier = {
  readonly name: string
  readonly quota: number
  readonly bucket: (at: LocalTime, index: number) => string
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

/** The date and hour on the zone's clocks, and how far these are from UTC: it tells the two hours of an autumn night apart. */
type LocalTime = {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly offsetMinutes: number
}

function calendarOf(timeZone: string): (at: Date) => LocalTime {
  const format = new Intl.DateTimeFormat("en-CA", {
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  })
  return (at) => {
    const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]))
    const field = (name: string) => parts.get(name as Intl.DateTimeFormatPartTypes) ?? 0
    const [year, month, day, hour] = [field("year"), field("month"), field("day"), field("hour")]
    const local = Date.UTC(year, month - 1, day, hour, field("minute"))
    const offsetMinutes = local / 60_000 - Math.floor(at.getTime() / 60_000)
    return { year, month, day, hour, offsetMinutes }
  }
}

const bucketOf: Readonly<Record<RetentionTier, (at: LocalTime) => string>> = {
  hourly: ({ year, month, day, hour, offsetMinutes }) => `${year}-${month}-${day}-${hour}-${offsetMinutes}`,
  daily: (at) => `${at.year}-${at.month}-${at.day}`,
  weekly: isoWeek,
  monthly: (at) => `${at.year}-${at.month}`,
  yearly: (at) => String(at.year),
}

/** ISO 8601: weeks begin on Monday, and belong to the year that holds their Thursday. */
function isoWeek({ year, month, day }: LocalTime): string {
  const date = new Date(Date.UTC(year, month - 1, day))
  const weekday = date.getUTCDay() || 7
  date.setUTCDate(date.getUTCDate() + 4 - weekday)
  const thursdayYear = date.getUTCFullYear()
  const week = Math.ceil(((date.getTime() - Date.UTC(thursdayYear, 0, 1)) / 86_400_000 + 1) / 7)
  return `${thursdayYear}-W${week}`
}
