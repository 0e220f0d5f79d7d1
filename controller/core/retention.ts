// Which backups stay, with every reason why, and which may go, with the reason. A pure function of backups, policy, zone and time.
import type { RetentionPlan, RetentionPolicy, RetentionTier } from "../../schemas/retention.ts"
import { formatDuration, formatSize } from "../../schemas/scalar.ts"
import { calendarOf, type LocalTime } from "./calendar.ts"

/** A good backup, as far as retention cares. */
export interface Kept {
  readonly id: string
  readonly finishedAt: Date
  /** Why it stays whatever the policy says; null when the policy decides. A pinned one takes nobody's slot. */
  readonly pin: string | null
  readonly storedBytes?: number
  /** Whether it was checked again after it had been stored, and passed. */
  readonly isVerified?: boolean
}

/** What stands above a policy. */
export interface RetentionLimits {
  /** What is later is doubted, and stays until its time has come. Absent: nothing is. */
  readonly now?: Date
  /** The longest age that the operator allows any job. */
  readonly mostAgeSeconds?: number | undefined
}

/** Clocks are set back by seconds; a backup that is later than this was dated by a wrong one. */
const futureMilliseconds = 300_000

/**
 * Each tier keeps the newest backup of each of the last N hours, days, ISO weeks, months or years that have one, in the
 * given zone and counted back from the newest backup, so that an outage can never empty the store. What is `within` a time of
 * the newest stays. Of all that, what exceeds the age or the size goes, oldest first. A policy that speaks of nothing but these
 * keeps whatever they allow.
 *
 * Whatever the policy says, there stay: the newest, `min-keep` of the newest, the newest verified one, the pinned ones, and
 * those that are dated in the future, which take no slot either. The backups may come in any order, and must all be good ones
 * of one database by one job.
 */
export function planRetention(
  backups: readonly Kept[],
  policy: RetentionPolicy,
  timeZone: string,
  above: RetentionLimits = {},
): RetentionPlan {
  const localTime = calendarOf(timeZone)
  const newestFirst = ranked(backups)
  const verified = newestFirst.find(({ isVerified }) => isVerified)
  const newestAt = newestFirst.find((backup) => isDecided(backup, above))?.finishedAt
  const limits = ageLimits(policy, above.mostAgeSeconds)
  const slots = slotsOf(policy)
  const decided: Decided[] = []
  let index = 0
  for (const backup of newestFirst) {
    const { finishedAt, pin } = backup
    const lastVerified = backup === verified ? ["last verified"] : []
    if (!isDecided(backup, above)) {
      const stays = [pin ?? "dated in the future", ...lastVerified]
      decided.push({ backup, takesRoom: false, stays, asked: [], limit: null })
      continue
    }
    const ageSeconds = ((newestAt ?? finishedAt).getTime() - finishedAt.getTime()) / 1000
    const tooOld = limits.find(({ seconds }) => ageSeconds > seconds)
    let at: LocalTime | undefined
    // What the zone's clocks showed is costly to say, and often nobody asks.
    const local = () => (at ??= localTime(finishedAt))
    const stays = [
      ...(index === 0 ? ["newest"] : []),
      ...(index < (policy.minKeep ?? 0) ? [`min-keep ${index + 1} of ${policy.minKeep}`] : []),
      ...lastVerified,
    ]
    const asked = [...withinReasons(policy, ageSeconds), ...slots.flatMap((slot) => slot(local, index))]
    decided.push({ backup, takesRoom: true, stays, asked, limit: tooOld?.reason ?? null })
    index++
  }
  return withinSize(decided, policy.maxSizeBytes)
}

/** The newest first; of those that finished in the same moment, the later id counts as the newer. */
export function ranked(backups: readonly Kept[]): readonly Kept[] {
  return backups.toSorted((a, b) => b.finishedAt.getTime() - a.finishedAt.getTime() || compare(b.id, a.id))
}

