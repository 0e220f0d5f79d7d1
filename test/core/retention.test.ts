// What must hold for every policy and history. Single decisions, with their reasons, are golden files: test/golden/retention.
import { describe, expect, setDefaultTimeout, test } from "bun:test"
import fc from "fast-check"
import { isDecided, type Kept, planRetention, type RetentionLimits } from "../../controller/core/retention.ts"
import {
  noRetention,
  RetentionPlan,
  type RetentionPolicy,
  type RetentionTier,
  retentionTiers,
} from "../../schemas/retention.ts"

setDefaultTimeout(120_000)

const zones = fc.constantFrom("UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kolkata", "Pacific/Chatham")
const policies: fc.Arbitrary<RetentionPolicy> = fc.record(
  {
    last: fc.nat({ max: 5 }),
    hourly: fc.nat({ max: 30 }),
    daily: fc.nat({ max: 10 }),
    weekly: fc.nat({ max: 6 }),
    monthly: fc.nat({ max: 14 }),
    yearly: fc.nat({ max: 3 }),
    withinSeconds: fc.integer({ min: 1, max: 400 * 86_400 }),
    minKeep: fc.integer({ min: 1, max: 8 }),
    maxAgeSeconds: fc.integer({ min: 1, max: 400 * 86_400 }),
    maxSizeBytes: fc.integer({ min: 1, max: 3000 }).map((kibibytes) => kibibytes * 1024),
  },
  { requiredKeys: ["last", "hourly", "daily", "weekly", "monthly", "yearly"] },
)
// Around both changes of the clocks and the turn of a year with 53 weeks, with some moments taken twice.
const begin = Date.parse("2026-10-01T00:00:00Z")
const moments = fc.oneof(
  { weight: 3, arbitrary: fc.nat({ max: 400 * 24 }).map((hours) => begin + hours * 3_600_000) },
  fc.nat({ max: 4 * 365 * 24 * 60 }).map((minutes) => begin - minutes * 60_000),
)
const states = fc.record({
  time: moments,
  kibibytes: fc.nat({ max: 100 }),
  isVerified: fc.boolean(),
})
const histories: fc.Arbitrary<readonly Kept[]> = fc.array(states, { maxLength: 60 }).map((all) =>
  all.map(({ time, kibibytes, isVerified }, i) => ({
    ...{ id: `b${i}`, finishedAt: new Date(time), pin: null, storedBytes: kibibytes * 1024, isVerified },
  })),
)
const limits: fc.Arbitrary<RetentionLimits> = fc.record(
  { now: moments.map((time) => new Date(time)), mostAgeSeconds: fc.integer({ min: 1, max: 400 * 86_400 }) },
  { requiredKeys: [] },
)

type Property = (
  history: readonly Kept[],
  policy: RetentionPolicy,
  zone: string,
  above: RetentionLimits,
) => void
const check = (property: Property) =>
  fc.assert(fc.property(histories, policies, zones, limits, property), { numRuns: 60 })
/** Without what takes away from tiers. */
const unlimited = ({ maxAgeSeconds: _, maxSizeBytes: __, ...policy }: RetentionPolicy): RetentionPolicy =>
  policy
const kept = (plan: RetentionPlan) => plan.keep.map(({ backupId }) => backupId)

