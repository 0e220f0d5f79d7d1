import { describe, expect, setDefaultTimeout, test } from "bun:test"
import fc from "fast-check"
import {
  count,
  formatAge,
  formatBytes,
  formatDuration,
  formatMoment,
  formatUtc,
  listed,
} from "../../dashboard/src/lib/format.ts"

setDefaultTimeout(120_000)

describe("sizes", () => {
  test.each([
    [0, "0 B"],
    [1023, "1023 B"],
    [1024, "1.0 KiB"],
    [1234, "1.2 KiB"],
    [10_188, "9.9 KiB"],
    [10_240, "10 KiB"],
    [1024 * 1024 - 1, "1.0 MiB"],
    [1_288_490_188, "1.2 GiB"],
    [5 * 1024 ** 4, "5.0 TiB"],
  ])("writes %d bytes as %s", (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text)
  })

  test("never shows 1024 or more of a unit that has a larger one", () => {
    fc.assert(
      fc.property(fc.nat(Number.MAX_SAFE_INTEGER), (bytes) => {
        const [value, unit] = formatBytes(bytes).split(" ")
        expect(Number(value) < 1024 || unit === "PiB").toBe(true)
      }),
    )
  })
})

test.each([
  [0.04, "0.0 s"],
  [3.21, "3.2 s"],
  [9.96, "10 s"],
  [59.6, "1 min"],
  [192, "3 min 12 s"],
  [3600, "1 h"],
  [3840, "1 h 4 min"],
  [183_600, "2 d 3 h"],
])("writes a duration of %d seconds as %s", (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text)
})

test.each([
  [-2, "now"],
  [-40, "40 s ago"],
  [-5 * 60, "5 min ago"],
  [-26 * 3600, "26 h ago"],
  [-3 * 86_400, "3 d ago"],
  [4 * 3600 + 59, "in 4 h"],
])("writes a moment %d seconds from now as %s", (seconds, text) => {
  const now = new Date("2026-11-24T12:00:00Z")
  expect(formatAge(new Date(now.getTime() + seconds * 1000), now)).toBe(text)
})

describe("moments", () => {
  const at = new Date("2026-07-01T12:05:00Z")
  const now = new Date("2026-11-24T12:00:00Z")

  test("are written in the zone asked for, with its short name", () => {
    expect(formatMoment(at, { now, timeZone: "Europe/Berlin", withZone: true })).toBe("Wed 1 Jul, 14:05 CEST")
    expect(formatMoment(at, { now, timeZone: "America/New_York", withZone: true })).toBe(
      "Wed 1 Jul, 08:05 EDT",
    )
    expect(formatMoment(at, { now, timeZone: "Asia/Kolkata", withZone: true })).toBe(
      "Wed 1 Jul, 17:35 GMT+5:30",
    )
  })

  test("carry the year only when it is another one", () => {
    const later = new Date("2027-01-02T00:00:00Z")
    expect(formatMoment(at, { now: later, timeZone: "UTC" })).toBe("Wed 1 Jul 2026, 12:05")
  })

  test("are written in UTC to the second", () => {
    expect(formatUtc(at)).toBe("2026-07-01 12:05:00 UTC")
  })
})

test("counts in singular and plural, and lists with a last and", () => {
  expect([count(1, "copy", "copies"), count(2, "copy", "copies"), count(1234, "backup")]).toEqual([
    "1 copy",
    "2 copies",
    "1,234 backups",
  ])
  expect([listed([]), listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])]).toEqual([
    "",
    "a",
    "a and b",
    "a, b and c",
  ])
})
