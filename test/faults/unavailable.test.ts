// Servers that are away when a run wants them, or go away under it: waited for, taken up in their new container, never taken for good.
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test"
import { createBackup, getRun, getRunLogs, listBackups, listRuns } from "../../schemas/api.ts"
import type { Backup } from "../../schemas/backup.ts"
import { must, run } from "../support/command.ts"
import { type Controller, type Place, place, startController } from "../support/controller.ts"
import { startServer, type TestServer } from "../support/servers.ts"
import { until } from "../support/until.ts"

setDefaultTimeout(120_000)

const labelsOf = (here: Place, more: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries({ enable: "true", ...more }).map(([key, value]) => [`${here.prefix}.${key}`, value]),
  )
/** Holds the one table of the database, so that a dump of it waits and waits. */
const lock = (server: TestServer, database: string) =>
  must([
    ...["docker", "exec", "--detach", server.name, "psql", "--username=postgres", `--dbname=${database}`],
    "--command=begin; lock table t; select pg_sleep(600)",
  ])
const dumps = async (server: TestServer) => {
  const { stdout } = await run(["docker", "top", server.name, "-eo", "pid,args"])
  return stdout.split("\n").filter((line) => line.includes("pg_dump") && line.includes("format=custom"))
}
const logOf = async (on: Controller, runId: string) =>
  (await on.call(getRunLogs, { params: { id: runId } })).data.map(({ message }) => message).join("\n")

describe("a server that is away", () => {
  let here: Place
  let server: TestServer
  let controller: Controller
  let databaseId = ""

  beforeAll(async () => {
    here = place()
    server = await startServer("postgres:17", labelsOf(here, { schedule: "manual" }), ["--network", "none"])
    await server.ready()
    await server.sql("postgres", "create database shop")
    await server.sql("shop", "create table t as select 1 as x")
    controller = await startController(here)
    databaseId = (await controller.database("shop", ({ server }) => server.container?.state === "running")).id
  })
  afterAll(async () => {
    await controller?.end("SIGTERM")
    await server?.remove()
    here?.remove()
  })

  const waiting = async (): Promise<Backup> => {
    const { data } = await controller.call(createBackup, { body: { databaseId } })
    await until("it says that it waits", async () =>
      (await logOf(controller, data.runId)).includes("waiting for"),
    )
    return data
  }

  test("is waited for while it is stopped, and while it is starting", async () => {
    await must(["docker", "stop", "--time", "5", server.name])
    const { id, runId } = await waiting()
    expect(await logOf(controller, runId)).toContain("is not running (exited)")
    await must(["docker", "start", server.name])
    expect((await controller.backupDone(id)).status).toBe("completed")
    expect(await logOf(controller, runId)).toMatch(/the server answers after \d+ s/)
  })

  test("is waited for while it is paused", async () => {
    await must(["docker", "pause", server.name])
    const { id, runId } = await waiting()
    expect(await logOf(controller, runId)).toContain("(paused)")
    await must(["docker", "unpause", server.name])
    expect((await controller.backupDone(id)).status).toBe("completed")
  })

  test("whose controller is killed is freed of the dump, its locks with it, and can be backed up again", async () => {
    await lock(server, "shop")
    const { data } = await controller.call(createBackup, { body: { databaseId } })
    await until("the dump waits", async () => (await dumps(server)).length > 0)
    await controller.end("SIGKILL")
    expect(await dumps(server)).not.toEqual([])
    controller = await startController(here)
    await until("the dump is gone", async () => (await dumps(server)).length === 0)
    expect(await controller.backupDone(data.id)).toMatchObject({ status: "interrupted" })
    await until("its log says so", async () => (await logOf(controller, data.runId)).includes("ended 1 tool"))
    await server.sql(
      "postgres",
      "select pg_terminate_backend(pid) from pg_stat_activity where query like '%pg_sleep%' and pid <> pg_backend_pid()",
    )
    const again = await controller.call(createBackup, { body: { databaseId } })
    expect((await controller.backupDone(again.data.id)).status).toBe("completed")
  })
})

test("a container that is recreated in the middle of a run: one backup fails, the next is made in the new container", async () => {
  const here = place()
  const volume = `dbbackup-test-${here.prefix}`
  const start = () =>
    startServer(
      "postgres:17",
      labelsOf(here, { id: "moving", schedule: "daily", "hooks.pre": '["touch","/tmp/prepared"]' }),
      ["--network", "none", "--volume", `${volume}:/var/lib/postgresql/data`],
    )
  let server = await start()
  let controller: Controller | undefined
  try {
    await server.ready()
    for (const name of ["held", "later"]) {
      await server.sql("postgres", `create database ${name}`)
      await server.sql(name, "create table t as select 1 as x")
    }
    await lock(server, "held")
    controller = await startController(here)
    const on = controller
    await until("the dump waits", async () => (await dumps(server)).length > 0)
    await must(["docker", "rm", "--force", server.name])
    server = await start()
    const ended = await until("the run ends", async () => {
      const [run] = (await on.call(listRuns)).data
      return run !== undefined && run.status !== "queued" && run.status !== "running" && run
    })
    const { backups } = (await on.call(getRun, { params: { id: ended.id } })).data
    expect(backups.map(({ database, status }) => `${database} ${status}`).sort()).toEqual([
      expect.stringMatching(/globals.* completed/),
      "held failed",
      "later completed",
      "postgres completed",
    ])
    expect(ended).toMatchObject({ status: "partial", error: { code: "server-lost" } })
    const { data: failed } = await on.call(listBackups, { query: { status: "failed" } })
    expect(failed).toMatchObject([
      { error: { message: expect.stringContaining("while a tool was running in it") } },
    ])
    // The new container was prepared, too, before it was dumped.
    await must(["docker", "exec", server.name, "test", "-e", "/tmp/prepared"])
  } finally {
    await controller?.end("SIGTERM")
    await server.remove()
    await run(["docker", "volume", "rm", "--force", volume])
    here.remove()
  }
})
