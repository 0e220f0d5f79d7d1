// Chosen tables in the plan of a restore: what is refused, what is said, and what the restored database is held against.
import { describe, expect, test } from "bun:test"
import { planRestore, type RestoreFacts } from "../../controller/core/restore-plan.ts"
import { fingerprintOf, namesIn, type Selected } from "../../controller/core/selection.ts"
import type { NewOptions } from "../../schemas/restore.ts"
import { aCompletedBackup, aFingerprint, aKnownManifest, aSurvey } from "./records.ts"

const selected = (changes: Partial<Selected> = {}): Selected => ({
  tables: new Map([["public.item", true]]),
  sequences: new Set(),
  said: [],
  ...changes,
})
const facts = (changes: Partial<RestoreFacts> = {}): RestoreFacts => ({
  backup: aCompletedBackup(),
  manifest: aKnownManifest(),
  identity: null,
  present: ["shop"],
  target: { id: aCompletedBackup().serverId, name: "shop/db" },
  tools: { serverVersion: "17.6", toolVersion: "17.6", zstd: true },
  timeGuess: { seconds: 100, from: "dumps of its server" },
  survey: aSurvey(),
  nameMistake: undefined,
  hooks: { before: null, after: null },
  selected: selected(),
  ...changes,
})
const plan = (options: Partial<NewOptions>, changes: Partial<RestoreFacts> = {}) =>
  planRestore(facts(changes), { mode: "new", name: "copy", ...options })
const mysql = (changes: object = {}) =>
  aKnownManifest({
    engine: { name: "mysql", serverVersion: "9.4.0", tool: "mysqldump", toolVersion: "9.4.0" },
    format: "sql",
    facts: { attributes: {}, tables: 2, objects: {} },
    fingerprint: aFingerprint({ rows: { item: 30, line: 70 }, extensions: {} }),
    ...changes,
  })
const ofMysql = (changes: object = {}): Partial<RestoreFacts> => ({
  manifest: mysql(changes),
  tools: { serverVersion: "9.4.0", toolVersion: "9.4.0", zstd: false },
  selected: null,
})

describe("the plan", () => {
  test("names the tables, says what comes along or is left out, and asks for no room that it does not know", () => {
    const said = ["What is chosen cannot be made without public.a: it comes along without rows"]
    const made = plan({ tables: ["public.item"] }, { selected: selected({ said }) })
    expect(made.steps).toContain("Load of the backup only public.item into copy, stopping at the first error")
    expect(made.warnings).toEqual(said)
    expect(made.neededBytes).toBeNull()
    const bare = plan({ tables: ["public.item"], content: "schema" })
    expect(bare.steps.join("\n")).toContain(
      "Load of the backup only public.item, without their rows, into copy",
    )
  })

  test("guesses the time by how many of the rows come, though all of the copy is read", () => {
    const rows = aFingerprint({ rows: { "public.item": 30, "public.line": 70 } })
    const manifest = aKnownManifest({ fingerprint: rows })
    expect(plan({ tables: ["public.item"] }, { manifest }).timeGuess?.seconds).toBe(30)
    const none = selected({ tables: new Map([["public.item", false]]) })
    expect(plan({ tables: ["public.item"] }, { manifest, selected: none }).timeGuess?.seconds).toBe(10)
    expect(plan({}, { manifest, selected: null }).timeGuess?.seconds).toBe(100)
  })

  test("is another one when other tables are chosen", () => {
    const hashes = [["public.item"], ["public.line"], undefined].map(
      (tables) => plan(tables ? { tables } : {}).hash,
    )
    expect(new Set(hashes).size).toBe(3)
  })

  test("of MySQL refuses a table that the backup does not hold, with the nearest", () => {
    expect(() => plan({ tables: ["itm"] }, ofMysql())).toThrow('the backup holds no table or view "itm"')
    expect(plan({ tables: ["shop.item", "line"] }, ofMysql()).warnings.join()).toContain(
      "procedures and events",
    )
  })

  test("of MySQL with views leaves it to the dump whether one is held, and says so", () => {
    const withViews = ofMysql({ facts: { attributes: {}, tables: 2, objects: { views: 1 } } })
    expect(plan({ tables: ["rich"] }, withViews).warnings.join()).toContain(
      "The manifest tells no table of the name rich",
    )
  })

  test("of a part of a MySQL database knows what the part has", () => {
    const part = {
      content: "all",
      tables: ["shop.item"],
      leftOut: ["shop.line"],
      withoutRows: [],
      wanted: {},
    }
    expect(() => plan({ tables: ["line"] }, ofMysql({ part }))).toThrow('no table or view "line"')
    expect(plan({ tables: ["item"] }, ofMysql({ part })).steps.join()).toContain("only item")
  })

  test("refuses where tables cannot be told apart, and says what to do", () => {
    const text = aKnownManifest({ format: "sql" })
    for (const options of [{ tables: ["public.item"] }, { content: "schema" as const }])
      expect(() => plan(options, { manifest: text })).toThrow(
        "cannot be told apart in SQL text of PostgreSQL",
      )
    const timescale = aKnownManifest({ facts: { attributes: { timescaledb: "2.20" }, tables: 3 } })
    const survey = aSurvey({ extensions: { plpgsql: ["1.0"], timescaledb: ["2.20"] } })
    expect(() => plan({ tables: ["public.item"] }, { manifest: timescale, survey })).toThrow("TimescaleDB")
  })
})

test("a name is understood where it means one table alone", () => {
  const held = [
    { name: "a.x", also: ["x"] },
    { name: "b.x", also: ["x"] },
    { name: "b.y", also: ["y"] },
  ]
  expect(namesIn(["y", "a.x", "b.y"], held)).toEqual(["b.y", "a.x"])
  expect(() => namesIn(["x"], held)).toThrow('"x" is the name of several tables: a.x, b.x')
  expect(() => namesIn(["z"], [])).toThrow('no table or view "z"')
})

test("what was restored is held against the chosen tables, empty where their rows were not chosen", () => {
  const whole = aFingerprint({ rows: { a: 1, b: 2, c: 3 }, sequences: { a: "7", s: "1" } })
  const some = {
    tables: new Map([
      ["a", true],
      ["b", false],
      ["view", true],
    ]),
    sequences: new Set(["a"]),
    said: [],
  }
  expect(fingerprintOf(whole, some)).toMatchObject({ rows: { a: 1, b: 0 }, sequences: { a: "7" } })
  expect(Object.keys(fingerprintOf(whole, some).rows)).toEqual(["a", "b"])
})
