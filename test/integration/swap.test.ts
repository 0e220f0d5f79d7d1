// A restore in the place of a database: what was there is backed up, kept for an undo and dropped in the end; nothing in between is lost.
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test"
import { spawn } from "node:child_process"
import {
  createBackup,
  createRestore,
  getBackup,
  getRestore,
  planRestore,
  undoRestore,
} from "../../schemas/api.ts"
import type { CompletedBackup } from "../../schemas/backup.ts"
import type { Restore } from "../../schemas/restore.ts"
import { must } from "../support/command.ts"
import { type Controller, type Place, place, startController } from "../support/controller.ts"
import { everyDefinition } from "../support/every-definition.ts"
import { startServer, type TestServer } from "../support/servers.ts"
import { until } from "../support/until.ts"

setDefaultTimeout(300_000)

let here: Place
let server: TestServer
let controller: Controller
let backup: CompletedBackup

const rows = (database = "shop") => server.sql(database, "select string_agg(x, ',' order by x) from seen_at")
const write = (x: string) => server.sql("shop", `insert into seen_at values ('${x}')`)
const names = async () =>
  (await server.sql("postgres", "select datname from pg_database where datname like 'shop%' order by 1"))
    .trim()
    .split("\n")
const around = () =>
  server.sql(
    "postgres",
    `select pg_get_userbyid(datdba), datconnlimit, datacl, shobj_description(oid, 'pg_database'),
       (select json_agg(json_build_array(setrole::regrole, setconfig) order by setrole) from pg_db_role_setting where setdatabase = d.oid)
     from pg_database d where datname = 'shop'`,
  )
type More = { endConnections?: boolean; keepFor?: string; safetyBackup?: boolean }
const swap = (more: More = {}) => ({
  backupId: backup.id,
  options: { mode: "swap" as const, name: "shop", ...more },
})
const restored = async (more: More = {}): Promise<Extract<Restore, { status: "completed" }>> => {
  const { data } = await controller.call(createRestore, { body: swap(more) })
  const done = await controller.restoreDone(data.id)
  if (done.status !== "completed") throw new Error(`${JSON.stringify(done)}\n${controller.log()}`)
  return done
}
const one = async (id: string) => (await controller.call(getRestore, { params: { id } })).data
const undone = async (id: string) => {
  const before = (await one(id)).swap
  await controller.call(undoRestore, { params: { id }, body: {} })
  return until(
    "the undo has ended",
    async () => {
      const { swap } = await one(id)
      if (swap?.problem) throw new Error(swap.problem.message)
      return swap?.state === "kept" && before?.state === "kept" && swap.inPlace !== before.inPlace && swap
    },
    120,
  )
}
/** Somebody who is connected until it is ended. */
const connect = async () => {
  const session = spawn("docker", [
    "exec",
    server.name,
    "psql",
    "-U",
    "postgres",
    "-d",
    "shop",
    "-c",
    "select pg_sleep(300)",
  ])
  const count = "select count(*) from pg_stat_activity where datname = 'shop' and query like '%sleep(300)%'"
  await until("somebody is connected", async () => (await server.sql("postgres", count)).trim() !== "0")
  return { ended: new Promise<number | null>((resolve) => session.on("exit", resolve)) }
}

