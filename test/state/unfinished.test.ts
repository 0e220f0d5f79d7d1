import { afterEach, beforeEach, describe, expect, test } from "bun:test"
import type { BackupId } from "../../schemas/backup.ts"
import type { RunId } from "../../schemas/run.ts"
import {
  aBackup,
  addGood,
  aRestore,
  aRun,
  type Fixture,
  minute,
  planned,
  temporaryCatalogue,
} from "./samples.ts"

let fixture: Fixture
let catalogue: Fixture["catalogue"]
beforeEach(() => {
  fixture = temporaryCatalogue()
  catalogue = fixture.catalogue
})
afterEach(() => fixture.remove())

const runId = (id: string) => id as RunId
const backupId = (id: string) => id as BackupId

describe("what a crash left behind", () => {
  test("is every queued and running thing, with the copies it planned", () => {
    addGood(catalogue, "b0")
    catalogue.addRun(aRun("r1"))
    catalogue.addRun(aRun("r2", { queuedAt: minute(1) }))
    catalogue.startRun(runId("r1"), minute(1))
    catalogue.addBackup(aBackup("b1", "r1"))
    catalogue.addBackup(aBackup("b2", "r1", { queuedAt: minute(1) }))
    catalogue.startBackup(backupId("b1"), minute(1), planned("b1"))
    catalogue.addRestore(aRestore("s1", "b0"))
    const { runs, backups, restores } = catalogue.unfinished()
    expect(runs.map(({ id, status }) => [String(id), status])).toEqual([
      ["r1", "running"],
      ["r2", "queued"],
    ])
    expect(backups).toEqual([
      { ...aBackup("b1", "r1"), copies: planned("b1") },
      { ...aBackup("b2", "r1", { queuedAt: minute(1) }), copies: [] },
    ])
    expect(restores).toMatchObject([{ id: "s1", status: "queued" }])
  })
})
