import { afterEach, beforeEach, describe, expect, test } from "bun:test"
import type { BackupId } from "../../schemas/backup.ts"
import type { RunId } from "../../schemas/run.ts"
import {
  aBackup,
  addGood,
  aManifest,
  aProblem,
  aRun,
  type Fixture,
  job,
  keyOf,
  minute,
  planned,
  shop,
  storedCopy,
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
const all = { page: 1, limit: 50 }

describe("a backup", () => {
  beforeEach(() => catalogue.addRun(aRun("r1")))

  test("tells its progress while it runs, compared with the last good one", () => {
    addGood(catalogue, "b0")
    catalogue.addBackup(aBackup("b1", "r1"))
    catalogue.startBackup(backupId("b1"), minute(3), planned("b1"))
    catalogue.progress(backupId("b1"), 500, 100)
    expect(catalogue.backup("b1")).toMatchObject({
      status: "running",
      progress: { rawBytes: 500, storedBytes: 100, lastStoredBytes: 1000 },
    })
  })

  test("completes with its proof, its copies and what compressed it", () => {
    addGood(catalogue, "b1")
    expect(catalogue.backup("b1")).toMatchObject({
      status: "completed",
      database: "shop",
      durationSeconds: 60,
      compression: "zstd:3",
      fileName: "shop_daily_20260301_020000_b1.dump",
      proof: aManifest("b1", "run-b1").proof,
      copies: [storedCopy("b1")],
    })
    expect(catalogue.manifest("b1")).toEqual(aManifest("b1", "run-b1"))
  })

  test("keeps its copies in the order of its destinations, the failed one with its reason", () => {
    catalogue.addBackup(aBackup("b1", "r1"))
    const copies = [
      { destination: "offsite", key: keyOf("b1") },
      { destination: "local", key: keyOf("b1") },
    ]
    catalogue.startBackup(backupId("b1"), minute(1), copies)
    const failed = { state: "failed", destination: "offsite", key: keyOf("b1"), error: aProblem() } as const
    catalogue.finishBackup(backupId("b1"), minute(2), {
      status: "completed",
      manifest: aManifest("b1", "r1"),
      copies: [storedCopy("b1"), failed],
    })
    expect(catalogue.backup("b1")).toMatchObject({ copies: [failed, storedCopy("b1")] })
  })

  test("of the globals is called globals", () => {
    catalogue.addBackup(aBackup("g1", "r1", { subject: { kind: "globals" } }))
    expect(catalogue.backup("g1")).toMatchObject({ kind: "globals", database: "globals" })
    expect(catalogue.unfinished().backups[0]?.subject).toEqual({ kind: "globals" })
  })

  test("cannot complete without a stored copy, with a foreign manifest, or without having run", () => {
    catalogue.addBackup(aBackup("b1", "r1"))
    const good = { status: "completed", manifest: aManifest("b1", "r1"), copies: [storedCopy("b1")] } as const
    expect(() => catalogue.finishBackup(backupId("b1"), minute(2), good)).toThrow("b1 is queued")
    catalogue.startBackup(backupId("b1"), minute(1), planned("b1"))
    expect(() => catalogue.finishBackup(backupId("b1"), minute(2), { ...good, copies: [] })).toThrow(
      "without a stored copy",
    )
    const foreign = { ...good, manifest: aManifest("b2", "r1") }
    expect(() => catalogue.finishBackup(backupId("b1"), minute(2), foreign)).toThrow("CHECK")
    const unproven = { ...aManifest("b1", "r1"), proof: { ...aManifest("b1", "r1").proof, exitCode: 1 as 0 } }
    expect(() => catalogue.finishBackup(backupId("b1"), minute(2), { ...good, manifest: unproven })).toThrow()
    expect(catalogue.backup("b1")?.status).toBe("running")
    expect(catalogue.unfinished().backups[0]?.copies).toEqual(planned("b1"))
    catalogue.finishBackup(backupId("b1"), minute(2), good)
    expect(() => catalogue.finishBackup(backupId("b1"), minute(3), good)).toThrow("b1 is completed")
  })

  test("that failed keeps the cause and plans no copy any more", () => {
    catalogue.addBackup(aBackup("b1", "r1"))
    catalogue.startBackup(backupId("b1"), minute(1), planned("b1"))
    catalogue.finishBackup(backupId("b1"), minute(2), { status: "failed", error: aProblem() })
    expect(catalogue.backup("b1")).toMatchObject({ status: "failed", error: aProblem() })
    expect(catalogue.manifest("b1")).toBeUndefined()
    expect(catalogue.unfinished().backups).toEqual([])
  })

  test("cannot join a run that has ended or does not exist", () => {
    catalogue.finishRun(runId("r1"), minute(1), { status: "failed", error: aProblem() })
    expect(() => catalogue.addBackup(aBackup("b1", "r1"))).toThrow("run r1 is failed")
    expect(() => catalogue.addBackup(aBackup("b1", "r9"))).toThrow("no run r9")
  })

  test("leaves the lists with its last stored copy; its row and the run's log stay", () => {
    catalogue.addBackup(aBackup("b1", "r1"))
    catalogue.startBackup(backupId("b1"), minute(1), planned("b1"))
    catalogue.finishBackup(backupId("b1"), minute(2), {
      status: "completed",
      manifest: aManifest("b1", "r1"),
      copies: [storedCopy("b1"), storedCopy("b1", "offsite")],
    })
    catalogue.log(runId("r1"), minute(2), "info", "done")
    catalogue.copyDeleted(backupId("b1"), "local", minute(3))
    expect(catalogue.backups({}, all).total).toBe(1)
    catalogue.copyDeleted(backupId("b1"), "offsite", minute(4))
    expect(catalogue.backups({}, all)).toEqual({ rows: [], total: 0 })
    expect(catalogue.lastGood(shop)).toBeUndefined()
    expect(catalogue.goodBackups(job, shop)).toEqual([])
    expect(catalogue.backup("b1")).toMatchObject({
      copies: [
        { state: "deleted", destination: "local", deletedAt: minute(3).toISOString() },
        { state: "deleted", destination: "offsite", deletedAt: minute(4).toISOString() },
      ],
    })
    expect(catalogue.logs("r1", "debug")).toHaveLength(1)
    catalogue.deletingCopy(backupId("b1"), "local")
    catalogue.copyDeleted(backupId("b1"), "local", minute(5))
    expect(catalogue.backup("b1")).toMatchObject({ copies: [{ deletedAt: minute(3).toISOString() }, {}] })
    expect(catalogue.unfinished().deletions).toEqual([])
    expect(() => catalogue.copyDeleted(backupId("b1"), "nas", minute(5))).toThrow("no copy at nas")
  })
})
