import { afterEach, beforeEach, describe, expect, test } from "bun:test"
import type { BackupId } from "../../schemas/backup.ts"
import {
  aBackup,
  addGood,
  aProblem,
  aRestore,
  aRun,
  type Fixture,
  minute,
  temporaryCatalogue,
} from "./samples.ts"

let fixture: Fixture
let catalogue: Fixture["catalogue"]
beforeEach(() => {
  fixture = temporaryCatalogue()
  catalogue = fixture.catalogue
})
afterEach(() => fixture.remove())

const backupId = (id: string) => id as BackupId

describe("statistics", () => {
  test("count good backups, the last day's outcomes and every stored copy", () => {
    addGood(catalogue, "b1", 0)
    addGood(catalogue, "b2", 2_000)
    catalogue.addRun(aRun("r3"))
    catalogue.addBackup(aBackup("b3", "r3"))
    catalogue.finishBackup(backupId("b3"), minute(2_001), { status: "interrupted", error: aProblem() })
    catalogue.addRestore(aRestore("s1", "b1"))
    expect(catalogue.stats(minute(2_010))).toEqual({
      backups: { total: 2, last24h: 1, failedLast24h: 1 },
      restores: { total: 1 },
      storedBytes: 2_000,
    })
    catalogue.copyDeleted(backupId("b2"), "local", minute(2_009))
    expect(catalogue.stats(minute(2_010))).toMatchObject({
      backups: { total: 1, last24h: 1 },
      storedBytes: 1_000,
    })
  })
})
