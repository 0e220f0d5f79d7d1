import { expect, test } from "bun:test"
import { QueryClient } from "@tanstack/react-query"
import { applyEvent } from "../../dashboard/src/lib/apply-event.ts"
import { keys } from "../../dashboard/src/lib/queries/keys.ts"
import type { Event } from "../../schemas/api.ts"
import type { Restore } from "../../schemas/restore.ts"
import type { LogLine } from "../../schemas/run.ts"
import { completedBackup, hoursAgo, runningBackup, runningRestore } from "./setup/samples.ts"

const list = [...keys.backupLists, {}]

/** A cache that holds one of everything, and the names of what an event made stale in it. */
function cacheAfter(event: Event, restore = runningRestore()): { client: QueryClient; stale: string[] } {
  const client = new QueryClient()
  client.setQueryData(keys.status, {})
  client.setQueryData(keys.settings, {})
  client.setQueryData(keys.servers, [])
  client.setQueryData(keys.server("shop~db"), {})
  client.setQueryData(keys.databases, [])
  client.setQueryData(keys.run("run-1"), {
    run: {},
    backups: [runningBackup(), completedBackup({ id: "backup-2" })],
  })
  client.setQueryData(keys.schedules, [])
  client.setQueryData(list, { rows: [runningBackup()], page: 1, limit: 50, total: 1 })
  client.setQueryData(keys.backup("backup-1"), runningBackup())
  client.setQueryData(keys.backup("backup-2"), completedBackup({ id: "backup-2" }))
  client.setQueryData(keys.restore("restore-1"), restore)
  client.setQueryData(keys.logs("run-1"), [line(1)])
  client.setQueryData(keys.manifest("backup-2"), {})
  applyEvent(client, event)
  const queries = client.getQueryCache().getAll()
  const stale = queries.filter(({ state }) => state.isInvalidated).map(({ queryKey }) => queryKey.join(" "))
  return { client, stale: stale.sort() }
}

function line(id: number): LogLine {
  return { id, at: hoursAgo(0), level: "info", message: `line ${id}` }
}

test("a changed server makes stale what shows servers, and no backup", () => {
  const { stale } = cacheAfter({ name: "server.changed", data: { serverId: "shop~db" } })
  expect(stale).toEqual(["databases", "schedules", "server shop~db", "servers", "status"])
})

test("changed settings make stale what depends on them, and no backup", () => {
  const { stale } = cacheAfter({ name: "settings.changed", data: {} })
  expect(stale).toEqual(["databases", "schedules", "servers", "settings", "status"])
})

test("a backup that ended makes itself, the lists and its database stale, and no other backup", () => {
  const data = { backupId: "backup-1", databaseId: "shop~db:shop", status: "completed" }
  const { stale } = cacheAfter({ name: "backup.updated", data })
  expect(stale).toEqual([
    "backups list [object Object]",
    "backups one backup-1",
    "databases",
    "runs one run-1",
    "server shop~db",
    "status",
  ])
})

test("a run that changed makes stale what shows runs and schedules", () => {
  const { stale } = cacheAfter({
    name: "run.updated",
    data: { runId: "run-1", serverId: "shop~db", status: "failed" },
  })
  expect(stale).toEqual(["logs run-1", "runs one run-1", "schedules", "server shop~db", "status"])
})

test("progress is written into the running backup wherever it is shown, and nothing is asked for", () => {
  const data = { backupId: "backup-1", rawBytes: 4096, storedBytes: 512 }
  const { client, stale } = cacheAfter({ name: "run.progress", data })
  const progress = { rawBytes: 4096, storedBytes: 512, lastStoredBytes: 1024 * 1024 }
  expect(client.getQueryData<object>(keys.backup("backup-1"))).toMatchObject({ progress })
  expect(client.getQueryData<object>(list)).toMatchObject({ rows: [{ progress }] })
  expect(client.getQueryData<object>(keys.run("run-1"))).toMatchObject({
    backups: [{ progress }, { id: "backup-2" }],
  })
  expect(stale).toEqual([])
})

test("late progress does not bring a completed backup back to running", () => {
  const data = { backupId: "backup-2", rawBytes: 1, storedBytes: 1 }
  const { client } = cacheAfter({ name: "run.progress", data })
  expect(client.getQueryData<object>(keys.backup("backup-2"))).not.toHaveProperty("progress")
})

test("a log line is appended once, to the log of its own run", () => {
  const { client } = cacheAfter({ name: "run.log", data: { runId: "run-1", line: line(2) } })
  applyEvent(client, { name: "run.log", data: { runId: "run-1", line: line(2) } })
  applyEvent(client, { name: "run.log", data: { runId: "run-2", line: line(3) } })
  expect(client.getQueryData<LogLine[]>(keys.logs("run-1"))?.map(({ id }) => id)).toEqual([1, 2])
  expect(client.getQueryData(keys.logs("run-2"))).toBeUndefined()
})

test("bytes of a restore are written in; its end is asked for, with its log", () => {
  const moved = cacheAfter({
    name: "restore.updated",
    data: { restoreId: "restore-1", status: "running", storedBytes: 700 },
  })
  expect(moved.client.getQueryData<object>(keys.restore("restore-1"))).toMatchObject({
    progress: { storedBytes: 700, totalBytes: 1024 },
  })
  expect(moved.stale).toEqual([])
  const ended = cacheAfter({
    name: "restore.updated",
    data: { restoreId: "restore-1", status: "completed", storedBytes: null },
  })
  expect(ended.stale).toEqual(["databases", "restores one restore-1", "status"])
})

test("the first bytes of a restore are asked for: only the answer says how many there will be", () => {
  const progress = { storedBytes: 0, totalBytes: 0 }
  const { stale } = cacheAfter(
    { name: "restore.updated", data: { restoreId: "restore-1", status: "running", storedBytes: 700 } },
    { ...runningRestore(), progress } as Restore,
  )
  expect(stale).toContain("restores one restore-1")
})
