import { describe, expect, test } from "bun:test"
import fc from "fast-check"
import { type SweepNow, sweepPlan } from "../../controller/core/sweep-plan.ts"
import type { CopyToRead } from "../../controller/ports.ts"
import type { BackupId } from "../../schemas/backup.ts"

const now = new Date("2026-06-01T00:00:00Z")
const day = 86_400
const before = (seconds: number) => new Date(now.getTime() - seconds * 1000)
const settings = { everySeconds: 30 * day, bytesPerSecond: null }
const copy = (id: string, daysAgo: number, bytes = 100): CopyToRead => ({
  backupId: id as BackupId,
  key: `k-${id}`,
  bytes,
  lastReadAt: before(daysAgo * day),
})
const around = (copies: readonly CopyToRead[], changes: Partial<SweepNow> = {}): SweepNow => ({
  ...{ now, copies, busy: false, held: new Set<string>() },
  lastDay: { bytes: copies.reduce((sum, { bytes }) => sum + bytes, 0), readBytes: 0, readCopies: 0 },
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
  // Twice a thirtieth of 4,500 bytes.
  expect(ids(copies)).toEqual(["b0", "b1", "b2"])
  expect(ids(copies, { lastDay: { bytes: 4500, readBytes: 200, readCopies: 2 } })).toEqual(["b0"])
  expect(ids(copies, { lastDay: { bytes: 4500, readBytes: 300, readCopies: 3 } })).toEqual([])
})

test("a copy that is larger than a day's share has its turn, alone", () => {
  expect(ids([copy("large", 40, 1_000_000), copy("b", 39, 1_000_000)])).toEqual(["large"])
})

test("while runs are at work only what is overdue is read", () => {
  expect(ids([copy("a", 31)], { busy: true })).toEqual([])
  expect(sweepPlan(settings, around([copy("a", 31)], { busy: true })).restUntil).toEqual(before(-60))
  expect(ids([copy("a", 38)], { busy: true })).toEqual(["a"])
})

test("what could not be looked at leaves the turn to others", () => {
  expect(ids([copy("a", 40, 1), copy("b", 39, 1)], { held: new Set(["a"]) })).toEqual(["b"])
  expect(ids([copy("a", 40)], { held: new Set(["a"]) })).toEqual([])
})

describe("whatever there is", () => {
  test("only what is due is read, in the order given, and something is if nothing was in a day", () => {
    const anyCopies = fc
      .array(fc.tuple(fc.integer({ min: -5, max: 100 }), fc.integer({ min: 0, max: 10_000 })), {
        maxLength: 30,
      })
      .map((pairs) =>
        pairs.toSorted(([a], [b]) => b - a).map(([days, bytes], i) => copy(`b${i}`, days, bytes)),
      )
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
