// What holds for every H of every pattern. Mistakes, with their words, are golden files: test/golden/labels/schedule.yaml.
import { describe, expect, setDefaultTimeout, test } from "bun:test"
import fc from "fast-check"
import { hasHash, resolveHash } from "../../schemas/cron-hash.ts"
import { nextRuns, Schedule } from "../../schemas/scalar.ts"

setDefaultTimeout(120_000)

const bounds = [
  [0, 59],
  [0, 23],
  [1, 28],
  [1, 12],
  [0, 6],
] as const

/** The values that a list of numbers and stepped ranges stands for. */
function valuesOf(field: string): number[] {
  return field.split(",").flatMap((item) => {
    const match = /^(\d+)-(\d+)\/(\d+)$/.exec(item)
    if (!match) return [Number(item)]
    const [from = 0, to = 0, step = 1] = match.slice(1).map(Number)
    return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, i) => from + i * step)
  })
}

const place = fc.nat({ max: 4 })
const picks = fc.nat({ max: 2 ** 32 - 1 })
const patternWith = (item: string, at: number) =>
  ["0", "0", "1", "1", "1"].map((text, i) => (i === at ? item : text)).join(" ")

describe("an H", () => {
  test("becomes one value of its field, and every value can be picked", () => {
    for (const [at, [min, max]] of bounds.entries()) {
      const all = Array.from({ length: max - min + 1 }, (_, picked) =>
        Number(resolveHash(patternWith("H", at), () => picked).split(" ")[at]),
      )
      expect(all).toEqual(Array.from({ length: max - min + 1 }, (_, i) => min + i))
    }
  })

  test("by steps begins within the first and stays within the field, evenly", () => {
    fc.assert(
      fc.property(place, picks, fc.nat(), (at, picked, wide) => {
        const [min, max] = bounds[at] ?? [0, 0]
        const step = 1 + (wide % (max - min + 1))
        const field = resolveHash(patternWith(`H/${step}`, at), () => picked).split(" ")[at] ?? ""
        const values = valuesOf(field)
        expect(values[0]).toBe(min + (picked % step))
        expect(values.every((value, i) => value === (values[0] ?? 0) + i * step && value <= max)).toBe(true)
        expect((values.at(-1) ?? 0) + step).toBeGreaterThan(max)
      }),
    )
  })

  test("with a range stays within it", () => {
    fc.assert(
      fc.property(place, picks, fc.nat(), fc.nat(), (at, picked, a, b) => {
        const [min, max] = bounds[at] ?? [0, 0]
        const from = min + (a % (max - min + 1))
        const to = from + (b % (max - from + 1))
        const value = Number(resolveHash(patternWith(`H(${from}-${to})`, at), () => picked).split(" ")[at])
        expect(value).toBeGreaterThanOrEqual(from)
        expect(value).toBeLessThanOrEqual(to)
      }),
    )
  })

  test("is picked per field, and seconds come first in six fields", () => {
    const pick = (field: string) => field.length
    expect(resolveHash("H H H H H", pick)).toBe("6 4 17 6 1")
    expect(resolveHash("H H H H H H", pick)).toBe("6 6 4 17 6 1")
  })

  test("leaves the rest of the pattern as it is", () => {
    expect(resolveHash("H,30 8-18 * JAN MON-THU", () => 7)).toBe("7,30 8-18 * JAN MON-THU")
    expect(resolveHash("*/15 2 L * THU#3", () => 7)).toBe("*/15 2 L * THU#3")
  })

  test("with few steps is written out, with many as a range", () => {
    expect(resolveHash("H/15 * * * *", () => 7)).toBe("7,22,37,52 * * * *")
    expect(resolveHash("H/5 * * * *", () => 7)).toBe("2-59/5 * * * *")
  })
})

test("no pattern without H has one", () => {
  for (const pattern of ["@hourly", "0 2 * * THU", "0 2 * MAR *", "* * * * *"])
    expect(hasHash(pattern)).toBe(false)
})

test("whatever is picked, a schedule that is accepted fires", () => {
  const items = fc.constantFrom("H", "H/3", "*", "1", "5,H", "H(1-6)", "28", "30", "31", "2")
  fc.assert(
    fc.property(
      fc.array(items, { minLength: 5, maxLength: 6 }),
      fc.array(picks, { minLength: 6, maxLength: 6 }),
      (fields, picked) => {
        const parsed = Schedule.safeParse(fields.join(" ")).data
        if (parsed?.kind !== "cron") return
        let asked = 0
        const pattern = resolveHash(parsed.pattern, () => picked[asked++] ?? 0)
        expect(hasHash(pattern)).toBe(false)
        expect([pattern, nextRuns(pattern, "UTC", new Date("2026-01-01T00:00:00Z"), 1).length]).toEqual([
          pattern,
          1,
        ])
      },
    ),
    { numRuns: 100 },
  )
})
