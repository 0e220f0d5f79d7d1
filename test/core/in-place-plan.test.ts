// A restore into a database that is there: what the plan says is overwritten, dropped and left, and when it is refused.
import { describe, expect, test } from "bun:test"
import { Fault } from "../../controller/core/fault.ts"
import { type InPlaceFacts, planInPlace } from "../../controller/core/in-place-plan.ts"
import { planDifferences } from "../../controller/core/plan-hash.ts"
import { type CleanOptions, type ReplaceOptions, RestoreOptions } from "../../schemas/restore.ts"
import { aCompletedBackup, aFingerprint, aManifest } from "./records.ts"

const free = { sessions: 0, who: [], obstacles: [] }
const facts = (changes: Partial<InPlaceFacts> = {}): InPlaceFacts => ({
  backup: aCompletedBackup(),
  manifest: aManifest({ fingerprint: aFingerprint({ rows: { "public.item": 3, "public.order": 5 } }) }),
  identity: null,
  present: ["shop"],
  target: { id: "shop~db" as never, name: "shop/db" },
  tools: { serverVersion: "17.6", toolVersion: "17.6", zstd: true },
  timeGuess: null,
  survey: null,
  nameMistake: undefined,
  hooks: { before: null, after: null },
  occupied: free,
  refusal: null,
  atomic: true,
  relationsThere: ["public.item", "public.audit"],
  rowsThere: { "public.item": 30, "public.audit": 1 },
  attributesThere: {},
  ...changes,
})
const options = (mode: "clean" | "replace", more: object = {}) =>
  RestoreOptions.parse({ mode, name: "shop", ...more }) as CleanOptions | ReplaceOptions
const plan = (mode: "clean" | "replace", changes: Partial<InPlaceFacts> = {}, more: object = {}) =>
  planInPlace(facts(changes), options(mode, more))

function refusal(attempt: () => unknown): Fault {
  try {
    attempt()
  } catch (error) {
    if (error instanceof Fault) return error
    throw error
  }
  throw new Error("it was not refused")
}

describe("the plan of a restore into a database", () => {
  test("says what goes, when all of it is replaced", () => {
    const { lost, steps, targetDatabase } = plan("replace")
    expect(targetDatabase).toBe("shop")
    expect(lost).toEqual([
      "what was written to shop after 2026-03-01T02:01:00.000Z; it is only in the backup made before",
      "overwritten: public.item (about 30 rows now)",
      "dropped, and not in the backup: public.audit (about 1 row now)",
    ])
    expect(steps[0]).toStartWith("Back up shop")
    expect(steps.join("\n")).toContain(
      "In one transaction: empty shop, which keeps its owner, settings and grants",
    )
    expect(steps.at(-1)).toBe("If anything fails, or the server or dbbackup stops, shop is as it was")
  })

  test("names the tables that are chosen, and no others", () => {
    const taken = (more: object) => plan("clean", {}, more).steps.join("\n")
    expect(taken({ tables: ["public.item"] })).toContain(
      "take away public.item of shop, load public.item into it",
    )
    expect(taken({ tables: ["public.item"], content: "data" })).toContain(
      "take away the rows of public.item of shop, load the rows of public.item into it",
    )
    expect(taken({})).toContain("take away what shop has of the same names as the backup")
  })

  test("says what stays, when only what the backup holds is", () => {
    const { lost, steps } = plan("clean")
    expect(lost.join("\n")).not.toContain("audit")
    expect(steps).toContain("Leave public.audit as they are")
  })

  test("says so when nobody keeps what is lost", () => {
    const { lost, steps } = plan("replace", {}, { safetyBackup: false })
    expect(lost[0]).toEndWith("nothing keeps it")
    expect(steps[0]).not.toStartWith("Back up")
  })

  test("on an engine that commits each statement warns of a mixture, with the way back, if there is one", () => {
    const { warnings, steps } = plan("replace", { atomic: false })
    expect(warnings[0]).toContain(
      "a failure half-way leaves a mixture in shop, and the backup made before is the way back",
    )
    expect(steps.at(-1)).toContain("put shop back as it was, from the backup made before")
    expect(steps.join("\n")).not.toContain("In one transaction")
    const alone = plan("replace", { atomic: false }, { safetyBackup: false })
    expect(alone.warnings[0]).toContain("there is no way back")
    expect(alone.steps.at(-1)).toContain("left half restored")
  })

  test("is the same with other rows in the database, and another one with other tables", () => {
    const before = plan("replace")
    const after = plan("replace", { rowsThere: { "public.item": 31, "public.audit": 2 } })
    expect(after.hash).toBe(before.hash)
    expect(planDifferences(before, after)).toEqual([])
    expect(plan("replace", { rowsThere: { "public.item": 31 } }).hash).not.toBe(before.hash)
  })

  test("tells where the database is not like the one that was dumped", () => {
    const there = { attributesThere: { encoding: "LATIN1" } }
    const manifest = aManifest({ facts: { attributes: { encoding: "UTF8" }, tables: 1 } })
    expect(plan("replace", { ...there, manifest }).warnings).toContain(
      "shop has encoding LATIN1, the database that was dumped had UTF8",
    )
  })

  test("of another database's backup says so", () => {
    expect(planInPlace(facts(), { ...options("replace"), name: "users" }).warnings[0]).toBe(
      "The backup is of shop, not of users",
    )
  })
})

describe("a restore into a database is refused", () => {
  const code = (mode: "clean" | "replace", changes: Partial<InPlaceFacts>, more: object = {}) =>
    refusal(() => plan(mode, changes, more)).code

  test("without such a database", () => expect(code("clean", { occupied: undefined })).toBe("database-gone"))

  test("while somebody is connected, unless they are to be ended", () => {
    const occupied = { sessions: 2, who: ["app"], obstacles: [] }
    expect(refusal(() => plan("clean", { occupied }))).toMatchObject({
      code: "in-use",
      message: "shop has 2 connections, of app",
    })
    expect(plan("clean", { occupied }, { endConnections: true }).steps).toContain(
      "End all connections to shop",
    )
  })

  test("for what nobody can end", () => {
    const occupied = { ...free, obstacles: [{ what: "1 subscription", todo: "Drop it first." }] }
    expect(code("replace", { occupied }, { endConnections: true })).toBe("in-use")
  })

  test("where the engine cannot do it, with its reason", () => {
    const why = { message: "it is too old", hint: "Restore into a new one." }
    expect(refusal(() => plan("clean", { refusal: why }))).toMatchObject({
      code: "restore-unsupported",
      ...why,
    })
  })

  test("of a part in the place of all, but not over what it holds", () => {
    const part = {
      content: "all",
      tables: ["public.item"],
      leftOut: ["public.order"],
      withoutRows: [],
      wanted: {},
    }
    const manifest = aManifest({ part: part as never })
    expect(code("replace", { manifest })).toBe("restore-unsupported")
    expect(plan("clean", { manifest }).lost[1]).toContain("public.item")
  })
})
