import { expect, test } from "bun:test"
import { hiddenIn, type Rights } from "../../controller/engines/mysql-rights.ts"

const rights = (everywhere: readonly string[], within: readonly [string, string][] = []): Rights => ({
  everywhere: new Set(everywhere),
  within: within.map(([pattern, right]) => ({ pattern, right })),
  proc: false,
  role: false,
})
const on = (pattern: string, ...list: string[]): [string, string][] => list.map((right) => [pattern, right])

test("nothing is hidden from who has the rights everywhere, or in the database", () => {
  expect(hiddenIn("shop", rights(["SELECT", "TRIGGER", "EVENT"]))).toEqual([])
  expect(hiddenIn("shop", rights([], on("shop", "SELECT", "TRIGGER", "EVENT", "EXECUTE")))).toEqual([])
})

test("what a reader of tables cannot see is told with the right that is missing", () => {
  expect(hiddenIn("shop", rights(["USAGE"], on("shop", "SELECT", "LOCK TABLES")))).toEqual([
    "procedures and functions (it lacks SHOW_ROUTINE, or EXECUTE in the database)",
    "triggers (it lacks TRIGGER)",
    "events (it lacks EVENT)",
  ])
})

test("a reader of MariaDB's table of routines sees them", () => {
  const reader = rights([], on("shop", "SELECT", "TRIGGER", "EVENT"))
  expect(hiddenIn("shop", reader)).toHaveLength(1)
  expect(hiddenIn("shop", { ...reader, proc: true })).toEqual([])
  expect(
    hiddenIn("shop", { ...reader, within: [...reader.within, { pattern: "mysql", right: "SELECT" }] }),
  ).toEqual([])
})

test("patterns are those of GRANT", () => {
  const all = ["SELECT", "TRIGGER", "EVENT", "EXECUTE"]
  for (const [pattern, database, seen] of [
    ["sh%", "shop", true],
    ["sho_", "shop", true],
    ["my\\_shop", "my_shop", true],
    ["my\\_shop", "myxshop", false],
    ["a.b", "axb", false],
    ["a.b", "a.b", true],
    ["%", "a\nb", true],
  ] as const)
    expect([pattern, database, hiddenIn(database, rights([], on(pattern, ...all))).length === 0]).toEqual([
      pattern,
      database,
      seen,
    ])
})

test("with a role in force nothing is claimed", () => {
  expect(hiddenIn("shop", { ...rights([]), role: true })).toEqual([])
})
