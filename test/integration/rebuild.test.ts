// The tool is lost, and its catalogue with it: a new controller on the same backups lists them again and restores every row.
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test"
import { readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { rebuild } from "../../controller/cli/rebuild.ts"
import { createBackup, createRestore, getStats, listBackups, listDatabases } from "../../schemas/api.ts"
import { type Controller, type Place, place, startController } from "../support/controller.ts"
import { startServer, type TestServer } from "../support/servers.ts"

setDefaultTimeout(180_000)

let here: Place
let server: TestServer
let controller: Controller
beforeAll(async () => {
  here = place()
  const label = (key: string, value: string) => ({ [`${here.prefix}.${key}`]: value })
  server = await startServer("mariadb:11.8", { ...label("enable", "true"), ...label("schedule", "manual") })
  await server.ready()
  await server.sql("mysql", "create database shop; create database `with space`")
  await server.sql(
    "shop",
    "create table t (i int primary key, x varchar(40)); insert into t values (1, 'one'), (2, 'twö'), (3, null)",
  )
  controller = await startController(here)
})
afterAll(async () => {
  await controller?.end("SIGTERM")
  await server?.remove()
  here?.remove()
})

const good = async () => (await controller.call(listBackups, { query: { status: "completed" } })).data

test("every backup is listed as before, and the restored rows are those that were backed up", async () => {
  const { id: databaseId } = await controller.database("shop", () => true)
  for (const name of ["shop", "with space"]) {
    const database = await controller.database(name, () => true)
    const { data } = await controller.call(createBackup, { body: { databaseId: database.id } })
    expect(await controller.backupDone(data.id)).toMatchObject({ status: "completed" })
  }
  const before = await good()
  expect(before).toHaveLength(2)
  expect(readFileSync(join(here.folder, "backups/RESTORE.md"), "utf8")).toContain("without dbbackup")
  await controller.end("SIGKILL")
  rmSync(join(here.folder, "db"), { recursive: true })

  controller = await startController(here)
  await controller.database("shop", () => true)
  expect(await good()).toHaveLength(0)
  const said: string[] = []
  await rebuild(controller.call, "local", (line) => said.push(line))
  expect(said[0]).toBe("2 backups added, 0 copies added to known backups, 0 known already")

  const strip = (all: typeof before) => all.map((backup) => ({ ...backup, queuedAt: null }))
  const after = await good()
  for (const backup of strip(before)) {
    const found = strip(after).find(({ id }) => id === backup.id)
    expect(found).toMatchObject({ ...backup, copies: [expect.anything()] })
  }
  expect((await controller.call(getStats)).data.backups.total).toBe(2)
  const shop = (await controller.call(listDatabases)).data.find(({ id }) => id === databaseId)
  const backupId = before.find(({ database }) => database === "shop")?.id
  expect(shop?.lastBackup?.id).toBe(backupId as never)

  const { data: restore } = await controller.call(createRestore, {
    body: { backupId: backupId as never, options: { mode: "new", name: "shop_again" } },
  })
  expect(await controller.restoreDone(restore.id)).toMatchObject({ status: "completed" })
  expect(await server.sql("shop_again", "select * from t order by i")).toBe(
    await server.sql("shop", "select * from t order by i"),
  )
})

test("a destination that there is none of is refused", async () => {
  expect(rebuild(controller.call, "offsite", () => {})).rejects.toThrow(
    "there is no destination named offsite",
  )
})
