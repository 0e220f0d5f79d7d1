import { afterEach, beforeEach, expect, test } from "bun:test"
import { openCatalogue } from "../../controller/state/open.ts"
import type { BackupId } from "../../schemas/backup.ts"
import type { RestoreId } from "../../schemas/restore.ts"
import type { RunId } from "../../schemas/run.ts"
import {
  aBackup,
  addGood,
  aProblem,
  aRestore,
  aRun,
  type Fixture,
  minute,
  planned,
  server,
  shop,
  temporaryCatalogue,
} from "./samples.ts"

let fixture: Fixture
beforeEach(() => {
  fixture = temporaryCatalogue()
})
afterEach(() => fixture.remove())

test("each change of a run, a backup and a restore is told once, in order", () => {
  const { catalogue, events } = fixture
  addGood(catalogue, "b1")
  catalogue.addRestore(aRestore("s1", "b1"))
  catalogue.log("run-b1" as RunId, minute(1), "info", "hello")
  expect(events.map((event) => [event.name, "status" in event.data ? event.data.status : null])).toEqual([
    ["run.updated", "queued"],
    ["backup.updated", "queued"],
    ["run.updated", "running"],
    ["backup.updated", "running"],
    ["backup.updated", "completed"],
    ["run.updated", "completed"],
    ["restore.updated", "queued"],
    ["run.log", null],
  ])
  expect(events[0]).toEqual({
    name: "run.updated",
    data: { runId: "run-b1", serverId: server, status: "queued" },
  })
  expect(events[1]).toEqual({
    name: "backup.updated",
    data: { backupId: "b1", databaseId: shop, status: "queued" },
  })
})

test("a listener sees the change in the file already: it is told after the commit", () => {
  const seen: unknown[] = []
  const second = openCatalogue(fixture.path)
  const first = openCatalogue(fixture.path, {
    publish: () => seen.push(second.run("r1")?.status),
  })
  first.addRun(aRun("r1"))
  first.startRun("r1" as RunId, minute(1))
  expect(seen).toEqual(["queued", "running"])
  first.close()
  second.close()
})

test("a refused change is not told", () => {
  const { catalogue, events } = fixture
  catalogue.addRun(aRun("r1"))
  events.length = 0
  expect(() => catalogue.finishRun("r1" as RunId, minute(1), { status: "completed" })).toThrow()
  expect(() => catalogue.addRun(aRun("r1"))).toThrow()
  expect(events).toEqual([])
})

test("progress is told at most four times a second for each backup, and never stored", () => {
  const { catalogue, events } = fixture
  catalogue.addRun(aRun("r1"))
  for (const id of ["b1", "b2"]) {
    catalogue.addBackup(aBackup(id, "r1"))
    catalogue.startBackup(id as BackupId, minute(1), planned(id))
  }
  events.length = 0
  for (let n = 1; n <= 1_000; n++) {
    catalogue.progress("b1" as BackupId, n, n)
    fixture.tick(1)
  }
  catalogue.progress("b2" as BackupId, 7, 7)
  const told = events.flatMap((event) => (event.name === "run.progress" ? [event.data] : []))
  expect(told.filter(({ backupId }) => backupId === "b1").map(({ rawBytes }) => rawBytes)).toEqual([
    1, 251, 501, 751,
  ])
  expect(told.at(-1)).toEqual({ backupId: "b2", rawBytes: 7, storedBytes: 7 })
  expect(catalogue.backup("b1")).toMatchObject({ progress: { rawBytes: 1_000 } })
  catalogue.finishBackup("b1" as BackupId, minute(2), { status: "failed", error: aProblem() })
  const other = openCatalogue(fixture.path)
  expect(other.backup("b2")).toMatchObject({ progress: { rawBytes: 0 } })
  other.close()
})

test("a restore's progress is told with its status", () => {
  const { catalogue, events } = fixture
  addGood(catalogue, "b1")
  catalogue.addRestore(aRestore("s1", "b1"))
  catalogue.startRestore("s1" as RestoreId, minute(6))
  events.length = 0
  catalogue.restoreProgress("s1" as RestoreId, 10, 100)
  catalogue.restoreProgress("s1" as RestoreId, 11, 100)
  catalogue.log("s1" as RestoreId, minute(6), "info", "loading")
  expect(events).toEqual([
    { name: "restore.updated", data: { restoreId: "s1", status: "running", storedBytes: 10 } },
    {
      name: "restore.log",
      data: {
        restoreId: "s1",
        line: { id: 1, at: minute(6).toISOString(), level: "info", message: "loading" },
      },
    },
  ])
})
