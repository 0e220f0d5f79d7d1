import { Database } from "bun:sqlite"
import { afterEach, beforeEach, describe, expect, test } from "bun:test"
import { Fault } from "../../controller/core/fault.ts"
import type { BackupId } from "../../schemas/backup.ts"
import type { RestoreId } from "../../schemas/restore.ts"
import type { RunId } from "../../schemas/run.ts"
import {
  aBackup,
  addGood,
  aManifest,
  aProblem,
  aRestore,
  aRun,
  aServer,
  type Fixture,
  job,
  keyOf,
  minute,
  planned,
  server,
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
const restoreId = (id: string) => id as RestoreId
const all = { page: 1, limit: 50 }

/** Changes the file behind the catalogue's back. */
function tamper(sql: string, ...values: (string | number)[]): void {
  const db = new Database(fixture.path, { strict: true })
  db.query(sql).run(...values)
  db.close()
}

describe("servers and databases", () => {
  test("a server is remembered as it was saved last", () => {
    catalogue.saveServer(aServer({ retiredAt: null }))
    const retired = aServer({ goodLabels: null, engine: null, retiredAt: minute(9), lastSeenAt: minute(8) })
    catalogue.saveServer(retired)
    expect(catalogue.servers()).toEqual([retired])
  })

  test("saving a server again keeps its databases", () => {
    catalogue.saveServer(aServer())
    catalogue.saveDatabases(server, ["users", "shop"], minute(0))
    catalogue.saveServer(aServer({ image: "postgres:18" }))
    expect(catalogue.databases(server)).toEqual(["shop", "users"])
  })

  test("a database missing at the last look is gone, and comes back when it is seen again", () => {
    catalogue.saveServer(aServer())
    catalogue.saveDatabases(server, ["shop", "users"], minute(0))
    catalogue.saveDatabases(server, ["shop"], minute(1))
    expect(catalogue.databases(server)).toEqual(["shop"])
    catalogue.saveDatabases(server, ["users", "shop"], minute(2))
    expect(catalogue.databases(server)).toEqual(["shop", "users"])
  })

  test("a server's row that cannot be read hides no other and is named in the log", () => {
    catalogue.saveServer(aServer())
    catalogue.saveServer(aServer({ id: "blog~db" as typeof server }))
    tamper("UPDATE servers SET engine = 'oracle' WHERE id = 'blog~db'")
    expect(catalogue.servers().map(({ id }) => id)).toEqual([server])
    expect(fixture.complaints.join()).toContain("server blog~db")
  })
})

describe("a run", () => {
  test("goes from queued to running to completed", () => {
    catalogue.addRun(aRun("r1"))
    expect(catalogue.run("r1")).toMatchObject({ status: "queued", queuedAt: "2026-03-01T02:00:00.000Z" })
    catalogue.startRun(runId("r1"), minute(1))
    expect(catalogue.run("r1")).toMatchObject({ status: "running" })
    catalogue.finishRun(runId("r1"), minute(2), { status: "completed" })
    expect(catalogue.run("r1")).toEqual({
      id: runId("r1"),
      serverId: server,
      serverName: "shop/db",
      jobId: job,
      trigger: "schedule",
      queuedAt: minute(0).toISOString(),
      status: "completed",
      startedAt: minute(1).toISOString(),
      finishedAt: minute(2).toISOString(),
    })
  })

  test("that never began can be cancelled, but not completed", () => {
    catalogue.addRun(aRun("r1"))
    expect(() => catalogue.finishRun(runId("r1"), minute(1), { status: "completed" })).toThrow(
      "run r1 is queued: it cannot be finished as completed",
    )
    catalogue.finishRun(runId("r1"), minute(1), {
      status: "cancelled",
      error: aProblem({ code: "cancelled" }),
    })
    expect(catalogue.run("r1")).toMatchObject({ status: "cancelled", startedAt: null })
  })

  test("cannot be started or finished twice, nor exist twice", () => {
    catalogue.addRun(aRun("r1"))
    expect(() => catalogue.addRun(aRun("r1"))).toThrow("UNIQUE")
    catalogue.startRun(runId("r1"), minute(1))
    expect(() => catalogue.startRun(runId("r1"), minute(1))).toThrow(
      "run r1 is running: it cannot be started",
    )
    catalogue.finishRun(runId("r1"), minute(2), { status: "failed", error: aProblem() })
    expect(() => catalogue.finishRun(runId("r1"), minute(3), { status: "completed" })).toThrow("is failed")
    expect(() => catalogue.startRun(runId("r2"), minute(1))).toThrow("no run r2")
    expect(catalogue.run("r1")).toMatchObject({ status: "failed", error: aProblem() })
  })

  test("is listed newest first, by server, in pages with the total", () => {
    for (let n = 0; n < 5; n++) catalogue.addRun(aRun(`r${n}`, { queuedAt: minute(n) }))
    catalogue.addRun(aRun("other", { serverId: "blog~db" as typeof server, queuedAt: minute(9) }))
    const page = catalogue.runs({ serverId: server }, { page: 2, limit: 2 })
    expect([page.rows.map(({ id }) => String(id)), page.total]).toEqual([["r2", "r1"], 5])
    expect(catalogue.runs({}, all).total).toBe(6)
    expect(catalogue.lastRunOf(job)?.id).toBe(runId("other"))
  })
})

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
    expect(() => catalogue.copyDeleted(backupId("b1"), "local", minute(5))).toThrow("no copy at local")
  })
})

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

