import { afterEach, beforeEach, describe, expect, test } from "bun:test"
import type { BackupId } from "../../schemas/backup.ts"
import type { Verification, VerifyLevel } from "../../schemas/verification.ts"
import {
  addGood,
  addSuspect,
  aProblem,
  type Fixture,
  job,
  keyOf,
  minute,
  shop,
  storedCopy,
  temporaryCatalogue,
} from "./samples.ts"

let store: Fixture
let catalogue: Fixture["catalogue"]
const id = "b2" as BackupId
beforeEach(() => {
  store = temporaryCatalogue()
  catalogue = store.catalogue
  addGood(catalogue, "b1", 0)
  addGood(catalogue, id, 10)
})
afterEach(() => store.remove())

const bad = aProblem({ code: "copy-mismatch", message: "it has 5 bytes" })
const newest = () => String(catalogue.lastGood(shop)?.id)
const doubted = () => catalogue.doubts().map(({ backupId }) => String(backupId))
const checked = (level: VerifyLevel, at: number, code?: typeof bad.code): Verification => {
  const times = { startedAt: minute(at).toISOString(), finishedAt: minute(at).toISOString() }
  const base = { level, destination: "local", readBytes: 1, ...times }
  if (code === undefined) return { ...base, outcome: "passed", report: [] }
  return { ...base, outcome: "failed", problem: aProblem({ code }) }
}

describe("a copy that is bad", () => {
  test("is no stored one any more, which everybody is told, and only once", () => {
    store.events.length = 0
    expect(catalogue.copyBad(id, "local", bad)).toBe(true)
    expect(store.events).toMatchObject([{ name: "backup.updated", data: { backupId: id } }])
    expect(catalogue.backup(id)).toMatchObject({ copies: [{ state: "failed", error: bad }] })
    expect(catalogue.copyBad(id, "local", bad)).toBe(false)
  })

  test("is none when it is being deleted, or is", () => {
    catalogue.deletingCopy(id, "local")
    expect(catalogue.copyBad(id, "local", bad)).toBe(false)
    catalogue.copyDeleted(id, "local", minute(30))
    expect(catalogue.copyBad(id, "local", bad)).toBe(false)
    expect(catalogue.badCopies()).toEqual([])
  })

  test("takes the backup with it when it was the last: older ones are the newest, and it is doubted", () => {
    const { total } = catalogue.stats(minute(40)).backups
    catalogue.copyBad(id, "local", bad)
    expect([newest(), doubted()]).toEqual(["b1", ["b2"]])
    expect(catalogue.goodBackups(job, shop).map((backup) => String(backup.id))).toEqual(["b1"])
    expect(String(catalogue.lastGoodManifest(shop, () => true)?.id)).toBe("b1")
    expect(catalogue.stats(minute(40)).backups.total).toBe(total - 1)
    expect(catalogue.copyStored(id, "local", minute(40), "hash")).toBe(true)
    expect([newest(), doubted()]).toEqual(["b2", []])
  })

  test("stays bad in the eyes of a rebuild, which sees its size only", () => {
    catalogue.copyBad(id, "local", bad)
    const manifest = catalogue.manifest(id)
    if (!manifest) throw new Error("it has a manifest")
    const copy = { destination: "local", key: keyOf(id) }
    expect(catalogue.adopt([{ manifest, copy }])).toMatchObject({ copies: 0, known: 1 })
    expect(catalogue.badCopies()).toMatchObject([{ backupId: id, destination: "local", goodAt: [] }])
  })

  test("of a suspect backup adds no second doubt", () => {
    const suspect = addSuspect(catalogue, "b3", 20)
    catalogue.copyBad(suspect, "local", bad)
    expect(doubted()).toEqual(["b3"])
  })
})

