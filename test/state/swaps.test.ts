// What the catalogue knows of a swap at each step, also after it is closed and opened again.
import { afterEach, beforeEach, expect, test } from "bun:test"
import type { RestoreId } from "../../schemas/restore.ts"
import { addGood, aProblem, aRestore, type Fixture, minute, server, temporaryCatalogue } from "./samples.ts"

let fixture: Fixture
const id = "s1" as RestoreId
const exchange = { oldKey: "1", restoredKey: "2", asideName: "shop_new", nextName: "shop_before" }
const shown = () => fixture.catalogue.restore(id)?.swap

beforeEach(() => {
  fixture = temporaryCatalogue()
  const backup = addGood(fixture.catalogue, "b1")
  const swap = { keepSeconds: 60, endConnections: true }
  fixture.catalogue.addRestore(aRestore(id, backup, { mode: "swap", targetDatabase: "shop", swap }))
})
afterEach(() => fixture.remove())

test("nothing is exchanged at first, and a restore into a new database has no swap", () => {
  const { catalogue } = fixture
  expect(shown()).toEqual({ state: "beside", safetyBackupId: null, problem: null })
  catalogue.addRestore(aRestore("s2", "b1"))
  expect(catalogue.restore("s2")?.swap).toBeNull()
  expect(catalogue.swap("s2")).toBeUndefined()
  expect(catalogue.swaps()).toEqual([])
})

test("what is kept, under which name and until when, follows each exchange", () => {
  const { catalogue } = fixture
  catalogue.beginExchange(id, exchange)
  expect(shown()).toMatchObject({ state: "exchanging", inPlace: "old" })
  expect(catalogue.swaps(server)).toHaveLength(1)
  catalogue.endExchange(id, "restored", minute(60))
  expect(shown()).toMatchObject({
    state: "kept",
    inPlace: "restored",
    keptName: "shop_before",
    keptUntil: minute(60).toISOString(),
  })
  catalogue.beginExchange(id, { ...exchange, asideName: "shop_before", nextName: "shop_undone" })
  catalogue.endExchange(id, "old", minute(90))
  expect(shown()).toMatchObject({
    state: "kept",
    inPlace: "old",
    keptName: "shop_undone",
    keptUntil: minute(90).toISOString(),
  })
  catalogue.keptGone(id)
  expect(shown()).toMatchObject({ state: "gone", inPlace: "old", keptName: "shop_undone" })
  expect(catalogue.swaps()).toEqual([])
})

test("an exchange that did not happen leaves what was so, with its time", () => {
  const { catalogue } = fixture
  catalogue.beginExchange(id, exchange)
  catalogue.endExchange(id, "old", null)
  expect(shown()).toMatchObject({ state: "beside" })
  catalogue.beginExchange(id, exchange)
  catalogue.endExchange(id, "restored", minute(60))
  catalogue.swapProblem(id, aProblem())
  expect(shown()?.problem).toMatchObject(aProblem())
  catalogue.beginExchange(id, { ...exchange, asideName: "shop_before", nextName: "shop_undone" })
  expect(catalogue.swap(id)?.keptUntil).toEqual(minute(60))
  catalogue.endExchange(id, "restored", minute(60))
  expect(shown()).toMatchObject({ state: "kept", keptName: "shop_before", problem: null })
})

test("nothing that is gone or under way is exchanged", () => {
  const { catalogue } = fixture
  catalogue.beginExchange(id, exchange)
  expect(() => catalogue.beginExchange(id, exchange)).toThrow("exchanging")
  catalogue.endExchange(id, "restored", minute(60))
  expect(() => catalogue.endExchange(id, "old", null)).toThrow("kept")
  catalogue.keptGone(id)
  expect(() => catalogue.beginExchange(id, exchange)).toThrow("gone")
})
