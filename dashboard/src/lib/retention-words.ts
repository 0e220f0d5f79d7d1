// A retention policy as one sentence.
import type { RetentionPolicy } from "../../../schemas/retention.ts"
import { count, formatBytes, formatDuration, listed } from "./format.ts"

const periods = { hourly: "hour", daily: "day", weekly: "week", monthly: "month", yearly: "year" } as const

const byHand = "What was made by hand or is pinned stays until somebody decides."
const always = `The newest good one and the last verified always stay. ${byHand}`

/** `Keeps the last 3, and one for each of the latest 7 days and 4 weeks that have any.`, and what stays in any case. */
export function retentionSentence(policy: RetentionPolicy): string {
  const tiers = Object.entries(periods)
    .map(([tier, period]) => ({ quota: policy[tier as keyof typeof periods], period }))
    .filter(({ quota }) => quota > 0)
    .map(({ quota, period }) => count(quota, period))
  // What is kept of the newest in any case comes to the same.
  const last = Math.max(policy.last, policy.minKeep ?? 0)
  const kept = [
    ...(policy.withinSeconds
      ? [`everything within ${formatDuration(policy.withinSeconds)} of the newest`]
      : []),
    ...(last > 0 ? [last === 1 ? "the last one" : `the last ${last}`] : []),
    ...(tiers.length > 0 ? [`one for each of the latest ${listed(tiers)} that have any`] : []),
  ]
  const limits = [
    ...(policy.maxAgeSeconds ? [`nothing older than ${formatDuration(policy.maxAgeSeconds)}`] : []),
    ...(policy.maxSizeBytes ? [`at most ${formatBytes(policy.maxSizeBytes)} of each database together`] : []),
  ]
  if (limits.length > 0 && !policy.withinSeconds && policy.last === 0 && tiers.length === 0)
    return `Keeps everything, but ${limits.join(", and ")}. ${always}`
  if (kept.length === 0) return `Keeps only the newest good backup of each database. ${byHand}`
  return `Keeps ${kept.join(", and ")}${limits.map((limit) => `; ${limit}`).join("")}. ${always}`
}
