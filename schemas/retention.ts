// How many backups stay: the policy a label asks for, and the plan that carries it out.
import { z } from "zod"
import { Duration, formatDuration, formatSize, Size } from "./scalar.ts"

/** The tiers, and the letter that stands for each in the short form `24h 7d 4w 12m 1y`. */
export const retentionTiers = { hourly: "h", daily: "d", weekly: "w", monthly: "m", yearly: "y" } as const
export type RetentionTier = keyof typeof retentionTiers

/**
 * Whole numbers: how many of the newest, and how many non-empty hours, days, ISO weeks, months and years, keep a backup each.
 * What the policy does not speak of beyond these is absent.
 */
export const RetentionPolicy = z.strictObject({
  last: z.number().int().nonnegative(),
  hourly: z.number().int().nonnegative(),
  daily: z.number().int().nonnegative(),
  weekly: z.number().int().nonnegative(),
  monthly: z.number().int().nonnegative(),
  yearly: z.number().int().nonnegative(),
  /** Everything stays that is at most so much older than the newest good backup. */
  withinSeconds: z.number().int().positive().optional(),
  /** What exceeds the size together, or the age before the newest good backup, goes. Without a tier, all that fits in them stays. */
  maxSizeBytes: z.number().int().positive().optional(),
  maxAgeSeconds: z.number().int().positive().optional(),
  /** So many of the newest stay, whatever else is said. */
  minKeep: z.number().int().positive().optional(),
})
export type RetentionPolicy = z.output<typeof RetentionPolicy>

export const noRetention: RetentionPolicy = { last: 0, hourly: 0, daily: 0, weekly: 0, monthly: 0, yearly: 0 }

const Quota = z
  .string()
  .regex(/^\d{1,4}$/, "write a whole number, 0 to 9999")
  .transform(Number)
const MinKeep = z
  .string()
  .regex(/^0*[1-9]\d{0,3}$/, "write a whole number of at least 1: the newest good backup always stays")
  .transform(Number)

/** What the short form writes as `name=value`, by name, and the field of the policy it fills. */
const options = {
  last: { field: "last", value: Quota, format: String },
  within: { field: "withinSeconds", value: Duration, format: formatDuration },
  "max-size": { field: "maxSizeBytes", value: Size, format: formatSize },
  "max-age": { field: "maxAgeSeconds", value: Duration, format: formatDuration },
  "min-keep": { field: "minKeep", value: MinKeep, format: String },
} as const

const tierOfLetter = new Map(
  Object.entries(retentionTiers).map(([tier, letter]) => [letter as string, tier as RetentionTier]),
)
const usage = "write tiers such as 24h 7d 4w 12m 1y, and last=3 for the newest three"

/** The short form: tiers such as `24h 7d 4w 12m 0y`, and `last=3 within=30d max-size=50GiB max-age=90d min-keep=2`, by spaces. */
export const Retention = z.string().transform((text, context): RetentionPolicy => {
  const policy = { ...noRetention }
  const given = new Set<string>()
  for (const word of text.trim().split(/\s+/)) {
    const entry = retentionWord(word)
    const mistake =
      typeof entry === "string" ? entry : given.has(entry.name) ? `${entry.name} is given twice` : undefined
    if (typeof entry === "string" || mistake !== undefined) {
      context.addIssue({ code: "custom", message: mistake ?? usage })
      return z.NEVER
    }
    given.add(entry.name)
    policy[entry.field] = entry.value
  }
  return policy
})

type Entry = { readonly name: string; readonly field: keyof RetentionPolicy; readonly value: number }

/** What one word of the short form says, or what is wrong with it. */
function retentionWord(word: string): Entry | string {
  const equals = word.indexOf("=")
  const name = word.slice(0, Math.max(equals, 0))
  if (Object.hasOwn(options, name)) {
    const { field, value } = options[name as keyof typeof options]
    const parsed = value.safeParse(word.slice(equals + 1))
    return parsed.success
      ? { name, field, value: parsed.data }
      : `"${word}" does not say ${name}: ${parsed.error.issues[0]?.message}`
  }
  const match = /^(\d{1,4})([hdwmy])$/.exec(word)
  const tier = match?.[2] === undefined ? undefined : tierOfLetter.get(match[2])
  return match && tier
    ? { name: tier, field: tier, value: Number(match[1]) }
    : `"${word}" is not a tier: ${usage}`
}

/** A policy in the short form, which reads back as the same policy. */
export function formatRetention(policy: RetentionPolicy): string {
  const tiers = Object.entries(retentionTiers)
    .map(([tier, letter]) => ({ quota: policy[tier as RetentionTier], letter }))
    .filter(({ quota }) => quota > 0)
    .map(({ quota, letter }) => `${quota}${letter}`)
  const others = Object.entries(options).flatMap(([name, { field, format }]) => {
    const value = policy[field]
    return value === undefined || value === 0 ? [] : [`${name}=${format(value)}`]
  })
  return [...tiers, ...others].join(" ") || "0d"
}

/** The tiers and options as keys of their own, which refine the short form. */
export const retentionLabels = {
  "retention.last": Quota.optional().meta({
    description: "So many of the newest stay. This and the next refine what `retention` says.",
  }),
  "retention.hourly": Quota.optional().meta({ description: "So many non-empty hours keep one each." }),
  "retention.daily": Quota.optional().meta({ description: "So many non-empty days keep one each." }),
  "retention.weekly": Quota.optional().meta({ description: "So many non-empty ISO weeks keep one each." }),
  "retention.monthly": Quota.optional().meta({ description: "So many non-empty months keep one each." }),
  "retention.yearly": Quota.optional().meta({ description: "So many non-empty years keep one each." }),
  "retention.within": Duration.optional().meta({
    description: "All that are at most so much older than the newest good one stay.",
  }),
  "retention.max-size": Size.optional().meta({
    description:
      "The backups of one database take so much together at most: the oldest go, though a tier would keep them.",
  }),
  "retention.max-age": Duration.optional().meta({
    description: "What is so much older than the newest good one goes, though a tier would keep it.",
  }),
  "retention.min-keep": MinKeep.optional().meta({
    description: "So many of the newest stay, whatever else is said. At least 1.",
  }),
}

const RetentionLabels = z.object(retentionLabels)

/** A policy with what the keys of their own say in the place of what it says itself. */
export function refinedRetention(
  policy: RetentionPolicy,
  labels: z.output<typeof RetentionLabels>,
): RetentionPolicy {
  const refined = { ...policy }
  for (const tier of Object.keys(retentionTiers) as RetentionTier[])
    refined[tier] = labels[`retention.${tier}`] ?? policy[tier]
  for (const name of Object.keys(options) as (keyof typeof options)[]) {
    const value = labels[`retention.${name}`]
    if (value !== undefined) refined[options[name].field] = value
  }
  return refined
}

/** The name of a policy that the operator defined. It cannot be mistaken for a tier, which begins with a digit. */
export const PolicyName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,31}$/, "write a name of lower-case letters, digits and dashes, a letter first")

/** One backup that stays, with every reason why (`newest`, `daily 3 of 7`). */
export const KeptBackup = z.object({ backupId: z.string(), reasons: z.array(z.string()).min(1) })
export type KeptBackup = z.output<typeof KeptBackup>

/** What a prune of one job's backups of one database keeps, newest first, and what it deletes, oldest first, with the reason. */
export const RetentionPlan = z.object({
  keep: z.array(KeptBackup),
  prune: z.array(z.object({ backupId: z.string(), reason: z.string() })),
})
export type RetentionPlan = z.output<typeof RetentionPlan>
