// What must hold for every policy and history. Single decisions, with their reasons, are golden files: test/golden/retention.
import { describe, expect, test } from "bun:test"
import fc from "fast-check"
import { type Kept, pinOf, planRetention } from "../../controller/core/retention.ts"
import {
  noRetention,
  RetentionPlan,
  type RetentionPolicy,
  type RetentionTier,
  retentionTiers,
} from "../../schemas/retention.ts"
import { Schedule } from "../../schemas/scalar.ts"

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
  },
  { requiredKeys: ["last", "hourly", "daily", "weekly", "monthly", "yearly"] },
)
// Around both changes of the clocks and the turn of a year with 53 weeks, with some moments taken twice.
const begin = Date.parse("2026-10-01T00:00:00Z")
const moments = fc.oneof(
  { weight: 3, arbitrary: fc.nat({ max: 400 * 24 }).map((hours) => begin + hours * 3_600_000) },
  fc.nat({ max: 4 * 365 * 24 * 60 }).map((minutes) => begin - minutes * 60_000),
)
const histories: fc.Arbitrary<readonly Kept[]> = fc
  .array(moments, { maxLength: 60 })
  .map((times) => times.map((time, i) => ({ id: `b${i}`, finishedAt: new Date(time), pin: null })))

const check = (property: (history: readonly Kept[], policy: RetentionPolicy, zone: string) => void) =>
  fc.assert(fc.property(histories, policies, zones, property), { numRuns: 60 })
const kept = (plan: RetentionPlan) => plan.keep.map(({ backupId }) => backupId)

describe("whatever the policy and the history,", () => {
  test("every backup is either kept, with a reason, or pruned, and none is invented", () => {
    check((history, policy, zone) => {
      const plan = planRetention(history, policy, zone)
      expect([...kept(plan), ...plan.prune].sort()).toEqual(history.map(({ id }) => id).sort())
      expect(RetentionPlan.safeParse(plan).error).toBeUndefined()
    })
  })

  test("the newest is kept", () => {
    check((history, policy, zone) => {
      const newest = Math.max(...history.map(({ finishedAt }) => finishedAt.getTime()))
      const survivors = new Set(kept(planRetention(history, policy, zone)))
      const alive = history
        .filter(({ id }) => survivors.has(id))
        .map(({ finishedAt }) => finishedAt.getTime())
      expect(history.length === 0 || alive.includes(newest)).toBe(true)
    })
  })

  test("the order they come in does not matter", () => {
    fc.assert(
      fc.property(
        histories.chain((history) =>
          fc.tuple(fc.constant(history), fc.shuffledSubarray([...history], { minLength: history.length })),
        ),
        policies,
        zones,
        ([history, shuffled], policy, zone) => {
          expect(planRetention(shuffled, policy, zone)).toEqual(planRetention(history, policy, zone))
        },
      ),
      { numRuns: 60 },
    )
  })

  test("what is kept once is kept again, for the same reasons", () => {
    check((history, policy, zone) => {
      const first = planRetention(history, policy, zone)
      const survivors = new Set(kept(first))
      const again = planRetention(
        history.filter(({ id }) => survivors.has(id)),
        policy,
        zone,
      )
      expect(again).toEqual({ keep: first.keep, prune: [] })
    })
  })

  test("no tier keeps more than its quota, and it fills it when it can", () => {
    check((history, policy, zone) => {
      const { keep } = planRetention(history, policy, zone)
      for (const tier of ["last", ...Object.keys(retentionTiers)] as const) {
        const quota = policy[tier as "last" | RetentionTier]
        const taken = keep.flatMap(({ reasons }) => reasons).filter((reason) => reason.startsWith(`${tier} `))
        expect(taken).toEqual(Array.from({ length: taken.length }, (_, i) => `${tier} ${i + 1} of ${quota}`))
        expect(taken.length).toBeLessThanOrEqual(quota)
        if (tier === "last") expect(taken.length).toBe(Math.min(quota, history.length))
      }
    })
  })

  test("a larger policy keeps all that a smaller one does", () => {
    fc.assert(
      fc.property(histories, policies, policies, zones, (history, a, b, zone) => {
        const larger = Object.fromEntries(
          Object.entries({ ...b, ...a }).map(([tier, quota]) => [
            tier,
            Math.max(quota ?? 0, b[tier as keyof RetentionPolicy] ?? 0),
          ]),
        ) as RetentionPolicy
        const survivors = new Set(kept(planRetention(history, larger, zone)))
        expect(kept(planRetention(history, a, zone)).every((id) => survivors.has(id))).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  test("pinned ones stay, and change nothing for the others", () => {
    fc.assert(
      fc.property(histories, histories, policies, zones, (history, others, policy, zone) => {
        const pinned = others.map(({ id, finishedAt }) => ({ id: `p${id}`, finishedAt, pin: "pinned" }))
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
      const times = planRetention(history, policy, zone).prune.map((id) => time.get(id) ?? 0)
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
    prune: ["d1", "d2"],
  })
})

test("what is asked for beside a schedule is pinned; without a schedule the policy decides", () => {
  const daily = Schedule.parse("daily")
  const pinOfType = (type: "manual" | "daily", schedule: Schedule) => pinOf({ type, pinned: null }, schedule)
  expect(pinOfType("manual", daily)).toBe("made by hand")
  expect(pinOfType("daily", daily)).toBeNull()
  expect(pinOfType("manual", Schedule.parse("manual"))).toBeNull()
  const pinned = { at: "2026-03-01T00:00:00.000Z", reason: "before the migration" }
  for (const type of ["manual", "daily"] as const)
    expect(pinOf({ type, pinned }, daily)).toBe("pinned: before the migration")
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
