import { afterEach, beforeEach, describe, expect, test } from "bun:test"
import type { BackupId } from "../../schemas/backup.ts"
import { BackupNotes } from "../../schemas/notes.ts"
import type { Verification } from "../../schemas/verification.ts"
import {
  aBackup,
  addGood,
  addSuspect,
  aProblem,
  aRun,
  type Fixture,
  keyOf,
  minute,
  shop,
  temporaryCatalogue,
} from "./samples.ts"

let store: Fixture
let catalogue: Fixture["catalogue"]
beforeEach(() => {
  store = temporaryCatalogue()
  catalogue = store.catalogue
})
afterEach(() => store.remove())

const passed = (at: number, changes: Partial<Verification> = {}): Verification =>
  ({
    level: "checksum",
    destination: "local",
    startedAt: minute(at).toISOString(),
    finishedAt: minute(at + 1).toISOString(),
    readBytes: 1000,
    outcome: "passed",
    report: ["the bytes are those that left the server"],
    ...changes,
  }) as Verification
const failed = (at: number): Verification => {
  const { report: _, ...rest } = passed(at) as Extract<Verification, { outcome: "passed" }>
  return { ...rest, outcome: "failed", problem: aProblem({ code: "copy-mismatch" }) }
}
const lacking = () =>
  ["local", "s3"]
    .flatMap((name) => catalogue.lackingNotes(name, 10))
    .map(({ backupId, destination }) => `${backupId} ${destination}`)
const noted = (id: BackupId) => catalogue.notes(id)

describe("a pin", () => {
  test("is shown with its reason, told to everybody, and can be changed and taken back", () => {
    const id = addGood(catalogue, "b1", 0)
    expect(catalogue.backup(id)).toMatchObject({ pinned: null })
    store.events.length = 0
    expect(catalogue.pinBackup(id, minute(5), "before the migration")).toBe(true)
    expect(store.events).toEqual([
      { name: "backup.updated", data: { backupId: "b1", databaseId: shop, status: "completed" } },
    ])
    const pinned = { at: minute(5).toISOString(), reason: "before the migration" }
    expect(catalogue.backup(id)).toMatchObject({ pinned })
    expect(catalogue.goodBackups("shop~db:default" as never, shop)[0]?.pinned).toEqual(pinned)
    expect(catalogue.pinBackup(id, minute(6), "for the auditors")).toBe(true)
    expect(catalogue.backup(id)).toMatchObject({ pinned: { reason: "for the auditors" } })
    expect(catalogue.pinBackup(id, minute(7), null)).toBe(true)
    expect(catalogue.backup(id)).toMatchObject({ pinned: null })
  })

  test("is of a completed backup that is there: no other is changed, and nobody is told", () => {
    const deleted = addGood(catalogue, "b1", 0)
    catalogue.copyDeleted(deleted, "local", minute(9))
    const going = addGood(catalogue, "b2", 10)
    catalogue.deletingCopy(going, "local")
    catalogue.addRun(aRun("r3"))
    catalogue.addBackup(aBackup("b3", "r3"))
    store.events.length = 0
    for (const id of [deleted, going, "b3" as BackupId, "nobody" as BackupId])
      expect(catalogue.pinBackup(id, minute(30), "why")).toBe(false)
    expect(store.events).toEqual([])
    expect(lacking()).toEqual([])
  })
})

describe("verifications", () => {
  test("are listed newest first, and the newest is shown with the backup", () => {
    const id = addGood(catalogue, "b1", 0)
    catalogue.addVerification(id, passed(5, { level: "drill" }))
    catalogue.addVerification(id, failed(9))
    catalogue.addVerification(id, passed(7))
    expect(catalogue.verifications(id).map(({ startedAt }) => startedAt)).toEqual(
      [9, 7, 5].map((at) => minute(at).toISOString()),
    )
    expect(catalogue.verifications(id)[0]).toEqual(failed(9))
    expect(catalogue.backup(id)).toMatchObject({
      lastVerified: { level: "checksum", at: minute(10).toISOString(), outcome: "failed" },
    })
  })
})

describe("notes", () => {
  test("are none of a backup of which nothing was said", () => {
    const id = addGood(catalogue, "b1", 0)
    expect(noted(id)).toBeUndefined()
    expect(lacking()).toEqual([])
  })

  test("hold the pin, the acceptance, and the newest verification of each level and outcome", () => {
    const id = addSuspect(catalogue, "b1", 0)
    catalogue.acceptBackup(id, minute(3))
    catalogue.pinBackup(id, minute(4), "why")
    for (const one of [passed(5), passed(6), failed(7), passed(8, { level: "drill" })])
      catalogue.addVerification(id, one)
    expect(BackupNotes.parse(JSON.parse(JSON.stringify(noted(id))))).toEqual({
      formatVersion: 1,
      backupId: id,
      asOf: minute(9).toISOString(),
      pinned: { at: minute(4).toISOString(), reason: "why" },
      acceptedAt: minute(3).toISOString(),
      verifications: [passed(8, { level: "drill" }), failed(7), passed(6)],
    })
  })

  test("are lacking at each place that holds a copy until they are there, and again after a change", () => {
    const id = addGood(catalogue, "b1", 0)
    catalogue.copyFailed(id, { destination: "s3", key: keyOf("b1") }, aProblem())
    catalogue.pinBackup(id, minute(5), "why")
    expect(catalogue.lackingNotes("local", 10)).toEqual([
      { backupId: id, destination: "local", key: keyOf("b1") },
    ])
    expect(catalogue.notesStored(id, "local", minute(5))).toBe(true)
    expect(lacking()).toEqual([])
    catalogue.copyStored(id, "s3", minute(6))
    expect(lacking()).toEqual(["b1 s3"])
    catalogue.pinBackup(id, minute(5), null)
    expect(lacking()).toEqual(["b1 local", "b1 s3"])
  })

  test("that were written while something changed are old, whatever the clock does", () => {
    const id = addGood(catalogue, "b1", 0)
    catalogue.pinBackup(id, minute(50), "why")
    catalogue.pinBackup(id, minute(5), "the clock was set back")
    catalogue.notesStored(id, "local", minute(50))
    expect(lacking()).toEqual(["b1 local"])
    expect(new Date(noted(id)?.asOf ?? 0) > minute(50)).toBe(true)
  })

  test("are asked for in the order of the changes, so many at a time, and never of what is deleted", () => {
    for (const [n, id] of ["b1", "b2", "b3"].entries())
      catalogue.pinBackup(addGood(catalogue, id, n * 10), minute(60 - n), "why")
    expect(lacking()).toEqual(["b3 local", "b2 local", "b1 local"])
    expect(catalogue.lackingNotes("local", 1).map(({ backupId }) => backupId as string)).toEqual(["b3"])
    catalogue.copyDeleted("b3" as BackupId, "local", minute(70))
    expect(lacking()).toEqual(["b2 local", "b1 local"])
    catalogue.deletingCopy("b2" as BackupId, "local")
    expect(lacking()).toEqual(["b1 local"])
    for (const id of ["b3", "b2"])
      expect(catalogue.notesStored(id as BackupId, "local", minute(99))).toBe(false)
  })
})
