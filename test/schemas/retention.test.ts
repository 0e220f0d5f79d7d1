// The short form of a policy, both ways. Mistakes in it are golden files: test/golden/labels/retention.yaml.
import { expect, setDefaultTimeout, test } from "bun:test"
import fc from "fast-check"
import { formatRetention, noRetention, Retention, type RetentionPolicy } from "../../schemas/retention.ts"
import { Duration, formatDuration, formatSize, Size } from "../../schemas/scalar.ts"

setDefaultTimeout(120_000)

const quota = fc.nat({ max: 9999 })
const policies = fc.record(
  {
    last: quota,
    hourly: quota,
    daily: quota,
    weekly: quota,
    monthly: quota,
    yearly: quota,
    withinSeconds: fc.integer({ min: 1, max: 9_999_999 }),
    maxAgeSeconds: fc.integer({ min: 1, max: 999_999 }).map((days) => days * 86_400),
    maxSizeBytes: fc.integer({ min: 1, max: 999_999 }).map((mebibytes) => mebibytes * 2 ** 20),
    minKeep: fc.integer({ min: 1, max: 9999 }),
  },
  { requiredKeys: ["last", "hourly", "daily", "weekly", "monthly", "yearly"] },
) as fc.Arbitrary<RetentionPolicy>

test("a policy that is written is read as the same policy", () => {
  fc.assert(
    fc.property(policies, (policy) => {
      expect(Retention.parse(formatRetention(policy))).toEqual(policy)
    }),
  )
})

test("a policy that keeps nothing but the newest has a form too", () => {
  expect(formatRetention(noRetention)).toBe("0d")
  expect(formatRetention({ ...noRetention, daily: 7, last: 3, withinSeconds: 3600 })).toBe(
    "7d last=3 within=1h",
  )
})

test("durations and sizes are written in the largest unit that fits, and read as the same", () => {
  expect([1, 60, 90, 3600, 86_400, 90_000].map(formatDuration)).toEqual([
    "1s",
    "1m",
    "90s",
    "1h",
    "1d",
    "25h",
  ])
  expect([1024, 1536 * 1024, 2 ** 30, 2 ** 40].map(formatSize)).toEqual(["1KiB", "1536KiB", "1GiB", "1TiB"])
  const count = fc.integer({ min: 1, max: 999_999 })
  fc.assert(
    fc.property(
      count,
      fc.constantFrom("s", "m", "h", "d"),
      fc.constantFrom("KiB", "MiB", "GiB", "TiB"),
      (n, time, size) => {
        expect(Duration.parse(formatDuration(Duration.parse(`${n}${time}`)))).toBe(
          Duration.parse(`${n}${time}`),
        )
        expect(Size.parse(formatSize(Size.parse(`${n}${size}`)))).toBe(Size.parse(`${n}${size}`))
      },
    ),
  )
})
