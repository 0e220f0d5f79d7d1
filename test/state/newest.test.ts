// What is kept at hand is never older than what is in the file.
import { afterEach, beforeEach, expect, test } from "bun:test"
import type { BackupId } from "../../schemas/backup.ts"
import type { RunId } from "../../schemas/run.ts"
import {
  aBackup,
  addGood,
  aProblem,
  aRun,
  type Fixture,
  minute,
  shop,
  temporaryCatalogue,
} from "./samples.ts"

let fixture: Fixture
beforeEach(() => {
  fixture = temporaryCatalogue()
})
afterEach(() => fixture.remove())
const newest = () => [fixture.catalogue.lastGood(shop)?.id, fixture.catalogue.lastAttempt(shop)?.id]

test("each backup that ends is the newest from then on, also for who has asked before", () => {
  const { catalogue } = fixture
  expect(newest()).toEqual([undefined, undefined])
  addGood(catalogue, "b1", 0)
  expect(newest()).toEqual(["b1" as BackupId, "b1" as BackupId])
  catalogue.addRun(aRun("r2", { queuedAt: minute(60) }))
  catalogue.addBackup(aBackup("b2", "r2", { queuedAt: minute(60) }))
  expect(newest()).toEqual(["b1" as BackupId, "b1" as BackupId])
  catalogue.finishBackup("b2" as BackupId, minute(61), { status: "failed", error: aProblem() })
  expect(newest()).toEqual(["b1" as BackupId, "b2" as BackupId])
  catalogue.finishRun("r2" as RunId, minute(61), { status: "failed", error: aProblem() })
  addGood(catalogue, "b3", 120)
  expect(newest()).toEqual(["b3" as BackupId, "b3" as BackupId])
})

test("one whose last copy is deleted is the newest good one no longer", () => {
  const { catalogue } = fixture
  addGood(catalogue, "b1", 0)
  addGood(catalogue, "b2", 60)
  expect(newest()[0]).toBe("b2" as BackupId)
  catalogue.copyDeleted("b2" as BackupId, "local", minute(90))
  expect(newest()[0]).toBe("b1" as BackupId)
})

test("what is changed before anybody is told is read as it is by whoever is told", () => {
  const { catalogue, events } = fixture
  catalogue.lastGood(shop)
  addGood(catalogue, "b1", 0)
  expect(events.at(-1)?.name).toBe("run.updated")
  expect(catalogue.lastGood(shop)?.id).toBe("b1" as BackupId)
})