describe("whatever the policy and the history,", () => {
  test("every backup is either kept or pruned, with a reason, and none is invented", () => {
    check((history, policy, zone, above) => {
      const plan = planRetention(history, policy, zone, above)
      const ids = [...kept(plan), ...plan.prune.map(({ backupId }) => backupId)]
      expect(ids.sort()).toEqual(history.map(({ id }) => id).sort())
      expect(RetentionPlan.safeParse(plan).error).toBeUndefined()
      for (const { reason } of plan.prune) expect(reason).not.toBe("")
    })
  })

  test("the newest is kept, as many as min-keep says, the newest verified, and what is of the future", () => {
    check((history, policy, zone, above) => {
      const survivors = new Set(kept(planRetention(history, policy, zone, above)))
      const inOrder = [...history].sort((a, b) => b.finishedAt.getTime() - a.finishedAt.getTime())
      const decided = inOrder.filter((backup) => isDecided(backup, above))
      const alive = decided.filter(({ id }) => survivors.has(id))
      const least = Math.min(decided.length, Math.max(1, policy.minKeep ?? 1))
      const times = (of: readonly Kept[]) => of.slice(0, least).map(({ finishedAt }) => finishedAt.getTime())
      expect(times(alive)).toEqual(times(decided))
      for (const backup of history) if (!isDecided(backup, above)) expect(survivors.has(backup.id)).toBe(true)
      const verified = inOrder.filter(({ isVerified }) => isVerified)
      const verifiedAt = verified.find(({ id }) => survivors.has(id))?.finishedAt
      expect(verifiedAt).toEqual(verified[0]?.finishedAt)
    })
  })

  test("what is kept is no older and no larger than the policy says, but for what always stays", () => {
    check((history, policy, zone, above) => {
      const { keep } = planRetention(history, policy, zone, above)
      const always = ({ reasons }: { readonly reasons: readonly string[] }) =>
        reasons.some((reason) => /^(newest|min-keep|last verified|dated in)/.test(reason))
      const byId = new Map(history.map((backup) => [backup.id, backup]))
      const newest = Math.max(
        ...history.filter((one) => isDecided(one, above)).map(({ finishedAt }) => finishedAt.getTime()),
      )
      const others = keep.filter((one) => !always(one)).map(({ backupId }) => byId.get(backupId) as Kept)
      const mostAge = Math.min(policy.maxAgeSeconds ?? 1e12, above.mostAgeSeconds ?? 1e12)
      for (const { finishedAt } of others)
        expect(newest - finishedAt.getTime()).toBeLessThanOrEqual(mostAge * 1000)
      const room = keep.filter(({ reasons }) => !reasons.includes("dated in the future"))
      const bytes = room.reduce((sum, { backupId }) => sum + (byId.get(backupId)?.storedBytes ?? 0), 0)
      if (others.length > 0)
        expect(bytes).toBeLessThanOrEqual(policy.maxSizeBytes ?? Number.POSITIVE_INFINITY)
    })
  })

  test("the order they come in does not matter, nor do equal times", () => {
    const shuffled = histories.chain((history) =>
      fc.tuple(fc.constant(history), fc.shuffledSubarray([...history], { minLength: history.length })),
    )
    fc.assert(
      fc.property(shuffled, policies, zones, limits, ([history, shuffled], policy, zone, above) => {
        expect(planRetention(shuffled, policy, zone, above)).toEqual(
          planRetention(history, policy, zone, above),
        )
      }),
      { numRuns: 60 },
    )
  })

  test("planned again after a prune, nothing more goes; and what stays, stays for the same reasons where only tiers decide", () => {
    check((history, policy, zone, above) => {
      const first = planRetention(history, policy, zone, above)
      const survivors = new Set(kept(first))
      const left = history.filter(({ id }) => survivors.has(id))
      const again = planRetention(left, policy, zone, above)
      expect(again.prune).toEqual([])
      expect(kept(again)).toEqual(kept(first))
      const byTiers = planRetention(history, unlimited(policy), zone)
      const tiered = new Set(kept(byTiers))
      const verified = byTiers.keep.some(
        ({ reasons }) => reasons.includes("last verified") && reasons.length === 1,
      )
      // The last verified one, once what lay between is gone, may be what a tier would keep by itself.
      if (!verified)
        expect(
          planRetention(
            history.filter(({ id }) => tiered.has(id)),
            unlimited(policy),
            zone,
          ),
        ).toEqual({
          keep: byTiers.keep,
          prune: [],
        })
    })
  })

  test("a newer backup brings none back that would go", () => {
    fc.assert(
      fc.property(histories, policies, zones, fc.boolean(), (history, policy, zone, isVerified) => {
        const { maxSizeBytes: _, ...sized } = policy
        const newest = Math.max(begin, ...history.map(({ finishedAt }) => finishedAt.getTime()))
        const newer = {
          id: "n",
          finishedAt: new Date(newest + 3_600_000),
          pin: null,
          storedBytes: 1,
          isVerified,
        }
        const gone = planRetention(history, sized, zone).prune.map(({ backupId }) => backupId)
        const later = new Set(
          planRetention([...history, newer], sized, zone).prune.map(({ backupId }) => backupId),
        )
        expect(gone.filter((id) => !later.has(id))).toEqual([])
      }),
      { numRuns: 60 },
    )
  })

  test("no tier keeps more than its quota, and it fills it when it can", () => {
    check((history, limited, zone) => {
      const policy = unlimited(limited)
      const { keep } = planRetention(history, policy, zone)
      for (const tier of ["last", ...Object.keys(retentionTiers)] as const) {
        const quota = policy[tier as "last" | RetentionTier]
        const taken = keep
          .flatMap(({ reasons }) => reasons)
          .filter((reason) => reason.startsWith(`${tier} `) && reason !== "last verified")
        expect(taken).toEqual(Array.from({ length: taken.length }, (_, i) => `${tier} ${i + 1} of ${quota}`))
        expect(taken.length).toBeLessThanOrEqual(quota)
        if (tier === "last") expect(taken.length).toBe(Math.min(quota, history.length))
      }
    })
  })

  test("a larger policy keeps all that a smaller one does", () => {
    fc.assert(
      fc.property(
        histories,
        policies.map(unlimited),
        policies.map(unlimited),
        zones,
        (history, a, b, zone) => {
          const larger = Object.fromEntries(
            Object.entries({ ...b, ...a }).map(([tier, quota]) => [
              tier,
              Math.max(quota ?? 0, b[tier as keyof RetentionPolicy] ?? 0),
            ]),
          ) as RetentionPolicy
          const survivors = new Set(kept(planRetention(history, larger, zone)))
          expect(kept(planRetention(history, a, zone)).every((id) => survivors.has(id))).toBe(true)
        },
      ),
      { numRuns: 60 },
    )
  })

  test("pinned ones stay, and change nothing for the others", () => {
    fc.assert(
      fc.property(histories, histories, policies, zones, (history, others, policy, zone) => {
        const pinned = others.map((one) => ({ ...one, id: `p${one.id}`, pin: "pinned", isVerified: false }))
        const plan = planRetention([...pinned, ...history], policy, zone)
        const alone = planRetention(history, policy, zone)
        expect(plan.prune).toEqual(alone.prune)
        expect(plan.keep.filter(({ backupId }) => !backupId.startsWith("p"))).toEqual(alone.keep)
        expect(plan.keep.length).toBe(alone.keep.length + pinned.length)
      }),
      { numRuns: 60 },
    )
  })

  test("the oldest is pruned first, so that an interrupted prune loses least", () => {
    check((history, policy, zone) => {
      const time = new Map(history.map(({ id, finishedAt }) => [id, finishedAt.getTime()]))
      const { prune } = planRetention(history, policy, zone)
      const times = prune.map(({ backupId }) => time.get(backupId) ?? 0)
      expect(times).toEqual(times.toSorted((a, b) => a - b))
    })
  })
})

test("keeps the newest even when every quota is 0", () => {
  const history = [1, 2, 3].map((day) => ({
    id: `d${day}`,
    finishedAt: new Date(Date.UTC(2026, 0, day)),
    pin: null,
  }))
  expect(planRetention(history, noRetention, "UTC")).toEqual({
    keep: [{ backupId: "d3", reasons: ["newest"] }],
    prune: ["d1", "d2"].map((backupId) => ({ backupId, reason: "nothing in the policy keeps it" })),
  })
})

test("of no backups keeps and prunes none", () => {
  expect(planRetention([], { ...noRetention, daily: 7 }, "UTC")).toEqual({ keep: [], prune: [] })
})

test("an outage empties nothing: the days are counted back from the newest backup, not from today", () => {
  const history = [1, 2, 3].map((day) => ({
    id: `d${day}`,
    finishedAt: new Date(Date.UTC(2020, 0, day)),
    pin: null,
  }))
  expect(planRetention(history, { ...noRetention, daily: 7 }, "UTC").prune).toEqual([])
})