describe("a dump that was found bad", () => {
  test("makes its backup count no more, until a check of its level or a higher one passes", () => {
    catalogue.addVerification(id, checked("read", 30, "dump-truncated"))
    expect([newest(), doubted()]).toEqual(["b1", ["b2"]])
    catalogue.addVerification(id, checked("checksum", 31))
    expect(newest()).toBe("b1")
    catalogue.addVerification(id, checked("drill", 32))
    expect([newest(), doubted()]).toEqual(["b2", []])
  })

  test("is not one of which a copy was bad", () => {
    catalogue.addVerification(id, checked("read", 30, "copy-mismatch"))
    expect([newest(), doubted()]).toEqual(["b2", []])
  })
})

describe("the last drill of a database", () => {
  const drilled = () => [...catalogue.lastDrills()].map(([, drill]) => drill)

  test("is the newest of any of its backups, with the time that it took", () => {
    expect(drilled()).toEqual([])
    catalogue.addVerification(
      "b1" as BackupId,
      { ...checked("drill", 30), recoverySeconds: 4.2 } as Verification,
    )
    catalogue.addVerification(id, checked("read", 31))
    const passed = { backupId: "b1", at: minute(30).toISOString(), outcome: "passed" }
    expect(drilled()).toEqual([{ ...passed, recoverySeconds: 4.2, problem: null }] as never)
    expect(catalogue.verifications("b1")).toMatchObject([{ recoverySeconds: 4.2, report: expect.any(Array) }])
    catalogue.addVerification(id, checked("drill", 32, "restore-failed"))
    expect(drilled()).toMatchObject([
      { backupId: "b2", outcome: "failed", problem: { code: "restore-failed" } },
    ])
  })
})

describe("when drills have passed", () => {
  const other = "shop~db:weekly" as never

  test("is known by job and database, the newest that passed, and of a backup that is deleted, too", () => {
    expect(catalogue.passedDrills()(job, shop)).toBeNull()
    catalogue.addVerification("b1" as BackupId, checked("drill", 30))
    catalogue.addVerification(id, checked("drill", 40, "restore-failed"))
    catalogue.addVerification(id, checked("read", 50))
    const passed = catalogue.passedDrills()
    expect([passed(job, shop), passed(other, shop)]).toEqual([minute(30), null])
    catalogue.copyDeleted("b1" as BackupId, "local", minute(60))
    expect(catalogue.passedDrills()(job, shop)).toEqual(minute(30))
  })

  test("is measured from the first good backup of the job, which may be deleted by now", () => {
    expect([catalogue.firstBackupAt(job, shop), catalogue.firstBackupAt(other, shop)]).toEqual([
      minute(2),
      null,
    ])
    catalogue.copyDeleted("b1" as BackupId, "local", minute(60))
    expect(catalogue.firstBackupAt(job, shop)).toEqual(minute(2))
  })
})

describe("what is to be read again", () => {
  test("comes in the order in which it was last known to be right", () => {
    addGood(catalogue, "b3", 20)
    const order = () => catalogue.copiesToRead("local", 9).map(({ backupId }) => String(backupId))
    expect(order()).toEqual(["b1", "b2", "b3"])
    catalogue.copyChecked("b1" as BackupId, "local", minute(50))
    expect(order()).toEqual(["b2", "b3", "b1"])
    catalogue.copyBad(id, "local", bad)
    expect(order()).toEqual(["b3", "b1"])
    expect(catalogue.copiesToRead("local", 1)).toMatchObject([{ key: keyOf("b3") }])
    expect(catalogue.copiesToRead("moon", 9)).toEqual([])
  })

  test("is told as a share of all there is", () => {
    expect(catalogue.readShare("local", minute(0))).toMatchObject({ copies: 2, readCopies: 0 })
    catalogue.copyChecked(id, "local", minute(50))
    expect(catalogue.readShare("local", minute(50))).toMatchObject({ copies: 2, readCopies: 1 })
    expect(catalogue.readShare("local", minute(51)).readCopies).toBe(0)
    const stored = storedCopy("b1")
    expect(catalogue.readShare("local", minute(0)).oldestReadAt).toBe(
      "storedAt" in stored ? stored.storedAt : null,
    )
    expect(catalogue.readShare("moon", minute(0))).toMatchObject({ copies: 0, oldestReadAt: null })
  })
})
