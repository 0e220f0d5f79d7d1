// A policy that was mistyped: the history stays until a person has confirmed the number, what is pinned stays even then, and after
// the catalogue is lost as well.
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test"
import { readdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import {
  changeRetentionPolicy,
  createBackup,
  createRetentionPolicy,
  deleteRetentionPolicy,
  getBackup,
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

async function start(): Promise<void> {
  const labels = {
    enable: "true",
    id: "brake",
    schedule: "manual",
    databases: "shop",
    globals: "false",
    retention: "usual",
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
  await start()
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
const onDisk = (pattern: RegExp) =>
  readdirSync(join(here.folder, "backups"), { recursive: true })
    .map(String)
    .filter((name) => pattern.test(name))
/** Bytes and manifests. */
const filesOnDisk = () => onDisk(/\.(dump|manifest\.json)$/)
const notesOnDisk = () => onDisk(/\.notes\.json$/)
const held = async () =>
  (await controller.call(getDatabase, { params: { id: (await shop()).id } })).data.heldPrune
const dbbackup = (...args: string[]) =>
  run([...[process.execPath, join(repository, "controller/cli.ts")], ...args, "--url", controller.url])
const confirmPrune = (...args: string[]) => dbbackup("confirm-prune", "brake/shop", ...args)

let oldest: string
let newest: string

test("a policy of the API is in force at once for the labels that name it, and is not forgotten while they do", async () => {
  const body = { name: "usual", retention: "last=10" }
  await controller.call(createRetentionPolicy, { body })
  expect((await shop()).jobs).toEqual(["default"])
  const kept = controller.call(deleteRetentionPolicy, { params: { id: "usual" } })
  expect(await kept.catch((error) => error.error)).toMatchObject({
    code: "CONFLICT",
    message: expect.stringContaining("keeps its backups by the policy usual"),
  })
})

test("a pinned backup has its reason beside its bytes", async () => {
  oldest = await backUp()
  const { code, stdout } = await dbbackup("pin", oldest, "before", "the", "migration")
  expect([code, stdout]).toEqual([0, expect.stringContaining("pinned")])
  await until("the notes are written", () => notesOnDisk().length === 1)
})

test("nothing is deleted after the policy has changed, and it is told everywhere", async () => {
  for (let i = 0; i < 4; i++) await backUp()
  expect(await held()).toBeNull()
  await controller.call(changeRetentionPolicy, { params: { id: "usual" }, body: { retention: "last=1" } })
  await until("the new policy is in force", async () =>
    (await controller.call(listSchedules)).data.some(({ retention }) => retention.last === 1),
  )
  newest = await backUp()
  expect(await kept()).toHaveLength(6)
  expect(filesOnDisk()).toHaveLength(12)
  expect(await held()).toMatchObject({ backups: 4, of: 6, problem: { code: "prune-held" } })
  const { stdout } = await dbbackup("retention", "preview", "brake/shop")
  expect(stdout).toContain("pinned: before the migration")
  expect(stdout).toContain("4 of these would wait for a person")
  const { attention } = (await controller.call(getStatus)).data.verdict
  expect(attention.map(({ sentence }) => sentence)).toContain(
    "shop on brake: retention would delete 4 of the 6 backups of shop at once, and waits for a person.",
  )
})

test("it outlives a crash, and a person who does not type the number has confirmed nothing", async () => {
  await controller.end("SIGKILL")
  controller = await startController(here)
  expect(await held()).toMatchObject({ backups: 4, of: 6 })
  const { code, stdout, stderr } = await confirmPrune()
  expect([code, stdout, stderr]).toEqual([
    1,
    expect.stringContaining("retention would delete 4 of the 6 backups"),
    expect.stringContaining("the number was not typed, nothing was done"),
  ])
  expect(await kept()).toHaveLength(6)
})

test("once confirmed what waited is deleted; the newest stays, and what is pinned", async () => {
  const { code, stdout } = await confirmPrune("--yes")
  expect([code, stdout]).toEqual([0, expect.stringContaining("Confirmed: 4 backups of brake/shop")])
  await until("they are deleted", async () => (await kept()).length === 2)
  expect(await kept()).toEqual([newest, oldest])
  expect(filesOnDisk()).toHaveLength(4)
  expect(await held()).toBeNull()
  expect((await confirmPrune("--yes")).stderr).toContain("nothing of brake/shop waits to be deleted")
})

test("a catalogue that is lost and rebuilt knows the pin, and the retention that follows keeps it", async () => {
  await controller.end("SIGKILL")
  rmSync(join(here.folder, "db"), { recursive: true })
  controller = await startController(here)
  const { code, stdout } = await dbbackup("rebuild", "--from", "local")
  expect([code, stdout]).toEqual([0, expect.stringContaining("2 backups added")])
  await controller.call(createRetentionPolicy, { body: { name: "usual", retention: "last=1" } })
  const last = await backUp()
  await until("retention is done", async () => (await kept()).length === 2)
  expect(await kept()).toEqual([last, oldest])
  expect((await controller.call(getBackup, { params: { id: oldest } })).data).toMatchObject({
    pinned: { reason: "before the migration" },
  })
  const refused = await dbbackup("unpin", newest)
  expect(refused.stderr).toContain("was deleted")
})
