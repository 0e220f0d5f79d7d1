import { Database } from "bun:sqlite"
import { afterEach, beforeEach, describe, expect, test } from "bun:test"
import type { BackupId } from "../../schemas/backup.ts"
import type { JobId, ServerId } from "../../schemas/server.ts"
import {
  aBackup,
  aDoubt,
  addGood,
  addSuspect,
  aProblem,
  aRun,
  type Fixture,
  job,
  keyOf,
  minute,
  planned,
  server,
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

const ids = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => String(id))
const doubted = (of?: ServerId) => catalogue.doubts(of).map(({ backupId }) => String(backupId))
const page = { page: 1, limit: 50 }

describe("a suspect backup", () => {
  test("is listed with its reason, and is not the newest good one, nor among the good ones of its job", () => {
    addGood(catalogue, "b1", 0)
    const id = addSuspect(catalogue, "b2", 10)
    expect(catalogue.backup(id)).toMatchObject({ status: "completed", suspect: aDoubt, acceptedAt: null })
    expect(ids(catalogue.backups({}, page).rows)).toEqual(["b2", "b1"])
    expect(ids(catalogue.backups({ suspect: true }, page).rows)).toEqual(["b2"])
    expect(String(catalogue.lastGood(shop)?.id)).toBe("b1")
    expect(String(catalogue.lastAttempt(shop)?.id)).toBe("b2")
    expect(ids(catalogue.goodBackups(job, shop))).toEqual(["b1"])
    expect(catalogue.stats(minute(20))).toMatchObject({ backups: { total: 1 }, storedBytes: 2000 })
  })

  test("is not what the next is compared with, neither by its size while that runs nor by its manifest", () => {
    addGood(catalogue, "b1", 0)
    addGood(catalogue, "b2", 10, {}, { suspect: aDoubt, compression: "gzip" })
    catalogue.addRun(aRun("r3"))
    catalogue.addBackup(aBackup("b3", "r3", { queuedAt: minute(20) }))
    catalogue.startBackup("b3" as BackupId, minute(20), planned("b3"))
    expect(String(catalogue.lastGoodManifest(shop, () => true)?.id)).toBe("b1")
    expect(catalogue.lastGoodManifest(shop, ({ compression }) => compression === "gzip")).toBeUndefined()
    expect(catalogue.backup("b3")).toMatchObject({ progress: { lastStoredBytes: 1000 } })
  })

  test("is good once a person has accepted it, which everybody is told, and only once", () => {
    addGood(catalogue, "b1", 0)
    const id = addSuspect(catalogue, "b2", 10)
    expect(String(catalogue.lastGood(shop)?.id)).toBe("b1")
    store.events.length = 0
    expect(catalogue.acceptBackup(id, minute(30))).toBe(true)
    expect(store.events).toEqual([
      { name: "backup.updated", data: { backupId: "b2", databaseId: shop, status: "completed" } },
    ])
    expect(catalogue.backup(id)).toMatchObject({ suspect: aDoubt, acceptedAt: minute(30).toISOString() })
    expect(String(catalogue.lastGood(shop)?.id)).toBe("b2")
    expect(String(catalogue.lastGoodManifest(shop, () => true)?.id)).toBe("b2")
    expect(ids(catalogue.goodBackups(job, shop))).toEqual(["b2", "b1"])
    expect(catalogue.backups({ suspect: true }, page).total).toBe(0)
    expect(catalogue.acceptBackup(id, minute(31))).toBe(false)
    expect(catalogue.backup(id)).toMatchObject({ acceptedAt: minute(30).toISOString() })
  })

  test("cannot be accepted when it is good, deleted, failed or unknown", () => {
    const good = addGood(catalogue, "b1", 0)
    const deleted = addSuspect(catalogue, "b2", 10)
    catalogue.copyDeleted(deleted, "local", minute(11))
    catalogue.addRun(aRun("r3"))
    catalogue.addBackup(aBackup("b3", "r3"))
    catalogue.finishBackup("b3" as BackupId, minute(3), { status: "failed", error: aProblem() })
    store.events.length = 0
    for (const id of [good, deleted, "b3" as BackupId, "nobody" as BackupId])
      expect(catalogue.acceptBackup(id, minute(30))).toBe(false)
    expect(store.events).toEqual([])
  })

  test("gets the copies that its destinations missed, as a good one does", () => {
    const id = addSuspect(catalogue, "b1", 0)
    catalogue.copyFailed(id, { destination: "s3", key: keyOf("b1") }, aProblem())
    expect(ids(catalogue.lackingCopies(["s3"]))).toEqual(["b1"])
  })
})

