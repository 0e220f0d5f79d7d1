import { describe, expect, setDefaultTimeout, test } from "bun:test"
import fc from "fast-check"
import { incomplete, inWords, shortfalls } from "../../controller/core/completeness.ts"
import type { DatabaseFacts, ObjectCounts } from "../../schemas/manifest.ts"

setDefaultTimeout(120_000)

const facts = (tables: number, objects: ObjectCounts = {}): DatabaseFacts => ({
  attributes: {},
  tables,
  objects,
})

describe("what a dump lacks", () => {
  test("is nothing when it holds what the server says is there, or more", () => {
    expect(shortfalls({ tables: 2, views: 1 }, facts(2, { views: 1 }))).toEqual([])
    expect(shortfalls({ tables: 3, views: 1 }, facts(2))).toEqual([])
    expect(shortfalls({}, facts(0))).toEqual([])
  })

  test("is told by kind, with the numbers", () => {
    expect(shortfalls({ tables: 2 }, facts(3, { procedures: 4 }))).toEqual([
      { kind: "tables", held: 2, wanted: 3 },
      { kind: "procedures", held: 0, wanted: 4 },
    ])
  })

  test("is not what was dropped or made while it ran", () => {
    expect(shortfalls({ tables: 2 }, facts(3), facts(2))).toEqual([])
    expect(shortfalls({ tables: 2 }, facts(2), facts(3))).toEqual([])
    expect(shortfalls({ tables: 2 }, facts(2, { views: 1 }), facts(2))).toEqual([])
    expect(shortfalls({ tables: 1 }, facts(3), facts(2))).toEqual([{ kind: "tables", held: 1, wanted: 2 }])
  })

  test("manifests of earlier versions, that counted tables alone, are compared by these", () => {
    expect(shortfalls({ tables: 1, views: 9 }, { attributes: {}, tables: 2 })).toEqual([
      { kind: "tables", held: 1, wanted: 2 },
    ])
  })

  test("is never what either look did not see", () => {
    const counts = fc.dictionary(fc.constantFrom("views", "triggers"), fc.nat(5))
    const some = fc.record({ tables: fc.nat(5), objects: counts, attributes: fc.constant({}) })
    fc.assert(
      fc.property(some, some, counts, fc.nat(5), (before, after, other, tables) => {
        for (const { kind, held, wanted } of shortfalls({ ...other, tables }, before, after)) {
          expect(held).toBeLessThan(wanted)
          for (const look of [before, after])
            expect(wanted).toBeLessThanOrEqual({ ...look.objects, tables: look.tables }[kind] ?? 0)
        }
      }),
    )
  })
})

test("the failure says what is missing and which label may help", () => {
  const fault = incomplete("shop", [
    { kind: "tables", held: 0, wanted: 12 },
    { kind: "views", held: 1, wanted: 2 },
  ])
  expect(fault).toMatchObject({
    code: "dump-incomplete",
    next: "stop-and-alert",
    message: "the dump of shop holds 0 of 12 tables, 1 of 2 views",
    hint: expect.stringContaining("dbbackup.user"),
  })
})

test("counts in words leave out what there is none of", () => {
  expect(inWords({ tables: 14, views: 0, "large objects": 2 })).toBe("14 tables, 2 large objects")
  expect(inWords({ views: 0 })).toBe("nothing")
})
