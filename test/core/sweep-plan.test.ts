import { describe, expect, setDefaultTimeout, test } from "bun:test"
import fc from "fast-check"
import { type SweepNow, sweepPlan } from "../../controller/core/sweep-plan.ts"
import type { CopyToRead } from "../../controller/ports.ts"
import type { BackupId } from "../../schemas/backup.ts"

setDefaultTimeout(120_000)

const now = new Date("2026-06-01T00:00:00Z")
const day = 86_400
const before = (seconds: number) => new Date(now.getTime() - seconds * 1000)
const settings = { everySeconds: 30 * day, bytesPerSecond: null }
const copy = (id: string, daysAgo: number): CopyToRead => ({
  backupId: id as BackupId,
  key: `k-${id}`,
  lastReadAt: before(daysAgo * day),
})
const around = (copies: readonly CopyToRead[], changes: Partial<SweepNow> = {}): SweepNow => ({
  ...{ now, copies, busy: false, held: new Set<string>() },
  lastDay: { copies: copies.length, readCopies: 0 },
  ...changes,
})
const ids = (copies: readonly CopyToRead[], changes: Partial<SweepNow> = {}) =>
  sweepPlan(settings, around(copies, changes)).read.map(({ backupId }) => String(backupId))

test("nothing is read before it is due, and the rest lasts until the oldest is, or some hours", () => {
  expect(sweepPlan(settings, around([copy("a", 29)]))).toEqual({ read: [], restUntil: before(-6 * 3600) })
  expect(sweepPlan(settings, around([copy("a", 29.99)])).restUntil).toEqual(before(-0.01 * day))
})

test("nothing is read where it is turned off, nor where there is nothing", () => {
  expect(sweepPlan({ ...settings, everySeconds: null }, around([copy("a", 900)])).read).toEqual([])
  expect(sweepPlan(settings, around([])).read).toEqual([])
})

test("of much that is due, a share of the day is read, the oldest first", () => {
  const copies = Array.from({ length: 45 }, (_, i) => copy(`b${i}`, 90 - i))
  // Twice a thirtieth of 45.
  expect(ids(copies)).toEqual(["b0", "b1", "b2"])
  expect(ids(copies, { lastDay: { copies: 45, readCopies: 2 } })).toEqual(["b0"])
  expect(ids(copies, { lastDay: { copies: 45, readCopies: 3 } })).toEqual([])
})

test("of few, one a day is read", () => {
  expect(ids([copy("a", 40), copy("b", 39)])).toEqual(["a"])
  expect(ids([copy("b", 39)], { lastDay: { copies: 2, readCopies: 1 } })).toEqual([])
})

test("while runs are at work only what is overdue is read", () => {
  expect(ids([copy("a", 31)], { busy: true })).toEqual([])
  expect(sweepPlan(settings, around([copy("a", 31)], { busy: true })).restUntil).toEqual(before(-60))
  expect(ids([copy("a", 38)], { busy: true })).toEqual(["a"])
})

test("what could not be looked at leaves the turn to others", () => {
  expect(ids([copy("a", 40), copy("b", 39)], { held: new Set(["a"]) })).toEqual(["b"])
  expect(ids([copy("a", 40)], { held: new Set(["a"]) })).toEqual([])
})

describe("whatever there is", () => {
  test("only what is due is read, in the order given, and something is if nothing was in a day", () => {
    const anyCopies = fc
      .array(fc.integer({ min: -5, max: 100 }), { maxLength: 30 })
      .map((ages) => ages.toSorted((a, b) => b - a).map((days, i) => copy(`b${i}`, days)))
    fc.assert(
      fc.property(anyCopies, fc.boolean(), (copies, busy) => {
        const { read, restUntil } = sweepPlan(settings, around(copies, { busy }))
        const due = copies.filter(({ lastReadAt }) => lastReadAt <= before(30 * day * (busy ? 1.25 : 1)))
        expect(read).toEqual(due.slice(0, read.length))
        if (due.length > 0) expect(read.length).toBeGreaterThan(0)
        else expect(restUntil.getTime()).toBeGreaterThan(now.getTime())
      }),
    )
  })
})
