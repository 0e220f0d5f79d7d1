// A restore into a new database that is broken off in the middle of its load, in each way and on each engine: what was there is as it
// was, row for row; nothing half-made is left; what happened is said, and the next restore works.
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test"
import { mkdirSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { cancelRestore, createBackup, createRestore } from "../../schemas/api.ts"
import type { CompletedBackup } from "../../schemas/backup.ts"
import type { Restore } from "../../schemas/restore.ts"
import { must } from "../support/command.ts"
import { type Controller, type Place, place, startController } from "../support/controller.ts"
import { heldLoad, loadTools, signalTool } from "../support/held-load.ts"
import { contents, fill } from "../support/samples.ts"
import { engineOf, homeDatabase, startServer, type TestServer } from "../support/servers.ts"
import { storedFiles } from "../support/stored-files.ts"
import { until } from "../support/until.ts"

setDefaultTimeout(300_000)
const images = process.env.FAULT_IMAGES?.split(",") ?? ["postgres:18", "mysql:9", "mariadb:11.8"]

for (const image of images) {
  const engine = engineOf(image)
  const postgres = engine === "postgres"
  describe(`a restore on ${image}, half of it loaded,`, () => {
    let here: Place
    let server: TestServer
    let controller: Controller
    let backup: CompletedBackup
    let wanted: string
    let before: readonly string[]

    const databases = async () =>
      (
        await server.sql(
          homeDatabase[engine],
          postgres
            ? "select datname from pg_database order by 1"
            : "select schema_name from information_schema.schemata order by 1",
        )
      )
        .trim()
        .split("\n")
    /** Files that somebody could have forgotten: in the container, and of the controller. */
    const temporary = async () => [
      ...(await must(["docker", "exec", server.name, "ls", "-A", "/tmp"])).trim().split("\n"),
      ...storedFiles(`${here.folder}/backups`),
      ...readdirSync(here.folder),
      ...readdirSync(join(here.folder, "tmp")),
    ]

    const start = () => startController(here, { TMPDIR: join(here.folder, "tmp") })

    beforeAll(async () => {
      here = place()
      mkdirSync(join(here.folder, "tmp"))
      const labels = { enable: "true", schedule: "manual", compress: "none", "on-unavailable": "wait=60s" }
      server = await startServer(
        image,
        Object.fromEntries(Object.entries(labels).map(([key, value]) => [`${here.prefix}.${key}`, value])),
      )
      await server.ready()
      await fill(server, "shop")
      if (postgres)
        await server.sql(
          "shop",
          "create table a_large as select i, repeat(md5(i::text), 4) as x from generate_series(1, 200000) i",
        )
      else
        await server.sql(
          "shop",
          `create table a_large (i int primary key, x text);
           set session ${engine === "mysql" ? "cte_max_recursion_depth" : "max_recursive_iterations"} = 20000;
           insert into a_large with recursive n (i) as (select 1 union all select i + 1 from n where i < 16000)
             select i, repeat(sha2(i, 256), 20) from n`,
        )
      controller = await start()
      const { id: databaseId } = await controller.database(
        "shop",
        (one) => one.server.container?.state === "running",
      )
      const { data } = await controller.call(createBackup, { body: { databaseId } })
      const done = await controller.backupDone(data.id)
      if (done.status !== "completed") throw new Error(`${JSON.stringify(done)}\n${controller.log()}`)
      backup = done
      wanted = await contents(server, "shop")
      before = [...(await databases()), ...(await temporary())]
    })
    afterAll(async () => {
      await controller?.end("SIGTERM")
      await server?.remove()
      here?.remove()
    })

    const begin = async (name = "copy") => {
      const options = { mode: "new" as const, name }
      return (await controller.call(createRestore, { body: { backupId: backup.id, options } })).data.id
    }
    const held = async () => {
      const id = await begin()
      return { id, pid: await heldLoad(server, "copy") }
    }
    /** As if there had been none. */
    const leftNothing = async () => {
      await until(
        "nothing half-made is left",
        async () => {
          const now = [...(await databases()), ...(await temporary())]
          return JSON.stringify(now) === JSON.stringify(before)
        },
        60,
      ).catch(async (error) => {
        expect([...(await databases()), ...(await temporary())]).toEqual([...before])
        throw error
      })
      expect(await loadTools(server)).toEqual([])
      expect(await contents(server, "shop")).toBe(wanted)
    }
    const failure = (done: Restore) => {
      if (!("error" in done)) throw new Error(`it has not failed: ${JSON.stringify(done)}`)
      return { status: done.status, ...done.error }
    }

    test("whose tool is killed fails, and is dropped", async () => {
      const { id, pid } = await held()
      await signalTool(server, pid, "KILL")
      expect(failure(await controller.restoreDone(id))).toMatchObject({
        status: "failed",
        code: "restore-failed",
        message: expect.stringMatching(/^loading copy: .*(KILL|137)/),
      })
      await leftNothing()
    })

    test("that is cancelled is dropped, though its tool hangs", async () => {
      const { id } = await held()
      await controller.call(cancelRestore, { params: { id } })
      expect(failure(await controller.restoreDone(id))).toMatchObject({
        status: "cancelled",
        code: "cancelled",
      })
      await leftNothing()
    })

    test.skipIf(!postgres)("that is cancelled while its database is being created leaves none", async () => {
      const holder = server
        .sql("postgres", "begin; lock table pg_database in share mode; select pg_sleep(30)")
        .catch(() => "")
      const waiting = (query: string, event: string) =>
        until(`${query} waits`, async () =>
          (
            await server.sql(
              "postgres",
              "select wait_event_type, query from pg_stat_activity where pid <> pg_backend_pid()",
            )
          )
            .split("\n")
            .some((line) => line.startsWith(event) && line.includes(query)),
        )
      await waiting("pg_sleep(30)", "Timeout")
      const id = await begin()
      await waiting("create database copy", "Lock")
      await controller.call(cancelRestore, { params: { id } })
      await server.sql(
        "postgres",
        "select pg_terminate_backend(pid) from pg_stat_activity where query like '%pg_sleep(30)%' and pid <> pg_backend_pid()",
      )
      await holder
      expect(failure(await controller.restoreDone(id))).toMatchObject({
        status: "cancelled",
        code: "cancelled",
      })
      await leftNothing()
    })

    test("whose database somebody drops fails, says so, and leaves alone what somebody makes of that name", async () => {
      const { id, pid } = await held()
      const dropped = server
        .sql(homeDatabase[engine], postgres ? "drop database copy with (force)" : "drop database copy")
        .then(() => server.sql(homeDatabase[engine], "create database copy"))
      // It waits for the tool's lock on the table.
      if (!postgres)
        await until("it waits", async () =>
          (await server.sql("mysql", "select info from information_schema.processlist")).includes(
            "drop database",
          ),
        )
      await signalTool(server, pid, "CONT")
      await dropped
      const { code, message } = failure(await controller.restoreDone(id))
      expect(["restore-failed", "server-lost", "database-gone"]).toContain(code)
      expect(message).toStartWith("loading copy: ")
      expect(await databases()).toContain("copy")
      await server.sql(homeDatabase[engine], "drop database copy")
      await leftNothing()
    })

    test("whose server is killed fails, and is dropped once the server is back", async () => {
      const { id } = await held()
      await must(["docker", "kill", server.name])
      expect(failure(await controller.restoreDone(id))).toMatchObject({
        status: "failed",
        code: "server-lost",
      })
      await must(["docker", "start", server.name])
      await server.ready()
      await leftNothing()
    })

    test("whose controller is killed is interrupted, and dropped by the next one", async () => {
      const { id } = await held()
      await controller.end("SIGKILL")
      controller = await start()
      await controller.database("shop", (one) => one.server.container?.state === "running")
      expect(failure(await controller.restoreDone(id))).toMatchObject({ status: "interrupted" })
      await leftNothing()
    })

    test("and another one into the same name: that one is refused, and touches nothing of the first", async () => {
      const { id, pid } = await held()
      const refused = await begin().then(
        async (second) => failure(await controller.restoreDone(second)),
        (refusal) => refusal.error,
      )
      expect(refused.message).toContain("copy")
      await signalTool(server, pid, "CONT")
      expect(await controller.restoreDone(id)).toMatchObject({ status: "completed", differences: [] })
      expect(await contents(server, "copy")).toBe(wanted)
      await server.sql(homeDatabase[engine], "drop database copy")
      await leftNothing()
    })
  })
}