beforeAll(async () => {
  here = place()
  const label = (key: string, value: string) => ({ [`${here.prefix}.${key}`]: value })
  server = await startServer(
    "postgres:17",
    {
      ...{ ...label("enable", "true"), ...label("schedule", "manual"), ...label("retention", "last=1") },
      ...label("hooks.post-restore", '["sh", "-c", "! rm /tmp/hook-fails"]'),
    },
    ["--network", "none"],
  )
  await server.ready()
  await server.sql("postgres", "create role keeper; create role reader")
  await server.sql("postgres", "create database shop owner keeper connection limit 40")
  await server.sql(
    "postgres",
    `comment on database shop is 'it''s the shop'; revoke all on database shop from public; grant connect on database shop to reader with grant option;
     alter database shop set search_path to public, "a b"; alter database shop set app.tenant to 'x''y'; alter role reader in database shop set work_mem to '8MB'`,
  )
  await server.sql(
    "shop",
    `${everyDefinition}
    create table seen_at (x text); insert into seen_at values ('dumped');
    insert into item (body) select 'b' || n from generate_series(1, 500) n; insert into part values (1);
    select lo_from_bytea(0, 'large'); alter default privileges grant select on tables to reader;`,
  )
  controller = await startController(here)
  const { id: databaseId } = await controller.database(
    "shop",
    ({ server }) => server.container?.state === "running",
  )
  const { data } = await controller.call(createBackup, { body: { databaseId } })
  const done = await controller.backupDone(data.id)
  if (done.status !== "completed") throw new Error(`${JSON.stringify(done)}\n${controller.log()}`)
  backup = done
  await write("written since")
})
afterAll(async () => {
  await controller?.end("SIGTERM")
  await server?.remove()
  here?.remove()
})

