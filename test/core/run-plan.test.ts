import { describe, expect, setDefaultTimeout, test } from "bun:test"
import fc from "fast-check"
import { isSelected, matchesGlob, missingNames, subjectsOf } from "../../controller/core/run-plan.ts"
import type { Subject } from "../../schemas/server.ts"
import { aJob } from "./samples.ts"

setDefaultTimeout(120_000)

const selector = (databases: string) => aJob({ databases }).spec.databases
const names = (subjects: readonly Subject[]) =>
  subjects.map((subject) => (subject.kind === "globals" ? "(globals)" : subject.name))
const run = (
  labels: Readonly<Record<string, string>>,
  present: readonly string[],
  only: Subject | null = null,
) => names(subjectsOf(aJob(labels).spec, present, only))

describe("a glob", () => {
  test.each([
    ["*", "", true],
    ["*", "anything at all", true],
    ["shop", "shop", true],
    ["shop", "Shop", false],
    ["shop", "shop2", false],
    ["sh?p", "shop", true],
    ["sh?p", "shp", false],
    ["shop_*", "shop_2026", true],
    ["*_test", "shop_test", true],
    ["*_test", "shop_test_2", false],
    ["a*b*c", "a-b-b-c", true],
    ["a*b*c", "a-c-b", false],
    ["?", "ü", true],
    ["?", "😀", true],
    ["*", "line\nbreak", true],
    ["a.c", "abc", false],
    ["[ab]", "a", false],
    ["a+", "aa", false],
    ["$(x)|^", "$(x)|^", true],
    ["\\d", "1", false],
  ])("%p and %p: %p", (glob, name, matches) => {
    expect(matchesGlob(glob, name)).toBe(matches)
  })

  test("says the same as a regular expression would, where that ends", () => {
    const asRegExp = (glob: string) =>
      new RegExp(`^${glob.replace(/[^*?]/gsu, "\\$&").replace(/\*/g, ".*").replace(/\?/g, ".")}$`, "s")
    fc.assert(
      fc.property(fc.stringMatching(/^[.*?!-]{0,8}$/), fc.stringMatching(/^[.!-]{0,12}$/), (glob, name) => {
        expect(matchesGlob(glob, name)).toBe(asRegExp(glob).test(name))
      }),
      { numRuns: 500 },
    )
  })

  test("with many stars ends at once, on a name made to keep it busy", () => {
    // As a regular expression this took minutes: every star doubles the ways to fail.
    expect(matchesGlob(`${"*a".repeat(2000)}b`, "a".repeat(63))).toBe(false)
    expect(matchesGlob(`${"*a".repeat(30)}*b`, `${"a".repeat(62)}b`)).toBe(true)
  })
})

describe("a selector", () => {
  test("of all takes every database but those left out", () => {
    expect(isSelected(selector("all"), "any")).toBe(true)
    expect(isSelected(selector("!test_*,!scratch"), "shop")).toBe(true)
    expect(isSelected(selector("!test_*,!scratch"), "test_1")).toBe(false)
    expect(isSelected(selector("all,!scratch"), "scratch")).toBe(false)
  })

  test("of names and globs takes those, and leaving out wins", () => {
    const some = selector("shop*,users,!shop_tmp")
    expect(["shop", "shop_2", "users", "shop_tmp", "crm"].filter((name) => isSelected(some, name))).toEqual([
      "shop",
      "shop_2",
      "users",
    ])
  })

  test("takes a name with a comma or a space from a JSON list", () => {
    expect(isSelected(selector('["a,b","c d"]'), "a,b")).toBe(true)
    expect(isSelected(selector('["a,b","c d"]'), "a")).toBe(false)
  })

  test("misses names that are not there, each once, but no glob and nothing for all", () => {
    expect(missingNames(selector("shop,typo,typo,test_*"), ["shop"])).toEqual(["typo"])
    expect(missingNames(selector("all,typo"), [])).toEqual([])
  })
})

describe("what a run backs up", () => {
  test("is the globals first, because a database is restored into their roles, then the databases by name", () => {
    expect(run({}, ["users", "shop"])).toEqual(["(globals)", "shop", "users"])
    expect(run({ globals: "false" }, ["users", "shop"])).toEqual(["shop", "users"])
  })

  test("includes a database made since the labels were written", () => {
    expect(run({ databases: "all,!tmp" }, ["new", "tmp"])).toEqual(["(globals)", "new"])
  })

  test("includes a name that is not there, so that its run fails in sight", () => {
    expect(run({ databases: "shop,typo,typo" }, ["shop", "users"])).toEqual(["(globals)", "shop", "typo"])
  })

  test("does not include a missing name that is left out as well", () => {
    expect(run({ databases: "shop,test_1,!test_*" }, ["shop"])).toEqual(["(globals)", "shop"])
  })

  test("is the globals alone, or nothing, when no database matches", () => {
    expect(run({ databases: "nope_*" }, ["shop"])).toEqual(["(globals)"])
    expect(run({ databases: "nope_*", globals: "false" }, ["shop"])).toEqual([])
  })

  test("is the one subject that was asked for, whatever the labels take", () => {
    expect(run({ databases: "shop" }, ["shop", "users"], { kind: "database", name: "users" })).toEqual([
      "users",
    ])
    expect(run({ globals: "false" }, ["shop"], { kind: "globals" })).toEqual(["(globals)"])
  })
})

describe("what a retry backs up", () => {
  const spec = { databases: { include: "all" as const, exclude: ["tmp"] }, globals: true }
  const again = ["shop", "gone", "tmp"].map((name) => ({ kind: "database" as const, name }))

  test("is what failed, as far as it is there and the job still takes it, in the usual order", () => {
    expect(subjectsOf(spec, ["users", "tmp", "shop"], null, again)).toEqual([
      { kind: "database", name: "shop" },
    ])
    expect(subjectsOf(spec, ["shop"], null, [...again, { kind: "globals" }])).toEqual([
      { kind: "globals" },
      { kind: "database", name: "shop" },
    ])
    expect(subjectsOf({ ...spec, globals: false }, [], null, [{ kind: "globals" }])).toEqual([])
  })

  test("does not mistake a database named like the globals for them", () => {
    expect(subjectsOf(spec, ["@globals"], null, [{ kind: "globals" }])).toEqual([{ kind: "globals" }])
  })
})
