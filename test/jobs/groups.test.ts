import { describe, expect, test } from "bun:test"
import type { Probe } from "../../controller/engines/engine.ts"
import { rulesFor } from "../../controller/engines/registry.ts"
import { groupsOf } from "../../controller/jobs/groups.ts"
import type { NewBackup } from "../../controller/ports.ts"
import type { Engine } from "../../schemas/scalar.ts"
import type { Subject } from "../../schemas/server.ts"
import { aJob } from "../core/samples.ts"

const globals: Subject = { kind: "globals" }
const databases = (...names: readonly string[]): Subject[] =>
  names.map((name) => ({ kind: "database", name }))
const facts = { attributes: {}, tables: 1, objects: {} }

/** Names of what is dumped together, with + between them. */
function grouped(
  engine: Engine,
  subjects: readonly Subject[],
  {
    there = [] as Probe["databases"],
    snapshot = undefined as "server" | "database" | undefined,
    tries = 0,
  } = {},
): readonly string[] {
  const names = subjects.flatMap((subject) => (subject.kind === "database" ? [subject.name] : []))
  const probe = {
    databases: [
      ...names.filter((name) => !there.some((one) => one.name === name)).map((name) => ({ name, facts })),
      ...there,
    ],
  } as unknown as Probe
  const backups = subjects.map((subject) => ({ subject }) as NewBackup)
  const job = aJob()
  const spec = { ...job.spec, ...(snapshot && { snapshot }) }
  return groupsOf(backups, { rules: rulesFor(engine), probe }, { spec }, tries).map((group) =>
    group.backups.map(({ subject }) => (subject.kind === "globals" ? "*" : subject.name)).join("+"),
  )
}

describe("databases of MySQL and MariaDB", () => {
  test("are dumped together, after the globals", () => {
    expect(grouped("mysql", [globals, ...databases("a", "b", "c")])).toEqual(["*", "a+b+c"])
    expect(grouped("mariadb", databases("a", "b"), { snapshot: "server" })).toEqual(["a+b"])
  })

  test("are dumped one after the other when the label says so, when there is one, or when it failed too often", () => {
    expect(grouped("mysql", databases("a", "b"), { snapshot: "database" })).toEqual(["a", "b"])
    expect(grouped("mysql", [globals, ...databases("a")])).toEqual(["*", "a"])
    expect(grouped("mysql", databases("a", "b"), { tries: 2 })).toEqual(["a+b"])
    expect(grouped("mysql", databases("a", "b"), { tries: 3 })).toEqual(["a", "b"])
  })

  test("do not take one with them whose dump cannot succeed", () => {
    const there = [{ name: "hidden", facts, hidden: ["events (it lacks EVENT)"] }]
    expect(grouped("mysql", databases("a", "hidden", "line\nbreak", "z"), { there })).toEqual([
      "a+z",
      "hidden",
      "line\nbreak",
    ])
    const quoted = [
      { name: "o'clock", facts: { ...facts, objects: { events: 1 } } },
      { name: "o'two", facts },
    ]
    expect(grouped("mariadb", databases("a", "o'clock", "o'two"), { there: quoted })).toEqual([
      "a+o'two",
      "o'clock",
    ])
    expect(grouped("mysql", databases("a", "o'clock", "o'two"), { there: quoted })).toEqual([
      "a+o'clock+o'two",
    ])
  })
})

test("databases of PostgreSQL are dumped one after the other", () => {
  expect(grouped("postgres", [globals, ...databases("a", "b")], { snapshot: "server" })).toEqual([
    "*",
    "a",
    "b",
  ])
})