describe("a restore in the place of a PostgreSQL database", () => {
  let first: Restore
  let attributes: string
  const undo = (id: string, more = {}) => controller.call(undoRestore, { params: { id }, body: more })

  test("is planned with what is lost and what is kept", async () => {
    const { data: plan } = await controller.call(planRestore, { body: { ...swap(), dryRun: true } })
    expect(plan).toMatchObject({ mode: "swap", targetDatabase: "shop" })
    expect(plan.lost[0]).toContain(`what was written to shop after ${backup.finishedAt}`)
    expect(plan.steps[0]).toContain("Back up shop")
    expect(plan.steps.join("\n")).toContain("without connections, for 1d, for an undo")
    expect(await names()).toEqual(["shop"])
  })

  test("is refused while somebody is connected, with who, and ends them only when told to", async () => {
    attributes = await around()
    const somebody = await connect()
    expect(controller.call(createRestore, { body: swap() })).rejects.toMatchObject({
      error: { code: "CONFLICT", message: "shop has 1 connection, of postgres (psql)" },
    })
    first = await restored({ endConnections: true })
    expect(await somebody.ended).not.toBe(0)
  })

  test("has the rows of the backup, and all that belongs to the name; what was there is kept without connections", async () => {
    expect(await rows()).toBe("dumped\n")
    expect(await around()).toBe(attributes)
    if (first.swap?.state !== "kept") throw new Error(JSON.stringify(first))
    expect(first.swap).toMatchObject({ inPlace: "restored", problem: null })
    const { keptName, keptUntil } = first.swap
    expect(keptName).toMatch(/^shop_before_\d{8}_\d{6}$/)
    expect(Date.parse(keptUntil) - Date.now()).toBeGreaterThan(23 * 3_600_000)
    expect(await names()).toEqual(["shop", keptName])
    expect(rows(keptName)).rejects.toThrow("not currently accepting connections")
  })

  test("had it backed up before, by hand as it were, with what was written last", async () => {
    const safety = (await controller.call(getBackup, { params: { id: first.swap?.safetyBackupId ?? "" } }))
      .data
    expect(safety).toMatchObject({ status: "completed", type: "manual", database: "shop" })
    const options = { mode: "new" as const, name: "shop_checked" }
    const { data } = await controller.call(createRestore, { body: { backupId: safety.id, options } })
    expect(await controller.restoreDone(data.id)).toMatchObject({
      status: "completed",
      differences: [],
      swap: null,
    })
    expect(await rows("shop_checked")).toBe("dumped,written since\n")
    await server.sql("postgres", "drop database shop_checked")
    expect(undo(data.id)).rejects.toMatchObject({
      error: { message: expect.stringContaining("nothing to undo") },
    })
  })

  test("is undone, and the undo is undone, each time with every row and attribute", async () => {
    await write("after the swap")
    expect(await undone(first.id)).toMatchObject({ inPlace: "old" })
    expect(await rows()).toBe("dumped,written since\n")
    expect(await around()).toBe(attributes)
    expect(await undone(first.id)).toMatchObject({ inPlace: "restored" })
    expect(await rows()).toBe("after the swap,dumped\n")
    expect(await around()).toBe(attributes)
  })

  test("is not undone while somebody is connected, nor out of order", async () => {
    const somebody = await connect()
    expect(undo(first.id)).rejects.toMatchObject({
      error: { code: "CONFLICT", message: expect.stringContaining("1 connection") },
    })
    const second = await restored({ safetyBackup: false, endConnections: true })
    await somebody.ended
    expect(second.swap?.safetyBackupId).toBeNull()
    expect(undo(first.id)).rejects.toMatchObject({
      error: { code: "CONFLICT", message: expect.stringContaining(second.id) },
    })
    await undone(second.id)
    expect(await rows()).toBe("after the swap,dumped\n")
  })

  test("keeps nothing when told so, and drops only what it has replaced itself", async () => {
    const before = await names()
    const { id } = await restored({ safetyBackup: false, keepFor: "0" })
    const gone = await until("what was replaced is dropped", async () => {
      const { swap } = await one(id)
      return swap?.state === "gone" && swap
    })
    expect(await names()).toEqual(before)
    expect(before).not.toContain(gone.keptName)
    expect(undo(id)).rejects.toMatchObject({ error: { code: "CONFLICT" } })
    expect(await rows()).toBe("dumped\n")
  })

  test("leaves everything as it was when the load fails", async () => {
    const inside = (script: string) => must(["docker", "exec", server.name, "sh", "-c", script])
    const before = [await names(), await rows(), await around()]
    await inside("mv $(pg_config --pkglibdir)/postgres_fdw.so /tmp")
    const { data } = await controller.call(createRestore, { body: swap({ safetyBackup: false }) })
    const done = await controller.restoreDone(data.id)
    await inside("mv /tmp/postgres_fdw.so $(pg_config --pkglibdir)")
    expect(done).toMatchObject({
      status: "failed",
      error: { code: "restore-failed" },
      swap: { state: "beside" },
    })
    expect([await names(), await rows(), await around()]).toEqual(before)
  })

  test("loses no row that is written meanwhile: each is in the one that is kept, or in the one in place", async () => {
    await server.sql("shop", "truncate seen_at")
    const loop =
      "i=0; while [ ! -e /tmp/enough ]; do i=$((i + 1)); psql -qAtXU postgres shop -c \"insert into seen_at values ('w$i')\" 2>/dev/null && echo w$i; done"
    const writer = spawn("docker", ["exec", server.name, "sh", "-c", loop])
    let told = ""
    writer.stdout.setEncoding("utf8").on("data", (text) => {
      told += text
    })
    const written = () => told.split("\n").filter((line) => line !== "")
    await until("somebody writes", () => written().length > 3)
    const { id, startedAt } = await restored({ endConnections: true })
    const swapped = written().length
    await until("they write on", () => written().length > swapped + 3)
    await must(["docker", "exec", server.name, "touch", "/tmp/enough"])
    await new Promise((resolve) => writer.on("close", resolve))
    const after = (await rows()).trim().split(",")
    await undone(id)
    const before = (await rows()).trim().split(",")
    expect(startedAt).not.toBeNull()
    expect(written().filter((row) => !before.includes(row) && !after.includes(row))).toEqual([])
    expect([before.length > 3, after.filter((row) => row.startsWith("w")).length > 3]).toEqual([true, true])
  })

  test("says that it is in place, and how to go back, when the hook after it fails", async () => {
    await must(["docker", "exec", server.name, "touch", "/tmp/hook-fails"])
    const { data } = await controller.call(createRestore, { body: swap({ safetyBackup: false }) })
    const done = await controller.restoreDone(data.id)
    expect(done).toMatchObject({
      status: "failed",
      error: {
        code: "hook-failed",
        message: "shop is the restored database now, and then the post-restore hook exited 1",
        hint: expect.stringContaining(`dbbackup undo ${data.id}`),
      },
      swap: { state: "kept", inPlace: "restored" },
    })
    expect(await rows()).toBe("dumped\n")
    expect(await undone(data.id)).toMatchObject({ inPlace: "old" })
  })
})
