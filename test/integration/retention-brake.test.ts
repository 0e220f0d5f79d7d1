// A label that was mistyped when a real container was recreated: the history stays until a person has confirmed the number.
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test"
import { readdirSync } from "node:fs"
import { join } from "node:path"
import {
  createBackup,
  getDatabase,
  getRun,
  getStatus,
  listBackups,
  listSchedules,
} from "../../schemas/api.ts"
import { run } from "../support/command.ts"
import { type Controller, type Place, place, startController } from "../support/controller.ts"
import { repository } from "../support/places.ts"
import { startServer, type TestServer } from "../support/servers.ts"
import { until } from "../support/until.ts"

setDefaultTimeout(240_000)

let here: Place
let server: TestServer
let controller: Controller

async function start(retention: string): Promise<void> {
  const labels = {
    enable: "true",
    id: "brake",
    schedule: "manual",
    databases: "shop",
    globals: "false",
    retention,
  }
  server = await startServer(
    "postgres:17",
    Object.fromEntries(Object.entries(labels).map(([key, value]) => [`${here.prefix}.${key}`, value])),
  )
  await server.ready()
  await server.sql("postgres", "create database shop")
  await server.sql("shop", "create table item (id int)")
}
beforeAll(async () => {
  here = place()
  await start("last=10")
  controller = await startController(here)
})
afterAll(async () => {
  await controller?.end("SIGTERM")
  await server?.remove()
  here?.remove()
})

const shop = () => controller.database("shop", ({ server }) => server.state === "active")
async function backUp(): Promise<string> {
  const { data: begun } = await controller.call(createBackup, { body: { databaseId: (await shop()).id } })
  const done = await controller.backupDone(begun.id)
  if (done.status !== "completed") throw new Error(`${JSON.stringify(done)}\n${controller.log()}`)
  await until("the run ends", async () => {
    const { run } = (await controller.call(getRun, { params: { id: done.runId } })).data
    return "finishedAt" in run
  })
  return done.id
}
const kept = async () => (await controller.call(listBackups)).data.map(({ id }) => String(id))
const filesOnDisk = () =>
  readdirSync(join(here.folder, "backups"), { recursive: true }).filter((name) =>
    /\.(dump|json)$/.test(String(name)),
  )
const held = async () =>
  (await controller.call(getDatabase, { params: { id: (await shop()).id } })).data.heldPrune
const confirmPrune = (...args: string[]) =>
  run([
    ...[process.execPath, join(repository, "controller/cli.ts"), "confirm-prune", "brake/shop"],
    ...[...args, "--url", controller.url],
  ])

let newest: string

test("nothing is deleted after the label has changed, and it is told everywhere", async () => {
  for (let i = 0; i < 5; i++) await backUp()
  expect(await held()).toBeNull()
  await server.remove()
  await start("last=1")
  await until("the new label is in force", async () =>
    (await controller.call(listSchedules)).data.some(({ retention }) => retention.last === 1),
  )
  newest = await backUp()
  expect(await kept()).toHaveLength(6)
  expect(filesOnDisk()).toHaveLength(12)
  expect(await held()).toMatchObject({ backups: 5, of: 6, problem: { code: "prune-held" } })
  const { attention } = (await controller.call(getStatus)).data.verdict
  expect(attention.map(({ sentence }) => sentence)).toContain(
    "shop on brake: retention would delete 5 of the 6 backups of shop at once, and waits for a person.",
  )
})

test("it outlives a crash, and a person who does not type the number has confirmed nothing", async () => {
  await controller.end("SIGKILL")
  controller = await startController(here)
  expect(await held()).toMatchObject({ backups: 5, of: 6 })
  const { code, stdout, stderr } = await confirmPrune()
  expect([code, stdout, stderr]).toEqual([
    1,
    expect.stringContaining("retention would delete 5 of the 6 backups"),
    expect.stringContaining("the number was not typed, nothing was done"),
  ])
  expect(await kept()).toHaveLength(6)
})

test("once confirmed what waited is deleted, and the newest stays", async () => {
  const { code, stdout } = await confirmPrune("--yes")
  expect([code, stdout]).toEqual([0, expect.stringContaining("Confirmed: 5 backups of brake/shop")])
  await until("they are deleted", async () => (await kept()).length === 1)
  expect(await kept()).toEqual([newest])
  expect(filesOnDisk()).toHaveLength(2)
  expect(await held()).toBeNull()
  expect((await confirmPrune("--yes")).stderr).toContain("nothing of brake/shop waits to be deleted")
})