describe("a doubt", () => {
  test("lasts while the newest of the job is suspect, and is told once", () => {
    addGood(catalogue, "b1", 0)
    expect(doubted()).toEqual([])
    addSuspect(catalogue, "b2", 10)
    addSuspect(catalogue, "b3", 20)
    expect(catalogue.doubts()).toEqual([
      {
        backupId: "b3" as BackupId,
        databaseId: shop,
        serverId: server,
        database: "shop",
        finishedAt: minute(22),
        problem: aDoubt,
      },
    ])
    expect(doubted(server)).toEqual(["b3"])
    expect(doubted("other" as ServerId)).toEqual([])
  })

  test("ends with a good one, with a person's word, or when the suspect one is deleted", () => {
    addGood(catalogue, "b1", 0)
    const first = addSuspect(catalogue, "b2", 10)
    catalogue.acceptBackup(first, minute(15))
    expect(doubted()).toEqual([])
    const second = addSuspect(catalogue, "b3", 20)
    catalogue.copyDeleted(second, "local", minute(25))
    expect(doubted()).toEqual([])
    addSuspect(catalogue, "b4", 30)
    expect(doubted()).toEqual(["b4"])
    addGood(catalogue, "b5", 40)
    expect(doubted()).toEqual([])
  })

  test("is one for each job, also when both dumped the same", () => {
    addSuspect(catalogue, "b1", 0)
    addSuspect(catalogue, "b2", 10, { jobId: "shop~db:weekly" as JobId })
    expect(doubted()).toEqual(["b1", "b2"])
    addGood(catalogue, "b3", 20)
    expect(doubted()).toEqual(["b2"])
  })

  test("is not settled by another job's backup, which may hold something else, nor by a failure", () => {
    addSuspect(catalogue, "b1", 0)
    addGood(catalogue, "b2", 10, { jobId: "shop~db:weekly" as JobId })
    catalogue.addRun(aRun("r3"))
    catalogue.addBackup(aBackup("b3", "r3"))
    catalogue.finishBackup("b3" as BackupId, minute(30), { status: "failed", error: aProblem() })
    expect(doubted()).toEqual(["b1"])
  })
})

test("the catalogue itself refuses a person's word on what was never in doubt", () => {
  addGood(catalogue, "b1", 0)
  const db = new Database(store.path, { strict: true })
  expect(() => db.run("UPDATE backups SET accepted_at = 1 WHERE id = 'b1'")).toThrow("CHECK")
  db.close()
})

test("the newest good one is found by the index of good ones, whatever stands between", () => {
  const db = new Database(store.path, { readonly: true, strict: true })
  const plan = db
    .query<{ detail: string }, []>(
      `EXPLAIN QUERY PLAN SELECT b.* FROM backups b WHERE b.status = 'completed' AND b.deleted_at IS NULL
       AND b.doubted = 0 AND b.database_id = 'x' ORDER BY b.finished_at DESC, b.id DESC LIMIT 3`,
    )
    .all()
  db.close()
  expect(plan.map(({ detail }) => detail)).toEqual(["SEARCH b USING INDEX backups_good (database_id=?)"])
})
