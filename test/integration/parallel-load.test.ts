// Several jobs that load one archive: every row comes back, and of the file that they read nothing is left, however it ends.
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test"
import { join } from "node:path"
import { cancelRestore, createBackup, createRestore, getRestoreLogs, planRestore } from "../../schemas/api.ts"
import type { CompletedBackup } from "../../schemas/backup.ts"
import { must, run } from "../support/command.ts"
import { type Controller, type Place, place, startController } from "../support/controller.ts"
import { repository } from "../support/places.ts"
import { contents, fill } from "../support/samples.ts"
import { startServer, type TestServer } from "../support/servers.ts"
import { until } from "../support/until.ts"

setDefaultTimeout(240_000)

let here: Place
let controller: Controller
let server: TestServer

beforeAll(async () => {
  here = place()
  const labels = { [`${here.prefix}.enable`]: "true", [`${here.prefix}.schedule`]: "manual" }
  // Where the tools put temporary files there is little room, which is easily seen to be free again.
  server = await startServer("postgres:17", labels, ["--network", "none", "--tmpfs", "/tmp:size=4m"])
  await server.ready()
  await fill(server, "shop")
  await server.sql("postgres", "create database large; create database slow")
  await server.sql(
    "large",
    "create table t as select sha512(i::text::bytea) from generate_series(1, 100000) i",
  )
  await server.sql(
    "slow",
    `create function slowly(n int) returns int immutable language plpgsql as
       $$ begin if current_database() <> 'slow' then perform pg_sleep(0.1); end if; return n; end $$;
     create table t as select i from generate_series(1, 600) i; create index on t (public.slowly(i))`,
  )
  controller = await startController(here)
})
afterAll(async () => {
  await controller?.end("SIGTERM")
  await server?.remove()
  here?.remove()
})

const inside = (script: string) => must(["docker", "exec", server.name, "sh", "-c", script])
const usedKibibytes = async () => Number((await inside("df -Pk /tmp")).trim().split(/\s+/).at(-4))
const names = async () => (await server.sql("postgres", "select datname from pg_database")).split("\n")
async function backUp(name: string): Promise<CompletedBackup> {
  const { id: databaseId } = await controller.database(name, ({ jobs }) => jobs.length > 0)
  const { data } = await controller.call(createBackup, { body: { databaseId } })
  const done = await controller.backupDone(data.id)
  if (done.status !== "completed") throw new Error(JSON.stringify(done))
  return done
}
const optionsFor = (name: string) => ({ mode: "new" as const, name, jobs: 2 })
const begin = async ({ id: backupId }: CompletedBackup, name: string) =>
  (await controller.call(createRestore, { body: { backupId, options: optionsFor(name) } })).data.id

test("every row, object and right comes back, and the plan has said how", async () => {
  const { id } = await backUp("shop")
  const command = [process.execPath, join(repository, "controller/cli.ts"), "restore", id]
  const { code, stdout, stderr } = await run([
    ...command,
    ...["--as", "shop_again", "--jobs", "2", "--yes", "--url", controller.url],
  ])
  expect([code, stderr, code === 0 ? "" : stdout]).toEqual([0, "", ""])
  expect(stdout).toContain("for 2 jobs to read at once")
  expect(stdout).toContain("nothing differs from the manifest")
  expect(await contents(server, "shop_again")).toBe(await contents(server, "shop"))
  expect([await usedKibibytes(), (await inside("ls -A /tmp")).trim()]).toEqual([0, ""])
})

test("without room for the file it is told before, refused with the figures, and nothing is left", async () => {
  const backup = await backUp("large")
  const body = { backupId: backup.id, options: optionsFor("large_again") }
  const { data: plan } = await controller.call(planRestore, { body: { ...body, dryRun: true } })
  expect(plan.warnings).toContainEqual(
    expect.stringContaining(`2 jobs need ${backup.proof.rawBytes} bytes for the archive`),
  )
  const done = await controller.restoreDone(await begin(backup, "large_again"))
  expect(done).toMatchObject({
    status: "failed",
    error: { code: "disk-full", message: expect.stringContaining("4096 KiB are left") },
  })
  expect(await names()).not.toContain("large_again")
  expect(await usedKibibytes()).toBe(0)
})

test("cancelled while they load, it leaves no job, no database and no byte of the file", async () => {
  const id = await begin(await backUp("slow"), "slow_again")
  await until("an index is being built", async () => {
    const active =
      "select count(*) from pg_stat_activity where query like 'CREATE INDEX%' and datname = 'slow_again'"
    return Number(await server.sql("postgres", active)) > 0
  })
  expect(await usedKibibytes()).toBeGreaterThan(0)
  expect((await inside("ls -A /tmp")).trim()).toBe("")
  await controller.call(cancelRestore, { params: { id } })
  expect((await controller.restoreDone(id)).status).toBe("cancelled")
  expect(await names()).not.toContain("slow_again")
  expect(await usedKibibytes()).toBe(0)
  const processes = await inside("cat /proc/[0-9]*/cmdline | tr '\\0' ' '")
  expect(processes).not.toContain("pg_restore")
  const { data: log } = await controller.call(getRestoreLogs, { params: { id }, query: {} })
  expect(log.map(({ message }) => message)).toContain("dropped the unfinished database slow_again")
})
