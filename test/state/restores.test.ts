import { afterEach, beforeEach, describe, expect, test } from "bun:test"
import type { RestoreId } from "../../schemas/restore.ts"
import { addGood, aProblem, aRestore, type Fixture, minute, shop, temporaryCatalogue } from "./samples.ts"

let fixture: Fixture
let catalogue: Fixture["catalogue"]
beforeEach(() => {
  fixture = temporaryCatalogue()
  catalogue = fixture.catalogue
})
afterEach(() => fixture.remove())

const restoreId = (id: string) => id as RestoreId
const all = { page: 1, limit: 50 }

describe("a restore", () => {
  beforeEach(() => void addGood(catalogue, "b1"))

  test("goes from queued to running with progress to completed with what was found", () => {
    catalogue.addRestore(aRestore("s1", "b1"))
    catalogue.startRestore(restoreId("s1"), minute(6))
    catalogue.restoreProgress(restoreId("s1"), 10, 1000)
    expect(catalogue.restore("s1")).toMatchObject({ progress: { storedBytes: 10, totalBytes: 1000 } })
    catalogue.finishRestore(restoreId("s1"), minute(7), {
      status: "completed",
      restoredBytes: 1000,
      tables: 3,
      differences: ["shop has 4 tables, the backup 3"],
    })
    expect(catalogue.restore("s1")).toMatchObject({
      status: "completed",
      durationSeconds: 60,
      tables: 3,
      differences: ["shop has 4 tables, the backup 3"],
    })
    expect(() => catalogue.startRestore(restoreId("s1"), minute(8))).toThrow("restore s1 is completed")
    const failed = { status: "failed", error: aProblem() } as const
    expect(() => catalogue.finishRestore(restoreId("s1"), minute(8), failed)).toThrow("is completed")
  })

  test("is listed by database and status", () => {
    catalogue.addRestore(aRestore("s1", "b1"))
    catalogue.addRestore(aRestore("s2", "b1", { queuedAt: minute(6) }))
    catalogue.finishRestore(restoreId("s1"), minute(7), { status: "interrupted", error: aProblem() })
    expect(catalogue.restores({ status: "interrupted" }, all).rows.map(({ id }) => String(id))).toEqual([
      "s1",
    ])
    expect(catalogue.restores({ databaseId: shop }, all).rows.map(({ id }) => String(id))).toEqual([
      "s2",
      "s1",
    ])
  })

  test("of a backup that does not exist is refused", () => {
    expect(() => catalogue.addRestore(aRestore("s1", "nothing"))).toThrow("FOREIGN KEY")
  })
})
