import { afterEach, beforeEach, describe, expect, test } from "bun:test"
import { addGood, aProblem, type Fixture, keyOf, minute, temporaryCatalogue } from "./samples.ts"

let store: Fixture
beforeEach(() => {
  store = temporaryCatalogue()
})
afterEach(() => store.remove())

const at = (id: string, destination = "s3") => ({ destination, key: keyOf(id) })
const copies = (id: string) => {
  const backup = store.catalogue.backup(id)
  return backup?.status === "completed"
    ? backup.copies.map(({ state, destination }) => `${destination} ${state}`)
    : []
}
const lacking = (...names: string[]) => store.catalogue.lackingCopies(names).map(({ id }) => id as string)

describe("a copy that failed", () => {
  test("is lacking, the newest backup first, where the destination is asked for", () => {
    const { catalogue } = store
    const [old, young] = [addGood(catalogue, "b1", 0), addGood(catalogue, "b2", 10)]
    addGood(catalogue, "b3", 20)
    catalogue.copyFailed(old, at("b1"), aProblem())
    catalogue.copyFailed(young, at("b2"), aProblem())
    expect(lacking("local", "s3")).toEqual(["b2", "b1"])
    expect(lacking("local")).toEqual([])
    expect(lacking()).toEqual([])
  })

  test("is stored in the end, which everybody is told, and the time and place are kept", () => {
    const { catalogue, events } = store
    const id = addGood(catalogue, "b1")
    catalogue.copyFailed(id, at("b1"), aProblem({ message: "the store is away" }))
    expect(catalogue.backup(id)).toMatchObject({ copies: [{}, { error: { message: "the store is away" } }] })
    events.length = 0
    expect(catalogue.copyStored(id, "s3", minute(9))).toBe(true)
    expect(catalogue.backup(id)).toMatchObject({
      copies: [{ state: "stored" }, { state: "stored", key: keyOf("b1"), storedAt: minute(9).toISOString() }],
    })
    expect(events.map(({ name }) => name)).toEqual(["backup.updated"])
    expect(lacking("s3")).toEqual([])
  })

  test("is not stored when its backup was deleted meanwhile, or half of it", () => {
    const { catalogue } = store
    const id = addGood(catalogue, "b1")
    catalogue.copyFailed(id, at("b1"), aProblem())
    catalogue.deletingCopy(id, "local")
    expect(lacking("s3")).toEqual([])
    expect(catalogue.copyStored(id, "s3", minute(9))).toBe(false)
    catalogue.copyDeleted(id, "local", minute(9))
    expect(lacking("s3")).toEqual([])
    expect(catalogue.copyStored(id, "s3", minute(9))).toBe(false)
    expect(copies(id)).toEqual(["local deleted", "s3 failed"])
  })
})

test("a copy that is stored or deleted is neither stored anew nor called failed", () => {
  const { catalogue, events } = store
  const id = addGood(catalogue, "b1")
  events.length = 0
  expect(catalogue.copyStored(id, "local", minute(9))).toBe(false)
  catalogue.copyFailed(id, at("b1", "local"), aProblem())
  expect(copies(id)).toEqual(["local stored"])
  catalogue.copyDeleted(id, "local", minute(9))
  catalogue.copyFailed(id, at("b1", "local"), aProblem())
  expect(copies(id)).toEqual(["local deleted"])
  expect(events).toHaveLength(1)
})
