import { expect, test } from "bun:test"
import { expectedFrom, lacksSome, partInWords, partWarnings } from "../../controller/core/restorable-part.ts"
import { planRestore } from "../../controller/core/restore-plan.ts"
import type { Part } from "../../schemas/manifest.ts"
import { aCompletedBackup, aKnownManifest, aSurvey } from "./records.ts"

const part = (changes: Partial<Part> = {}): Part => ({
  content: "all",
  tables: null,
  leftOut: [],
  withoutRows: [],
  wanted: { tables: 2 },
  ...changes,
})
const plan = (of: Part) =>
  planRestore(
    {
      backup: aCompletedBackup(),
      manifest: aKnownManifest({ part: of }),
      present: [],
      target: { id: aCompletedBackup().serverId, name: "shop/db" },
      tools: { serverVersion: "17.6", toolVersion: "17.6", zstd: true },
      timeGuess: null,
      survey: aSurvey(),
      nameMistake: undefined,
      identity: null,
      hooks: { before: null, after: null },
    },
    { mode: "new", name: "shop_copy" },
  )

test("rows alone make no database, and the refusal says what does", () => {
  expect(() => plan(part({ content: "data" }))).toThrow("rows and no tables")
})

test("what a restore will lack is said before it begins", () => {
  expect(plan(part()).warnings).toEqual([])
  expect(plan(part({ content: "schema" })).warnings).toEqual([
    "The backup has no rows: it was made with content=schema",
  ])
  const some = part({ tables: ["public.a"], leftOut: ["public.b"], withoutRows: ["public.a"] })
  expect(plan(some).warnings).toEqual([
    "The backup has only these tables and views: public.a",
    "These tables come without their rows: public.a",
    "What refers to what is not there, such as a foreign key or a view, cannot be made again",
  ])
  const many = part({ leftOut: Array.from({ length: 10 }, (_, i) => `public.t${i}`) })
  expect(partWarnings({ part: many, facts: null })[0]).toMatch(
    /^The backup was made without .*t7 and 2 more$/,
  )
})

test("a restored part is compared with what was dumped, a whole database with what was there", () => {
  expect(expectedFrom(aKnownManifest({ part: part() })).tables).toBe(2)
  expect(expectedFrom(aKnownManifest()).tables).toBe(3)
  expect(expectedFrom(aKnownManifest({ facts: null })).tables).toBe(0)
})

test("only what lacks tables or rows may refer to what is not there", () => {
  expect(lacksSome(aKnownManifest())).toBe(false)
  expect(lacksSome(aKnownManifest({ part: part({ content: "schema" }) }))).toBe(false)
  expect(lacksSome(aKnownManifest({ part: part({ withoutRows: ["public.a"] }) }))).toBe(true)
})

test("a list of backups says in words what was taken", () => {
  expect(partInWords(part({ content: "schema" }))).toBe("schema only")
  expect(partInWords(part({ tables: ["a", "b"], leftOut: ["c"] }))).toBe("2 tables and views of 3")
  expect(partInWords(part({ leftOut: ["c"], withoutRows: ["a"] }))).toBe(
    "without 1 tables and views, 1 tables without rows",
  )
})
