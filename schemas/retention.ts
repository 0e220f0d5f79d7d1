// How many backups stay: the policy a label asks for, and the plan that carries it out.
import { z } from "zod"

/** The tiers, and the letter that stands for each in the short form `24h 7d 4w 12m 1y`. */
export const retentionTiers = { hourly: "h", daily: "d", weekly: "w", monthly: "m", yearly: "y" } as const
export type RetentionTier = keyof typeof retentionTiers

/** Whole numbers: how many of the newest, and how many non-empty hours, days, ISO weeks, months and years, keep a backup each. */
export const RetentionPolicy = z.strictObject({
  last: z.number().int().nonnegative(),
  hourly: z.number().int().nonnegative(),
  daily: z.number().int().nonnegative(),
  weekly: z.number().int().nonnegative(),
  monthly: z.number().int().nonnegative(),
  yearly: z.number().int().nonnegative(),
})
export type RetentionPolicy = z.output<typeof RetentionPolicy>

export const noRetention: RetentionPolicy = { last: 0, hourly: 0, daily: 0, weekly: 0, monthly: 0, yearly: 0 }

const tierOfLetter = new Map(
  Object.entries(retentionTiers).map(([tier, letter]) => [letter as string, tier as RetentionTier]),
)
const usage = "write tiers such as 24h 7d 4w 12m 1y, and last=3 for the newest three"

/** The short form: `24h 7d 4w 12m 0y`, `last=3`, both together, separated by spaces. */
export const Retention = z.string().transform((text, context): RetentionPolicy => {
  const policy = { ...noRetention }
  const given = new Set<string>()
  for (const word of text.trim().split(/\s+/)) {
    const entry = retentionWord(word)
    const mistake =
      entry === undefined
        ? `"${word}" is not a tier: ${usage}`
        : given.has(entry.tier)
          ? `${entry.tier} is given twice`
          : undefined
    if (entry === undefined || mistake !== undefined) {
      context.addIssue({ code: "custom", message: mistake ?? usage })
      return z.NEVER
    }
    given.add(entry.tier)
    policy[entry.tier] = entry.count
  }
  return policy
})

function retentionWord(word: string): { tier: RetentionTier | "last"; count: number } | undefined {
  const last = /^last=(\d{1,4})$/.exec(word)
  if (last) return { tier: "last", count: Number(last[1]) }
  const match = /^(\d{1,4})([hdwmy])$/.exec(word)
  const tier = match?.[2] === undefined ? undefined : tierOfLetter.get(match[2])
  return match && tier ? { tier, count: Number(match[1]) } : undefined
}

/** One backup that stays, with every reason why (`newest`, `daily 3 of 7`). */
export const KeptBackup = z.object({ backupId: z.string(), reasons: z.array(z.string()).min(1) })

/** What a prune of one job's backups of one database keeps, and what it deletes, oldest first. */
export const RetentionPlan = z.object({ keep: z.array(KeptBackup), prune: z.array(z.string()) })
export type RetentionPlan = z.output<typeof RetentionPlan>
