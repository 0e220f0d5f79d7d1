import { afterEach, beforeEach, expect, test } from "bun:test"
import type { RestoreId } from "../../schemas/restore.ts"
import { aProblem, aReading, aRestore, aSource, type Fixture, minute, temporaryCatalogue } from "./samples.ts"

let fixture: Fixture
let catalogue: Fixture["catalogue"]
beforeEach(() => {
  fixture = temporaryCatalogue()
  catalogue = fixture.catalogue
})
afterEach(() => fixture.remove())

test("a file that was looked through is remembered with what was found, the newest first, until it is forgotten", () => {
  const reading = aReading({ ranges: [[0, 900]], roles: ["app"], refusal: "it runs a program" })
  catalogue.addSource(aSource("f1"), reading)
  catalogue.addSource(aSource("f2", { addedAt: minute(9).toISOString() }), aReading())
  expect(catalogue.sources().map(({ id }) => id as string)).toEqual(["f2", "f1"])
  expect(catalogue.source("f1")).toEqual({ source: aSource("f1"), reading })
  catalogue.forgetSource("f1" as never)
  catalogue.forgetSource("f1" as never)
  expect([catalogue.source("f1"), catalogue.sources().length]).toEqual([undefined, 1])
})

test("a restore of a file still tells of it when it is forgotten, and is of nothing else", () => {
  const source = aSource("f1")
  catalogue.addSource(source, aReading())
  const id = "s1" as RestoreId
  catalogue.addRestore({ ...aRestore("s1", "none"), backupId: null, source })
  catalogue.forgetSource(source.id)
  catalogue.finishRestore(id, minute(7), { status: "cancelled", error: aProblem() })
  expect(catalogue.restore("s1")).toMatchObject({ backupId: null, source, status: "cancelled" })
  expect(() => catalogue.addRestore({ ...aRestore("s2", "none"), backupId: null })).toThrow(/constraint/)
})
