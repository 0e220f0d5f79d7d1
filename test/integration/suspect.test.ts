// A big table is emptied on a real server: what is dumped then is kept and doubted, and what was before it stays, until a person decides.
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { textsWithPrefix } from "../../controller/core/label-prefix.ts"
import {
  acceptBackup,
  createBackup,
  createRestore,
  deleteBackup,
  getDatabase,
  getRun,
  getRunLogs,
  getStatus,
  listBackups,
  planRestore,
} from "../../schemas/api.ts"
import type { CompletedBackup } from "../../schemas/backup.ts"
import { run } from "../support/command.ts"
import { type Controller, type Place, place, startController } from "../support/controller.ts"
import { repository } from "../support/places.ts"
import { startServer, type TestServer } from "../support/servers.ts"
import { until } from "../support/until.ts"

setDefaultTimeout(240_000)

let here: Place
let server: TestServer
let controller: Controller

beforeAll(async () => {
  here = place()
  // A job without a schedule: what is made by hand is all there is, and retention decides about it.
  const labels = {
    enable: "true",
    schedule: "manual",
    retention: "last=1",
    databases: "shop",
    globals: "false",
  }
  server = await startServer(
    "postgres:17",
    Object.fromEntries(Object.entries(labels).map(([key, value]) => [`${here.prefix}.${key}`, value])),
  )
  await server.ready()
  await server.sql("postgres", "create database shop")
  await fillOrders()
  controller = await startController(here)
})
afterAll(async () => {
  await controller?.end("SIGTERM")
  await server?.remove()
  here?.remove()
})

const fillOrders = () =>
  server.sql(
    "shop",
    `create table if not exists orders (id int primary key, what text);
     insert into orders select i, md5(i::text) || md5((-i)::text) from generate_series(1, 20000) i`,
  )
const shop = () => controller.database("shop", () => true)
async function backUp(): Promise<CompletedBackup> {
  const { data: begun } = await controller.call(createBackup, { body: { databaseId: (await shop()).id } })
  const done = await controller.backupDone(begun.id)
  if (done.status !== "completed") throw new Error(`${JSON.stringify(done)}\n${controller.log()}`)
  // What comes after the backup, pruning above all, is over with the run.
  await until("the run ends", async () => "finishedAt" in (await runOf(done)))
  return done
}
const runOf = async ({ runId }: CompletedBackup) =>
  (await controller.call(getRun, { params: { id: runId } })).data.run
const logOf = async ({ runId }: CompletedBackup) =>
  (await controller.call(getRunLogs, { params: { id: runId } })).data.map(({ message }) => message).join("\n")
const kept = async () => (await controller.call(listBackups)).data.map(({ id }) => id).toReversed()
const dumpsOnDisk = () =>
  readdirSync(join(here.folder, "backups"), { recursive: true }).filter((name) =>
    String(name).endsWith(".dump"),
  )
/** What the verdict says of this server; others may be on the same engine. */
async function alarms(): Promise<readonly string[]> {
  const [{ data: status }, { server: mine }] = [await controller.call(getStatus), await shop()]
  return status.verdict.attention.flatMap(({ serverId, sentence }) =>
    serverId === mine.id ? [sentence] : [],
  )
}
const dbbackup = (...args: string[]) =>
  run([process.execPath, join(repository, "controller/cli.ts"), ...args, "--url", controller.url])

let full: CompletedBackup
let emptied: CompletedBackup
let stillEmpty: CompletedBackup

test("of two good ones retention keeps the newer", async () => {
  const first = await backUp()
  full = await backUp()
  expect([first.suspect, full.suspect]).toEqual([null, null])
  expect(await kept()).toEqual([full.id])
  expect(await alarms()).toEqual([])
})

