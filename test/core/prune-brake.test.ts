import { describe, expect, setDefaultTimeout, test } from "bun:test"
import fc from "fast-check"
import { braked, heldPruneOf } from "../../controller/core/prune-brake.ts"
import type { HeldPrune } from "../../controller/ports.ts"

setDefaultTimeout(120_000)

const ids = (n: number, prefix = "p") => Array.from({ length: n }, (_, i) => `${prefix}${i}`)
const plan = (keep: number, prune: number) => ({
  keep: ids(keep, "k").map((backupId) => ({ backupId, reasons: ["newest"] })),
  prune: ids(prune).map((backupId) => ({ backupId, destinations: ["local"], reason: "older" })),
})

describe("a plan is carried out at once", () => {
  test("when it deletes no more than three, or no more than the share that is allowed", () => {
    expect(braked(plan(1, 3), 50, [])).toEqual({ now: ids(3), waits: [] })
    expect(braked(plan(5, 5), 50, [])).toEqual({ now: ids(5), waits: [] })
    expect(braked(plan(1, 500), 100, [])).toEqual({ now: ids(500), waits: [] })
  })
})

test("a backup that loses several copies, or one of several, is counted once", () => {
  const { keep } = plan(4, 0)
  const prune = ["p0", "p1", "k0", "k1", "p0"].map((backupId, i) => ({
    ...{ backupId, destinations: [`d${i}`], reason: "older" },
  }))
  expect(braked({ keep, prune }, 66, [])).toEqual({ now: [], waits: ["p0", "p1", "k0", "k1"] })
  expect(braked({ keep, prune }, 67, [])).toEqual({ now: ["p0", "p1", "k0", "k1"], waits: [] })
})

describe("a plan waits", () => {
  test("when it deletes more than three, and more than the share that is allowed", () => {
    expect(braked(plan(4, 5), 50, [])).toEqual({ now: [], waits: ids(5) })
    expect(braked(plan(9, 4), 25, [])).toEqual({ now: [], waits: ids(4) })
  })

  test("until a person has confirmed it, oldest first; one more by then goes with it, many more wait anew", () => {
    expect(braked(plan(1, 9), 50, ids(9))).toEqual({ now: ids(9), waits: [] })
    expect(braked(plan(1, 9), 50, ids(8))).toEqual({ now: ids(9), waits: [] })
    expect(braked(plan(1, 9), 50, ids(3))).toEqual({ now: ids(3), waits: ids(9).slice(3) })
  })

  test("what was confirmed and is not wanted any more stays", () => {
    expect(braked(plan(9, 1), 50, ["k0", "k1", "p0"])).toEqual({ now: ["p0"], waits: [] })
  })
})

test("whatever is planned and confirmed: nothing is in both halves, together they are the plan, and unasked never goes too much", () => {
  const count = fc.nat({ max: 60 })
  fc.assert(
    fc.property(
      count,
      count,
      fc.integer({ min: 1, max: 100 }),
      fc.array(count),
      (keep, prune, maxPrune, picks) => {
        const confirmed = picks.map((n) => `p${n}`)
        const { now, waits } = braked(plan(keep, prune), maxPrune, confirmed)
        expect([...now, ...waits].toSorted()).toEqual(ids(prune).toSorted())
        const unasked = now.filter((id) => !confirmed.includes(id)).length
        expect(unasked <= 3 || unasked * 100 <= (keep + unasked) * maxPrune).toBe(true)
      },
    ),
  )
})

test("what waits of all jobs of a database is told as one", () => {
  const held = (n: number, of: number, minute: number) =>
    ({ backups: ids(n), of, heldAt: new Date(Date.UTC(2026, 2, 1, 2, minute)) }) as unknown as HeldPrune
  expect(heldPruneOf("shop", "shop/db", [])).toBeNull()
  const shown = heldPruneOf("shop", "shop/db", [held(5, 6, 30), held(4, 6, 10)])
  expect(shown).toMatchObject({ heldAt: "2026-03-01T02:10:00.000Z", backups: 9, of: 12 })
  expect(shown?.problem.message).toContain("9 of the 12 backups of shop")
  expect(shown?.problem.hint).toContain("dbbackup confirm-prune shop/db/shop")
})