describe("the file itself refuses a row that claims too much", () => {
  const lies: Record<string, string> = {
    "a run that is running without a start": "UPDATE runs SET status = 'running' WHERE id = 'r1'",
    "a run that failed without a cause": "UPDATE runs SET status = 'failed', finished_at = 1 WHERE id = 'r1'",
    "a run in a state nobody knows": "UPDATE runs SET status = 'fine' WHERE id = 'r1'",
    "a completed backup without a manifest": "UPDATE backups SET manifest = NULL WHERE id = 'b1'",
    "a completed backup whose proof has another exit code":
      "UPDATE backups SET manifest = json_set(manifest, '$.proof.exitCode', 1) WHERE id = 'b1'",
    "a completed backup without a hash":
      "UPDATE backups SET manifest = json_remove(manifest, '$.proof.storedSha256') WHERE id = 'b1'",
    "a failed backup that has a manifest":
      "UPDATE backups SET status = 'failed', error = '{}' WHERE id = 'b1'",
    "a stored copy without a time": "UPDATE copies SET at = NULL",
    "a backup of a run that does not exist": "UPDATE backups SET run_id = 'nobody' WHERE id = 'b1'",
    "a restore that completed without counting tables":
      "UPDATE restores SET status = 'completed', started_at = 1, finished_at = 2 WHERE id = 's1'",
  }
  for (const [title, sql] of Object.entries(lies)) {
    test(title, () => {
      catalogue.addRun(aRun("r1"))
      addGood(catalogue, "b1")
      catalogue.addRestore(aRestore("s1", "b1"))
      const db = new Database(fixture.path, { strict: true })
      db.run("PRAGMA foreign_keys = ON")
      expect(() => db.run(sql)).toThrow(/constraint failed/)
      db.close()
    })
  }
})

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

describe("logs", () => {
  test("come back oldest first, at the level asked for or above", () => {
    catalogue.addRun(aRun("r1"))
    catalogue.log(runId("r1"), minute(0), "debug", "a detail")
    const line = catalogue.log(runId("r1"), minute(1), "warn", "a warning")
    catalogue.log(runId("r1"), minute(1), "info", "a step")
    expect(line).toEqual({ id: 2, at: minute(1).toISOString(), level: "warn", message: "a warning" })
    expect(catalogue.logs("r1", "debug").map(({ message }) => message)).toEqual([
      "a detail",
      "a warning",
      "a step",
    ])
    expect(catalogue.logs("r1", "warn")).toEqual([line])
    expect(catalogue.logs("nobody", "debug")).toEqual([])
  })

  test("keep the newest 5,000 lines of an owner and touch no other's", () => {
    catalogue.addRun(aRun("r1"))
    catalogue.addRun(aRun("r2"))
    catalogue.log(runId("r2"), minute(0), "info", "mine")
    for (let n = 1; n <= 5_003; n++) catalogue.log(runId("r1"), minute(0), "info", `line ${n}`)
    const lines = catalogue.logs("r1", "debug")
    expect([lines.length, lines[0]?.message, lines.at(-1)?.message]).toEqual([5_000, "line 4", "line 5003"])
    expect(catalogue.logs("r2", "debug")).toHaveLength(1)
  })

  test("cut a message that is out of all proportion", () => {
    catalogue.addRun(aRun("r1"))
    catalogue.log(runId("r1"), minute(0), "error", "x".repeat(1_000_000))
    expect(catalogue.logs("r1", "debug")[0]?.message.length).toBe(16_385)
  })

  test("belong to a run or a restore that exists", () => {
    expect(() => catalogue.log(runId("nobody"), minute(0), "info", "hello")).toThrow(
      "no run or restore nobody",
    )
  })
})

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
