// The care of a real catalogue on request: what goes, what stays, and what is found.
import { afterEach, beforeEach, expect, test } from "bun:test"
import { existsSync, openSync, readdirSync, writeSync } from "node:fs"
import { dirname } from "node:path"
import { createMaintenance } from "../../controller/reconcile/maintenance.ts"
import { addGood, aProblem, aRun, type Fixture, minute, temporaryCatalogue } from "../state/samples.ts"

let store: Fixture
let running = 0
beforeEach(() => {
  store = temporaryCatalogue()
  running = 0
})
afterEach(() => store.remove())

const maintain = (task: "cleanup" | "vacuum" | "verify") =>
  createMaintenance({
    catalogue: store.catalogue,
    queue: { counts: () => ({ running, queued: 0, maxConcurrent: 3 }) },
    logSeconds: () => 3600,
    clock: () => minute(120),
    log() {},
  })(task)

test("cleaning up deletes logs of what ended long ago and left no backup, and no more", async () => {
  const { catalogue } = store
  const fail = (id: string, at: number, retryAt: Date | null = null) => {
    catalogue.addRun(aRun(id, { queuedAt: minute(at) }))
    catalogue.log(id as never, minute(at), "info", "begins")
    catalogue.finishRun(id as never, minute(at), { status: "failed", error: aProblem(), retryAt })
  }
  fail("old", 10)
  fail("waits", 10, minute(130))
  fail("new", 100)
  addGood(catalogue, "b1", 5)
  addGood(catalogue, "b2", 6)
  for (const id of ["b1", "b2"]) catalogue.log(`run-${id}` as never, minute(7), "info", "dumped")
  catalogue.copyDeleted("b2" as never, "local", minute(8))
  expect(await maintain("cleanup")).toMatchObject({ task: "cleanup", logLines: 2, files: [] })
  const kept = ["old", "waits", "new", "run-b1", "run-b2"].filter(
    (id) => catalogue.logs(id, "debug").length > 0,
  )
  expect(kept).toEqual(["waits", "new", "run-b1"])
  expect(catalogue.run("old")).toMatchObject({ status: "failed" })
})

test("of copies from before migrations and of damaged files three stay, each with what belongs to it, and nothing else is touched", async () => {
  const names = [
    ...[2, 3, 4, 5].map((n) => `app.db.before-000${n}`),
    ...[1, 2, 3, 4].map((n) => `app.db.damaged-2026030${n}T020000`),
  ]
  const beside = [
    "app.db.damaged-20260301T020000-wal",
    "app.db.before-mine",
    "other.db.before-0001",
    "app.db.before-00021",
  ]
  for (const name of [...names, ...beside]) writeSync(openSync(`${dirname(store.path)}/${name}`, "w"), "x")
  expect(await maintain("cleanup")).toMatchObject({
    files: ["app.db.before-0002", "app.db.damaged-20260301T020000"],
  })
  const left = readdirSync(dirname(store.path)).filter((name) => !/^app\.db(-wal|-shm)?$/.test(name))
  expect(left.sort()).toEqual(
    [...names.filter((name) => !/0002|0301T/.test(name)), ...beside.slice(1)].sort(),
  )
})

test("vacuum gives room back, keeps every row, and is refused while runs are at work", async () => {
  const { catalogue } = store
  for (let n = 0; n < 40; n++) addGood(catalogue, `b${n}`, n)
  catalogue.addRun(aRun("chatty"))
  for (let n = 0; n < 300; n++) catalogue.log("chatty" as never, minute(1), "info", "x".repeat(3000))
  catalogue.finishRun("chatty" as never, minute(2), { status: "cancelled", error: aProblem() })
  running = 1
  await expect(maintain("vacuum")).rejects.toThrow("1 runs are at work")
  running = 0
  await maintain("cleanup")
  const done = await maintain("vacuum")
  if (done.task !== "vacuum") throw new Error("another task was done")
  expect(done.bytesAfter).toBeLessThan(done.bytesBefore / 2)
  expect(catalogue.backups({}, { page: 1, limit: 500 }).total).toBe(40)
  expect(existsSync(store.path)).toBe(true)
})

test("verify finds nothing in a whole catalogue, and damage in a damaged one, beside all other work", async () => {
  const { catalogue, path } = store
  for (let n = 0; n < 40; n++) addGood(catalogue, `b${n}`, n)
  expect(await maintain("verify")).toMatchObject({ ok: true, problems: [] })
  catalogue.vacuum()
  writeSync(openSync(path, "r+"), Buffer.alloc(4096, 0xee), 0, 4096, 4096 * 8)
  const done = await maintain("verify").catch((error) => error)
  expect(JSON.stringify(done.problems ?? done.message)).toMatch(/damaged|malformed|Tree|page|row/i)
})
