import { expect, setDefaultTimeout, test } from "bun:test"
import fc from "fast-check"
import { type Claim, compareTurns, headStartMilliseconds, nextTurn } from "../../controller/core/turn.ts"
import type { ServerId } from "../../schemas/server.ts"

setDefaultTimeout(120_000)

const claim = (serverId: string, changes: Partial<Claim> = {}): Claim => ({
  serverId: serverId as ServerId,
  group: null,
  urgent: false,
  priority: 0,
  queuedAt: 0,
  ...changes,
})
const claims = fc.record({
  serverId: fc.constantFrom("a", "b", "c", "d").map((id) => id as ServerId),
  group: fc.option(fc.constantFrom("g", "h"), { nil: null }),
  urgent: fc.boolean(),
  priority: fc.integer({ min: -999, max: 999 }),
  queuedAt: fc.nat({ max: 1e9 }),
})

test("a point of priority is worth ten minutes of waiting", () => {
  const late = claim("a", { priority: 1, queuedAt: headStartMilliseconds - 1 })
  const later = claim("a", { priority: 1, queuedAt: headStartMilliseconds + 1 })
  expect(compareTurns(late, claim("b"))).toBeLessThan(0)
  expect(compareTurns(later, claim("b"))).toBeGreaterThan(0)
})

test("the order is total: it does not depend on who is compared first", () => {
  fc.assert(
    fc.property(claims, claims, claims, (a, b, c) => {
      expect(Math.sign(compareTurns(a, b))).toBe(-Math.sign(compareTurns(b, a)) + 0)
      if (compareTurns(a, b) <= 0 && compareTurns(b, c) <= 0)
        expect(compareTurns(a, c)).toBeLessThanOrEqual(0)
    }),
  )
})

test("what may begin shares neither server nor group with what runs, and the first waits for nobody behind it", () => {
  fc.assert(
    fc.property(fc.array(claims, { maxLength: 8 }), fc.array(claims, { maxLength: 3 }), (all, running) => {
      const waiting = all.toSorted(compareTurns)
      const next = nextTurn(waiting, running)
      const meets = (a: Claim, b: Claim) =>
        a.serverId === b.serverId || (a.group !== null && a.group === b.group)
      const [first] = waiting
      if (next) {
        expect(running.some((other) => meets(next, other))).toBe(false)
        if (first && next !== first) expect(meets(next, first)).toBe(false)
      } else if (first) {
        expect(running.some((other) => meets(first, other))).toBe(true)
        for (const claim of waiting)
          expect([first, ...running].some((other) => meets(claim, other))).toBe(true)
      }
    }),
  )
})
