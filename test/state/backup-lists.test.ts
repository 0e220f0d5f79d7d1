import { Database } from "bun:sqlite"
import { afterEach, beforeEach, describe, expect, test } from "bun:test"
import { Fault } from "../../controller/core/fault.ts"
import type { BackupId } from "../../schemas/backup.ts"
import {
  aBackup,
  addGood,
  aProblem,
  aRun,
  type Fixture,
  job,
  minute,
  planned,
  shop,
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
const all = { page: 1, limit: 50 }

/** Changes the file behind the catalogue's back. */
function tamper(sql: string): void {
  const db = new Database(fixture.path, { strict: true })
  db.run(sql)
  db.close()
}

describe("lists of backups", () => {
  test("filter by each field and by time, the end excluded", () => {
    addGood(catalogue, "b1", 0)
    addGood(catalogue, "b2", 10, { type: "weekly" })
    addGood(catalogue, "b3", 20, { databaseId: "shop~db:users" as typeof shop })
    catalogue.addRun(aRun("r4", { queuedAt: minute(30) }))
    catalogue.addBackup(aBackup("b4", "r4", { queuedAt: minute(30) }))
    const ids = (filter: Parameters<typeof catalogue.backups>[0]) =>
      catalogue.backups(filter, all).rows.map(({ id }) => String(id))
    expect(ids({})).toEqual(["b4", "b3", "b2", "b1"])
    expect(ids({ databaseId: shop })).toEqual(["b4", "b2", "b1"])
    expect(ids({ type: "weekly" })).toEqual(["b2"])
    expect(ids({ status: "completed" })).toEqual(["b3", "b2", "b1"])
    expect(ids({ runId: "r4" })).toEqual(["b4"])
    expect(ids({ from: minute(10), until: minute(30) })).toEqual(["b3", "b2"])
    expect(ids({ serverId: "nobody" })).toEqual([])
    expect(ids({ databaseId: "'; DROP TABLE backups; --" })).toEqual([])
  })

  test("the newest good one and the newest attempt of a database are told apart", () => {
    addGood(catalogue, "b1", 0)
    addGood(catalogue, "b2", 10)
    catalogue.addRun(aRun("r3"))
    catalogue.addBackup(aBackup("b3", "r3", { queuedAt: minute(20) }))
    catalogue.startBackup(backupId("b3"), minute(20), planned("b3"))
    expect(catalogue.lastAttempt(shop)?.id).toBe(backupId("b2"))
    catalogue.finishBackup(backupId("b3"), minute(21), { status: "failed", error: aProblem() })
    expect(catalogue.lastGood(shop)?.id).toBe(backupId("b2"))
    expect(catalogue.lastAttempt(shop)).toMatchObject({ id: "b3", status: "failed" })
    expect(catalogue.goodBackups(job, shop).map(({ id }) => String(id))).toEqual(["b2", "b1"])
    expect(String(catalogue.newestGood(job, shop)?.id)).toBe("b2")
  })

  test("a backup of a part is good for its job, and does not stand for its database", () => {
    addGood(catalogue, "b1", 0)
    addGood(catalogue, "b2", 10)
    const part = `'{"content":"all","tables":["public.a"],"leftOut":["public.b"],"withoutRows":[],"wanted":{"tables":1}}'`
    tamper(`UPDATE backups SET manifest = json_set(manifest, '$.part', json(${part})) WHERE id = 'b2'`)
    expect(catalogue.lastGood(shop)?.id).toBe(backupId("b1"))
    expect(catalogue.backup("b2")).toMatchObject({ part: "1 tables and views of 2" })
    expect(catalogue.backup("b1")).not.toHaveProperty("part")
    expect(catalogue.goodBackups(job, shop).map(({ id }) => String(id))).toEqual(["b2", "b1"])
    expect(String(catalogue.newestGood(job, shop)?.id)).toBe("b2")
  })

  test("a row that cannot be read is named when asked for, and hides no other", () => {
    addGood(catalogue, "b1", 0)
    addGood(catalogue, "b2", 10)
    tamper("UPDATE backups SET manifest = json_remove(manifest, '$.fileName') WHERE id = 'b2'")
    expect(() => catalogue.backup("b2")).toThrow(Fault)
    expect(() => catalogue.backup("b2")).toThrow("the catalogue's row of backup b2 cannot be read")
    expect(catalogue.backups({}, all).rows.map(({ id }) => String(id))).toEqual(["b1"])
    expect(catalogue.lastGood(shop)?.id).toBe(backupId("b1"))
    expect(fixture.complaints.join()).toContain("backup b2")
  })
})
