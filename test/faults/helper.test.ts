// What goes wrong with tools in helper containers: no helper stays, no lock is held, nothing half-made is listed.
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test"
import { readdirSync } from "node:fs"
import { join } from "node:path"
import {
  cancelBackup,
  cancelRestore,
  createBackup,
  createRestore,
  getBackup,
  getRestore,
} from "../../schemas/api.ts"
import type { Backup } from "../../schemas/backup.ts"
import type { Database } from "../../schemas/server.ts"
import { must } from "../support/command.ts"
import { type Controller, type Place, place, startController } from "../support/controller.ts"
import { startServer, type TestServer } from "../support/servers.ts"
import { until } from "../support/until.ts"

setDefaultTimeout(240_000)

let here: Place
let server: TestServer
let serverId: string
let controller: Controller | undefined

beforeAll(async () => {
  here = place()
  server = await startServer("mysql:9", {
    [`${here.prefix}.enable`]: "true",
    [`${here.prefix}.schedule`]: "manual",
    [`${here.prefix}.compress`]: "none",
    [`${here.prefix}.method`]: "helper",
    [`${here.prefix}.retries`]: "0",
  })
  serverId = (await must(["docker", "inspect", "--format", "{{.Id}}", server.name])).trim()
  await server.ready()
  await server.sql("mysql", "create database large")
  await server.sql(
    "large",
    "create table t (i int auto_increment primary key, x text); insert into t (x) values (repeat(uuid(), 40))",
  )
  for (let n = 0; n < 16; n++)
    await server.sql("large", "insert into t (x) select repeat(concat(uuid(), i), 38) from t")
})
afterAll(async () => {
  await controller?.end("SIGTERM")
  await server?.remove()
  here?.remove()
})

async function helpers(): Promise<readonly string[]> {
  const ids = await must(["docker", "ps", "--all", "--quiet", "--filter", "label=dbbackup.internal=true"])
  const beside: string[] = []
  for (const id of ids.split("\n").filter(Boolean)) {
    const mode = await must(["docker", "inspect", "--format", "{{.HostConfig.NetworkMode}}", id]).catch(
      () => "",
    )
    if (mode.trim() === `container:${serverId}`) beside.push(id)
  }
  return beside
}
const dumps = async () =>
  (await server.sql("mysql", "select count(*) from information_schema.processlist where db = 'large'")).trim()
const files = () =>
  readdirSync(join(here.folder, "backups"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith("."))
    .map(({ name }) => name)

/** Right after a start, the catalogue knows databases whose server was not looked at yet. */
const isUp = ({ server: { container } }: Database) => container?.state === "running"

async function begin(on: Controller): Promise<Backup> {
  const { id: databaseId } = await on.database("large", isUp)
  const { data } = await on.call(createBackup, { body: { databaseId } })
  await until("bytes flow", async () => {
    const { data: now } = await on.call(getBackup, { params: { id: data.id } })
    if (now.status === "failed") throw new Error(now.error.message)
    return now.status === "running" && now.progress.rawBytes > 1_000_000
  })
  return data
}
async function fresh(env: Readonly<Record<string, string>> = {}): Promise<Controller> {
  await controller?.end("SIGTERM")
  controller = await startController(here, env)
  return controller
}

describe("a dump in a helper", () => {
  test("that is cancelled leaves no helper, no session and no file", async () => {
    const on = await fresh()
    const { id } = await begin(on)
    // The dump's, and the fingerprint's beside it.
    expect((await helpers()).length).toBeGreaterThan(0)
    await on.call(cancelBackup, { params: { id } })
    expect((await on.backupDone(id)).status).toBe("cancelled")
    await until("the helper is gone", async () => (await helpers()).length === 0)
    await until("its session has ended", async () => (await dumps()) === "0")
    expect(files()).toEqual([])
  })

  test("whose helper is killed is not a backup", async () => {
    const on = await fresh()
    const { id } = await begin(on)
    await must(["docker", "kill", ...(await helpers())])
    const done = await on.backupDone(id)
    expect(done.status).toBe("failed")
    expect(files()).toEqual([])
    await until("the helper is gone", async () => (await helpers()).length === 0)
  })

  test("whose controller is killed is interrupted; the next one removes the helper before it works", async () => {
    const dying = await fresh()
    const { id } = await begin(dying)
    await dying.end("SIGKILL")
    controller = undefined
    // The dump's, and the fingerprint's beside it.
    expect((await helpers()).length).toBeGreaterThan(0)
    const on = await fresh()
    await until("the old helper is gone", async () => (await dumps()) === "0")
    expect((await on.backupDone(id)).status).toBe("interrupted")
    const { data } = await on.call(createBackup, {
      body: { databaseId: (await on.database("large", isUp)).id },
    })
    expect((await on.backupDone(data.id)).status).toBe("completed")
    expect(await helpers()).toEqual([])
  })

  test("a restore that is cancelled leaves no helper and no database", async () => {
    const on = controller ?? (await fresh())
    const databaseId = (await on.database("large", isUp)).id
    const { data: made } = await on.call(createBackup, { body: { databaseId } })
    const done = await on.backupDone(made.id)
    expect(done.status).toBe("completed")
    const options = { mode: "new", name: "large_again" } as const
    const { data } = await on.call(createRestore, { body: { backupId: made.id, options } })
    await until("rows are loaded", async () => {
      const { data: now } = await on.call(getRestore, { params: { id: data.id } })
      if (now.status === "failed") throw new Error(now.error.message)
      return now.status === "running" && now.progress.storedBytes > 1_000_000
    })
    await on.call(cancelRestore, { params: { id: data.id } })
    expect((await on.restoreDone(data.id)).status).toBe("cancelled")
    expect((await server.sql("mysql", "show databases like 'large_again'")).trim()).toBe("")
    expect(await helpers()).toEqual([])
  })

  test("that needs more memory than it may have says so", async () => {
    await server.sql(
      "large",
      "create table wide (x longblob); insert into wide values (repeat('x', 40000000))",
    )
    const on = await fresh({ DBBACKUP_HELPER_MEMORY: "24MiB" })
    const databaseId = (await on.database("large", isUp)).id
    const { data } = await on.call(createBackup, { body: { databaseId } })
    const done = await on.backupDone(data.id)
    if (!("error" in done)) throw new Error(`it ended ${done.status}`)
    expect(done.error.code).toBe("docker-error")
    expect(done.error.message).toContain("24 MiB of memory")
    expect(done.error.hint).toContain("helper.memory")
    expect(await helpers()).toEqual([])
  })

  test("whose server's container is killed says that the server was lost", async () => {
    const on = await fresh()
    const { id } = await begin(on)
    await must(["docker", "kill", server.name])
    const done = await on.backupDone(id)
    if (!("error" in done)) throw new Error(`it ended ${done.status}`)
    expect(done.error.code).toBe("server-lost")
    await until("the helper is gone", async () => (await helpers()).length === 0)
  })
})