test("after a truncated table the dump is kept and doubted, the good one stays, and it is told with figures", async () => {
  await server.sql("shop", "truncate orders")
  emptied = await backUp()
  expect(emptied.suspect).toMatchObject({ code: "backup-suspect" })
  expect(emptied.suspect?.message).toMatch(
    /shop holds far less .*: [\d,]+ bytes instead of [\d,]+ \(9\d % less\)/,
  )
  expect(emptied.suspect?.hint).toContain(`dbbackup accept ${emptied.id}`)
  expect(await kept()).toEqual([full.id, emptied.id])
  expect(dumpsOnDisk()).toHaveLength(2)
  expect(await runOf(emptied)).toMatchObject({
    status: "partial",
    error: { code: "backup-suspect" },
    retryAt: null,
  })
  expect(await logOf(emptied)).toContain("nothing is pruned on this server")
  const database = (await controller.call(getDatabase, { params: { id: (await shop()).id } })).data
  expect(database.lastBackup?.id).toBe(full.id)
  expect(database.suspect).toMatchObject({ id: emptied.id, problem: { code: "backup-suspect" } })
  expect(await alarms()).toEqual([
    expect.stringMatching(/^shop on .* has a suspect backup: the backup of shop holds far less/),
  ])
  const [copy] = emptied.copies
  const manifest = readFileSync(join(here.folder, "backups", `${copy?.key}.manifest.json`), "utf8")
  // There, labels have the usual prefix.
  expect(textsWithPrefix(JSON.parse(manifest).suspect, here.prefix)).toEqual(emptied.suspect)
})

test("one that is like it is suspect too: it is compared with the last good one, not with the last", async () => {
  stillEmpty = await backUp()
  expect(stillEmpty.suspect?.code).toBe("backup-suspect")
  expect(await kept()).toEqual([full.id, emptied.id, stillEmpty.id])
})

test("the command line says so too, and exits with 1", async () => {
  const { code, stdout, stderr } = await dbbackup("backup", `${server.name}/shop`)
  expect([code, stdout, stderr]).toEqual([
    1,
    expect.stringContaining("shop: suspect: the backup of shop holds far less"),
    expect.stringContaining("kept, and suspect: shop"),
  ])
  const { stdout: list } = await dbbackup("backups")
  expect(list.match(/ suspect /g)).toHaveLength(3)
})

test("it can be restored, with a warning in the plan, and deleted by hand", async () => {
  const options = { mode: "new", name: "looked_at" } as const
  const { data: plan } = await controller.call(planRestore, {
    body: { backupId: emptied.id, options, dryRun: true },
  })
  expect(plan.warnings).toEqual([expect.stringContaining("This backup is suspect")])
  const { data: begun } = await controller.call(createRestore, { body: { backupId: emptied.id, options } })
  expect(await controller.restoreDone(begun.id)).toMatchObject({ status: "completed" })
  expect((await server.sql("looked_at", "select count(*) from orders")).trim()).toBe("0")
  await controller.call(deleteBackup, { params: { id: emptied.id } })
  expect(await kept()).not.toContain(emptied.id)
  expect(await alarms()).toHaveLength(1)
})

test("once the table is back the next one is good, the alarm is over, and what is suspect still waits for a person", async () => {
  await fillOrders()
  const again = await backUp()
  expect(again.suspect).toBeNull()
  expect(await alarms()).toEqual([])
  expect(await kept()).not.toContain(full.id)
  expect(await kept()).toContain(stillEmpty.id)
  full = again
})

test("one that a person accepts is good, the next is compared with it, and retention goes on", async () => {
  await server.sql("shop", "truncate orders")
  const wanted = await backUp()
  expect(wanted.suspect?.code).toBe("backup-suspect")
  const { code, stdout } = await dbbackup("accept", wanted.id)
  expect([code, stdout]).toEqual([0, expect.stringContaining("accepted. It is good")])
  expect(await alarms()).toEqual([])
  expect((await shop()).lastBackup?.id).toBe(wanted.id)
  const next = await backUp()
  expect(next.suspect).toBeNull()
  expect(await logOf(next)).not.toContain("nothing is pruned")
  expect(await kept()).toContain(next.id)
  for (const id of [full.id, wanted.id]) expect(await kept()).not.toContain(id)
  await expect(controller.call(acceptBackup, { params: { id: next.id } })).rejects.toThrow("not suspect")
})
