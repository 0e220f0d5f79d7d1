// What failed on a real server is tried again by itself, over a crash too, and pauses are obeyed. The wait alone is cut short.
import { Database as Sqlite } from "bun:sqlite"
import { afterAll, beforeAll, expect, test } from "bun:test"
import { join } from "node:path"
import {
  cancelRun,
  disableSchedule,
  enableSchedule,
  getRun,
  getRunLogs,
  listRuns,
  listSchedules,
  pauseAll,
  resumeAll,
} from "../../schemas/api.ts"
import type { Run } from "../../schemas/run.ts"
import { must } from "../support/command.ts"
import { type Controller, type Place, place, startController } from "../support/controller.ts"
import { startServer, type TestServer } from "../support/servers.ts"
import { until } from "../support/until.ts"

let here: Place
let server: TestServer
let controller: Controller

beforeAll(async () => {
  here = place()
  const labels = { enable: "true", schedule: "monthly", "on-unavailable": "wait=1s" }
  server = await startServer(
    "postgres:17",
    Object.fromEntries(Object.entries(labels).map(([key, value]) => [`${here.prefix}.${key}`, value])),
  )
  await server.ready()
  for (const name of ["good", "broken"]) {
    await server.sql("postgres", `create database ${name}`)
    await server.sql(name, "create table t as select generate_series(1, 100) i")
  }
  // A table whose file is gone cannot be dumped.
  const file = (await server.sql("broken", "checkpoint; select pg_relation_filepath('t')")).trim()
  await must(["docker", "exec", server.name, "sh", "-c", `rm "$PGDATA/$1"`, "sh", file])
})
afterAll(async () => {
  await controller?.end("SIGTERM")
  await server?.remove()
  here?.remove()
})

const runs = async () => (await controller.call(listRuns)).data
const ended = (what: string, which: (run: Run) => boolean) =>
  until(what, async () => (await runs()).find((run) => "finishedAt" in run && which(run)))
const databasesOf = async ({ id }: Run) =>
  (await controller.call(getRun, { params: { id } })).data.backups.map(
    ({ database, status }) => `${database} ${status}`,
  )
/** The time of the pending try comes at once. */
function cutShort(): void {
  const db = new Sqlite(join(here.folder, "db/app.db"))
  db.run("PRAGMA busy_timeout = 5000")
  db.run("UPDATE runs SET retry_at = 1 WHERE retry_at IS NOT NULL")
  db.close()
}
const waitsForAnother = (run: Run) => "retryAt" in run && run.retryAt !== null

test("only the database that failed is dumped again, after a crash too, until it works", async () => {
  controller = await startController(here)
  const first = await ended("the first run fails in part", ({ attempt }) => attempt === 1)
  expect(first).toMatchObject({ status: "partial", trigger: "first", error: { code: "dump-failed" } })
  expect((await databasesOf(first)).toSorted()).toEqual([
    "broken failed",
    "globals completed",
    "good completed",
    "postgres completed",
  ])
  if (!("retryAt" in first) || first.retryAt === null) throw new Error("it waits for no other try")
  const delay = (Date.parse(first.retryAt) - Date.parse(first.finishedAt)) / 1000
  expect(delay).toBeGreaterThan(47)
  expect(delay).toBeLessThan(73)

  await controller.end("SIGKILL")
  cutShort()
  controller = await startController(here)
  const second = await ended("the second try", ({ attempt }) => attempt === 2)
  expect(second).toMatchObject({ status: "failed", trigger: "retry", retryOf: first.id })
  expect(await databasesOf(second)).toEqual(["broken failed"])
  expect(waitsForAnother((await controller.call(getRun, { params: { id: first.id } })).data.run)).toBe(false)

  await server.sql("broken", "drop table t; create table t as select 1 i")
  cutShort()
  const third = await ended("the third try", ({ attempt }) => attempt === 3)
  expect(third).toMatchObject({ status: "completed", trigger: "retry", retryOf: first.id })
  expect(await databasesOf(third)).toEqual(["broken completed"])
  expect((await runs()).some(waitsForAnother)).toBe(false)
  const { data: log } = await controller.call(getRunLogs, { params: { id: second.id } })
  expect(log.map(({ message }) => message).join("\n")).toContain("try 3 of 4")
})

test("a job is disabled and enabled over a restart, and a run that fails by a stopped server is given up on request", async () => {
  const schedule = async () => (await controller.call(listSchedules)).data[0]
  const { id } = (await schedule()) ?? { id: "" }
  const disabled = await controller.call(disableSchedule, { params: { id } })
  expect(disabled.data).toMatchObject({ enabled: false, pausedBy: "person", nextRunAt: null })
  await controller.end("SIGTERM")
  controller = await startController(here)
  expect(await until("it is listed", schedule)).toMatchObject({ enabled: false, pausedBy: "person" })
  expect((await controller.call(pauseAll)).data).toMatchObject([{ pausedBy: "person" }])
  expect((await controller.call(resumeAll)).data).toMatchObject([{ pausedBy: "person" }])

  // As if the last run were of two months ago: what is enabled again owes one catch-up, and the server is away.
  const db = new Sqlite(join(here.folder, "db/app.db"))
  db.run("PRAGMA busy_timeout = 5000")
  db.run("UPDATE runs SET queued_at = queued_at - 62 * 86400000")
  db.close()
  await must(["docker", "stop", "--time", "0", server.name])
  const enabled = await controller.call(enableSchedule, { params: { id } })
  expect(enabled.data).toMatchObject({ enabled: true, pausedBy: null })
  const failed = await ended("the catch-up fails", ({ trigger }) => trigger === "catch-up")
  expect(failed).toMatchObject({ status: "failed", error: { code: "server-down" } })
  expect(waitsForAnother(failed)).toBe(true)
  const { data: given } = await controller.call(cancelRun, { params: { id: failed.id } })
  expect(waitsForAnother(given)).toBe(false)
  expect((await runs()).filter(({ trigger }) => trigger === "catch-up")).toHaveLength(1)
})
