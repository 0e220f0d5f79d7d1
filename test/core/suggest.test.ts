import { expect, setDefaultTimeout, test } from "bun:test"
import fc from "fast-check"
import { nearest } from "../../controller/core/suggest.ts"
import { labelKeys } from "../../schemas/labels.ts"

setDefaultTimeout(120_000)

test.each([
  ["shedule", "schedule"],
  ["scheduel", "schedule"],
  ["Schedule", "schedule"],
  ["retension", "retention"],
  ["database", "databases"],
  ["time-zone", "timezone"],
  ["enabled", "enable"],
  ["destination", "destinations"],
  ["on-mised", "on-missed"],
])("%s is near %s", (typed, wanted) => {
  expect(nearest(typed, labelKeys)).toBe(wanted)
})

test.each(["", "x", "zzz", "backup", "compression-level", "constructor"])("%p is near no label", (typed) => {
  expect(nearest(typed, labelKeys)).toBeNull()
})

test("of several, the nearest is suggested", () => {
  expect(nearest("weekli", ["weekend", "weekly"])).toBe("weekly")
})

test("one slip is found in every key: a letter lost, doubled, replaced or swapped", () => {
  const slips = fc
    .tuple(fc.constantFrom(...labelKeys.filter((key) => key.length > 3)), fc.nat(), fc.nat({ max: 3 }))
    .map(([key, place, slip]) => {
      const at = place % (key.length - 1)
      const [a, b] = [key[at] ?? "", key[at + 1] ?? ""]
      return [
        key,
        key.slice(0, at) + ["", a + a, "#", b + a][slip] + key.slice(at + (slip === 3 ? 2 : 1)),
      ] as const
    })
  fc.assert(
    fc.property(slips, ([key, typed]) => {
      expect(nearest(typed, labelKeys)).toBe(key)
    }),
  )
})

test("a word far longer than every key is near none", () => {
  expect(nearest("schedule".repeat(8192), labelKeys)).toBeNull()
})