/** Whether a policy decides about it at all. */
export function isDecided({ pin, finishedAt }: Kept, { now }: RetentionLimits): boolean {
  return pin === null && (now === undefined || finishedAt.getTime() <= now.getTime() + futureMilliseconds)
}

interface Decided {
  readonly backup: Kept
  readonly takesRoom: boolean
  /** Why it stays, whatever its age and size. */
  readonly stays: readonly string[]
  /** Why it stays, as long as no limit stands against it. */
  readonly asked: readonly string[]
  /** What stands against it. */
  readonly limit: string | null
}

/** The plan, after what is too large together has gone, oldest first. Pinned ones take no room, as they take no slot. */
function withinSize(decided: readonly Decided[], maxBytes: number | undefined): RetentionPlan {
  const reasonsOf = ({ stays, asked, limit }: Decided) => [...stays, ...(limit === null ? asked : [])]
  const isKept = (one: Decided) => reasonsOf(one).length > 0
  let bytes = 0
  for (const one of decided) if (isKept(one) && one.takesRoom) bytes += one.backup.storedBytes ?? 0
  const keep: RetentionPlan["keep"] = []
  const prune: RetentionPlan["prune"] = []
  // Oldest first: an interrupted prune loses least.
  for (const one of decided.toReversed()) {
    const isTooLarge = maxBytes !== undefined && bytes > maxBytes && isKept(one) && one.takesRoom
    const limit = one.limit ?? (isTooLarge ? `exceeds max-size ${formatSize(maxBytes)}` : null)
    const reasons = reasonsOf({ ...one, limit })
    const backupId = one.backup.id
    if (reasons.length > 0) keep.push({ backupId, reasons })
    else {
      if (isTooLarge) bytes -= one.backup.storedBytes ?? 0
      prune.push({
        backupId,
        reason: one.asked.length > 0 && limit ? limit : "nothing in the policy keeps it",
      })
    }
  }
  return { keep: keep.reverse(), prune }
}

function ageLimits({ maxAgeSeconds }: RetentionPolicy, mostAgeSeconds: number | undefined) {
  const limit = (seconds: number | undefined, reason: (age: string) => string) =>
    seconds === undefined ? [] : [{ seconds, reason: reason(formatDuration(seconds)) }]
  return [
    ...limit(maxAgeSeconds, (age) => `older than max-age ${age}`),
    ...limit(mostAgeSeconds, (age) => `older than ${age}, the most that the settings allow any job`),
  ]
}

/** Reasons that are no slots. */
function withinReasons(policy: RetentionPolicy, ageSeconds: number): readonly string[] {
  const { withinSeconds: within, maxAgeSeconds, maxSizeBytes } = policy
  if (within !== undefined) return ageSeconds <= within ? [`within ${formatDuration(within)}`] : []
  if (asksForSlots(policy)) return []
  return [
    ...(maxAgeSeconds === undefined ? [] : [`within max-age ${formatDuration(maxAgeSeconds)}`]),
    ...(maxSizeBytes === undefined ? [] : [`within max-size ${formatSize(maxSizeBytes)}`]),
  ]
}

const slotNames = ["last", "hourly", "daily", "weekly", "monthly", "yearly"] as const
const asksForSlots = (policy: RetentionPolicy) => slotNames.some((name) => policy[name] > 0)

/** For each tier what it says of a backup, asked from the newest on. */
function slotsOf(
  policy: RetentionPolicy,
): readonly ((at: () => LocalTime, index: number) => readonly string[])[] {
  return slotNames.map((name) => {
    const quota = policy[name]
    const taken = new Set<string>()
    return (at, index) => {
      if (taken.size >= quota) return []
      const bucket = name === "last" ? String(index) : bucketOf[name](at())
      if (taken.has(bucket)) return []
      taken.add(bucket)
      return [`${name} ${taken.size} of ${quota}`]
    }
  })
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

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
