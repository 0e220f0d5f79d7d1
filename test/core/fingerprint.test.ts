import { describe, expect, setDefaultTimeout, test } from "bun:test"
import fc from "fast-check"
import { differencesOf, isSameRelease } from "../../controller/core/fingerprint.ts"
import type { Fingerprint } from "../../schemas/manifest.ts"

setDefaultTimeout(120_000)

const dumped = (changes: Partial<Fingerprint> = {}): Fingerprint => ({
  level: "exact",
  sameSnapshot: true,
  rows: { "public.item": 3000, "public.line": 0 },
  schemaSha256: "a".repeat(64),
  sequences: { "public.item_id_seq": "3000" },
  extensions: { plpgsql: "1.0" },
  roles: ["app"],
  databaseBytes: 8_000_000,
  seconds: 0.1,
  ...changes,
})

describe("a restored database", () => {
  test("with the same fingerprint has no difference, whatever is in it", () => {
    const texts = fc.dictionary(fc.string(), fc.string())
    const any = fc.record({
      level: fc.constantFrom("exact" as const, "estimates" as const),
      sameSnapshot: fc.boolean(),
      rows: fc.dictionary(fc.string(), fc.nat()),
      sequences: fc.dictionary(fc.string(), fc.oneof(fc.bigInt().map(String), fc.constant(""), fc.string())),
      extensions: texts,
    })
    fc.assert(
      fc.property(any, fc.boolean(), (parts, sameRelease) => {
        const one = dumped(parts)
        expect(differencesOf(one, { ...one }, sameRelease)).toEqual([])
      }),
    )
  })

  test("that lacks any one table has a difference, whatever its name", () => {
    const names = fc.uniqueArray(fc.string(), { minLength: 1 })
    fc.assert(
      fc.property(names, fc.nat(), (names, which) => {
        const rows = Object.fromEntries(names.map((name) => [name, 1]))
        const lost = names[which % names.length] ?? ""
        const rest = Object.fromEntries(Object.entries(rows).filter(([name]) => name !== lost))
        if (!Object.hasOwn(rows, lost)) return
        const found = differencesOf(dumped({ rows }), dumped({ rows: rest }), true)
        expect(found).toEqual([`missing: ${lost}`])
      }),
      { examples: [[["constructor"], 0]] },
    )
  })

  test("lacks rows, or has more, where they were counted in the dump's own snapshot", () => {
    const fewer = dumped({ rows: { "public.item": 2999, "public.line": 1 } })
    expect(differencesOf(dumped(), fewer, true)).toEqual([
      "public.item has 2999 rows, 3000 were dumped",
      "public.line has 1 rows, 0 were dumped",
    ])
  })

  test("is not blamed for estimates, nor for rows of another snapshot, but for a table that is empty", () => {
    const fewer = dumped({ rows: { "public.item": 1, "public.line": 1 } })
    const empty = dumped({ rows: { "public.item": 0, "public.line": 0 } })
    const estimated = dumped({ level: "estimates" })
    const apart = dumped({ sameSnapshot: false })
    expect(differencesOf(estimated, fewer, true)).toEqual([])
    expect(differencesOf(apart, fewer, true)).toEqual([])
    expect(differencesOf(estimated, empty, true)).toEqual([
      "public.item is empty, an estimated 3000 rows were there",
    ])
    expect(differencesOf(apart, empty, true)).toEqual(["public.item is empty, about 3000 rows were there"])
  })

  test("has other definitions only if its server writes them down in the same words", () => {
    const other = dumped({ schemaSha256: "b".repeat(64) })
    expect(differencesOf(dumped(), other, true)).toEqual([
      "the definitions of tables, views, routines and the like are not those that were dumped",
    ])
    expect(differencesOf(dumped(), other, false)).toEqual([])
  })

  test("may have sequences that went on, up or down, but none that would give a value again", () => {
    const at = (value: string) => dumped({ sequences: { s: value } })
    const behind = (was: string, is: string) => differencesOf(at(was), at(is), true).length > 0
    expect(behind("10", "11")).toBe(false)
    expect(behind("10", "9")).toBe(true)
    expect(behind("-10", "-11")).toBe(false)
    expect(behind("-10", "-9")).toBe(true)
    expect(behind("", "1")).toBe(false)
    expect(behind("9223372036854775807", "9223372036854775806")).toBe(true)
    expect(differencesOf(at("7"), at(""), true)).toEqual([
      "the sequence s is at its start, the dumped one at 7",
    ])
    expect(differencesOf(at("7"), dumped({ sequences: {} }), true)).toEqual(["the sequence s is missing"])
  })

  test("lacks an extension, or has another version of it", () => {
    const one = dumped({ extensions: { postgis: "3.4", hstore: "1.8" } })
    expect(differencesOf(one, dumped({ extensions: { postgis: "3.5" } }), true)).toEqual([
      "the extension postgis is of version 3.5, the dumped one of 3.4",
      "the extension hstore 1.8 is missing",
    ])
  })

  test("that differs in a thousand tables says so in a few words", () => {
    const rows = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`t${i}`, 1]))
    const none = Object.fromEntries(Object.keys(rows).map((name) => [name, 0]))
    expect(differencesOf(dumped({ rows }), dumped({ rows: none }), true)).toHaveLength(6)
    expect(differencesOf(dumped({ rows }), dumped({ rows: {} }), true)).toEqual([
      "missing: t0, t1, t2, t3, t4 and 995 more",
    ])
  })
})

test("releases are told by one number or by two", () => {
  expect(isSameRelease("postgres", "17.6", "17.2")).toBe(true)
  expect(isSameRelease("postgres", "17.6", "16.10")).toBe(false)
  expect(isSameRelease("mysql", "8.0.43", "8.0.40")).toBe(true)
  expect(isSameRelease("mysql", "8.0.43", "8.4.1")).toBe(false)
  expect(isSameRelease("mariadb", "11.8.3-MariaDB", "11.8.2-MariaDB")).toBe(true)
  expect(isSameRelease("mariadb", "11.8.3-MariaDB", "11.4.1-MariaDB")).toBe(false)
})
