// Hooks on a real server: in order, in its own container, as words; the second one always, whatever happened after the first.
import { afterAll, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test"
import { basename, join } from "node:path"
import { cancelBackup, createBackup, createRestore, getRun, getRunLogs } from "../../schemas/api.ts"
import type { Backup } from "../../schemas/backup.ts"
import { must } from "../support/command.ts"
import { type Controller, type Place, place, startController } from "../support/controller.ts"
import { startServer, type TestServer } from "../support/servers.ts"
import { storedFiles } from "../support/stored-files.ts"
import { until } from "../support/until.ts"

setDefaultTimeout(120_000)
const awkward = "$(touch /tmp/injected) 'a \"b"

let here: Place
let server: TestServer
let controller: Controller

const inside = (script: string) => must(["docker", "exec", server.name, "sh", "-c", script])
/** What the hooks have written, in order. */
const trace = async () => (await inside("cat /tmp/trace 2>/dev/null || true")).trim().split("\n")
const hook = (moment: string, body: string) =>
  must(["docker", "exec", "--interactive", server.name, "sh", "-c", `cat >/tmp/${moment}`], {
    input: `echo "${moment} $#:$2" >>/tmp/trace\n${body}\n`,
  })
const files = () => storedFiles(join(here.folder, "backups")).map((path) => basename(path))
const begin = async (): Promise<Backup> => {
  const { id: databaseId } = await controller.database(
    "shop",
    ({ server }) => server.container?.state === "running",
  )
  return (await controller.call(createBackup, { body: { databaseId } })).data
}
const runOf = async ({ runId }: Backup) =>
  await until("the run ends", async () => {
    const { run } = (await controller.call(getRun, { params: { id: runId } })).data
    return run.status !== "queued" && run.status !== "running" && run
  })
const logOf = async ({ runId }: Backup) =>
  (await controller.call(getRunLogs, { params: { id: runId } })).data.map(({ message }) => message).join("\n")

beforeAll(async () => {
  here = place()
  const label = (key: string, value: string) => ({ [`${here.prefix}.${key}`]: value })
  const words = (moment: string) =>
    label(`hooks.${moment}`, JSON.stringify(["sh", `/tmp/${moment}`, awkward, awkward]))
  server = await startServer(
    "postgres:17",
    {
      ...label("enable", "true"),
      ...label("schedule", "manual"),
      ...words("pre"),
      ...label("hooks.pre.timeout", "3s"),
      ...words("post"),
      ...words("pre-restore"),
      ...words("post-restore"),
    },
    ["--network", "none"],
  )
  await server.ready()
  await server.sql("postgres", "create database shop")
  await server.sql("shop", "create table t as select 1 as x")
  controller = await startController(here)
})
beforeEach(async () => {
  await inside("rm -f /tmp/trace")
  for (const moment of ["pre", "post", "pre-restore", "post-restore"]) await hook(moment, "")
})
afterAll(async () => {
  await controller?.end("SIGTERM")
  await server?.remove()
  here?.remove()
})

describe("hooks around a backup", () => {
  test("run before and after it, their words untouched, their output in the run's log", async () => {
    await hook("pre", "echo flushed; echo or not >&2; id -un")
    const backup = await begin()
    expect(await runOf(backup)).toMatchObject({ status: "completed" })
    expect(await trace()).toEqual([`pre 2:${awkward}`, `post 2:${awkward}`])
    expect(await inside("ls /tmp")).not.toContain("injected")
    const log = await logOf(backup)
    expect(log).toMatch(
      /the pre hook: sh[\s\S]*said: flushed\n.*said: or not\n.*said: root\nthe pre hook exited 0[\s\S]*dumping shop[\s\S]*the post hook exited 0/,
    )
  })

  test("nothing is dumped after the first has failed, and the second runs all the same", async () => {
    const before = files()
    await hook("pre", "echo no room to freeze; exit 3")
    const backup = await begin()
    expect(await runOf(backup)).toMatchObject({
      status: "failed",
      error: {
        code: "hook-failed",
        message: "the pre hook exited 3",
        hint: expect.stringContaining("by hand"),
      },
    })
    expect(await controller.backupDone(backup.id)).toMatchObject({
      status: "failed",
      error: { code: "hook-failed" },
    })
    expect(await trace()).toHaveLength(2)
    expect(await logOf(backup)).toContain("the pre hook said: no room to freeze")
    expect(files()).toEqual(before)
  })

  test("one that hangs is ended inside the container after its time", async () => {
    await hook("pre", "sleep 4444 & exec sleep 4445")
    const backup = await begin()
    expect(await runOf(backup)).toMatchObject({
      status: "failed",
      error: { code: "hook-failed", message: "the pre hook took longer than 3 s and was ended" },
    })
    expect(await trace()).toHaveLength(2)
    expect(await must(["docker", "top", server.name])).not.toMatch(/444[45]/)
  })

  test("a cancel in the middle of the first ends it, and the second still runs", async () => {
    await hook("pre", "exec sleep 4455")
    const backup = await begin()
    await until("the hook runs", async () => (await trace()).length === 1 && (await trace())[0] !== "")
    await controller.call(cancelBackup, { params: { id: backup.id } })
    expect(await runOf(backup)).toMatchObject({ status: "cancelled" })
    expect(await trace()).toHaveLength(2)
    expect(await must(["docker", "top", server.name])).not.toContain("4455")
  })

  test("a shutdown in the middle of the first ends it, and waits for the second", async () => {
    await hook("pre", "exec sleep 4466")
    await hook("post", "sleep 1; echo thawed >>/tmp/trace")
    const { runId } = await begin()
    await until("the hook runs", async () => (await trace()).join().startsWith("pre"))
    expect(await controller.end("SIGTERM")).toBe(0)
    expect((await trace()).at(-1)).toBe("thawed")
    controller = await startController(here)
    const { run } = (await controller.call(getRun, { params: { id: runId } })).data
    expect(run.status).toBe("interrupted")
    expect(await must(["docker", "top", server.name])).not.toContain("4466")
  })

  test("the backup is good, and the run is not, when only the second fails", async () => {
    await hook("post", "exit 9")
    const backup = await begin()
    expect(await runOf(backup)).toMatchObject({
      status: "partial",
      error: { message: "the post hook exited 9" },
    })
    expect((await controller.backupDone(backup.id)).status).toBe("completed")
  })

  test("a failing dump is the cause that is told, not the hook that fails after it", async () => {
    const allow = (yes: boolean) => `psql -qU postgres -c 'alter database shop allow_connections ${yes}'`
    await hook("pre", allow(false))
    await hook("post", `${allow(true)}; exit 9`)
    const backup = await begin()
    const run = await runOf(backup)
    expect(run).toMatchObject({ status: "failed" })
    expect("error" in run && run.error.message).not.toContain("hook")
    expect(await logOf(backup)).toContain("the post hook exited 9")
  })
})

describe("hooks around a restore", () => {
  const restore = async (name: string) => {
    const { id: backupId } = await begin()
    expect((await controller.backupDone(backupId)).status).toBe("completed")
    await inside("rm -f /tmp/trace")
    const options = { mode: "new" as const, name }
    const { data } = await controller.call(createRestore, { body: { backupId, options } })
    return await controller.restoreDone(data.id)
  }
  const databases = () => server.sql("postgres", "select datname from pg_database")

  test("run before and after it", async () => {
    await hook("post-restore", "psql -qAtU postgres -d restored -c 'select x from t' >>/tmp/trace")
    expect(await restore("restored")).toMatchObject({ status: "completed" })
    expect(await trace()).toEqual([`pre-restore 2:${awkward}`, `post-restore 2:${awkward}`, "1"])
    const comment = "select shobj_description(oid, 'pg_database') from pg_database where datname = 'restored'"
    expect((await server.sql("postgres", comment)).trim()).toBe("")
  })

  test("nothing is created after the first has failed, nothing stays after the second has", async () => {
    await hook("pre-restore", "exit 4")
    expect(await restore("never_made")).toMatchObject({ status: "failed", error: { code: "hook-failed" } })
    expect(await trace()).toHaveLength(2)
    await hook("pre-restore", "")
    await hook("post-restore", "exit 5")
    expect(await restore("not_kept")).toMatchObject({
      status: "failed",
      error: { message: "the post-restore hook exited 5" },
    })
    expect(await databases()).not.toMatch(/never_made|not_kept/)
  })
})
