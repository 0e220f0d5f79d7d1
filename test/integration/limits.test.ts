// The labels that keep a dump from being in the way: how fast it leaves the server, and who goes first for the processor.
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test"
import { createBackup, createRestore, getBackup } from "../../schemas/api.ts"
import { must } from "../support/command.ts"
import { type Controller, type Place, place, startController } from "../support/controller.ts"
import { homeDatabase, startServer, type TestServer } from "../support/servers.ts"
import { until } from "../support/until.ts"

setDefaultTimeout(180_000)
const bytesPerSecond = 2 * 2 ** 20

/** Prints the niceness and the class and priority for the disk of each tool of a dump or of PostgreSQL's restores that runs. */
const priorities = `for d in /proc/[0-9]*; do
  { read -r line <"$d/stat"; } 2>/dev/null || continue
  case $line in *"(pg_dump)"*|*"(pg_restore)"*|*"(mysqldump)"*|*"(mariadb-dump)"*) ;; *) continue ;; esac
  set -- \${line##*) }
  echo "\${17} $(ionice -p "\${d#/proc/}" 2>/dev/null)"
done`
/** Of the one that loads: a tool that is asked for its version before is not meant to step back. Else the last that was seen. */
const priorityOfNext = `for n in $(seq 600); do said=$(${priorities}); case $said in "") ;; 10*) break ;; *) last=$said ;; esac; sleep 0.05; done; echo "\${said:-$last}"`

for (const image of ["postgres:17", "mysql:9", "mariadb:11.8"]) {
  describe(`a dump of ${image} that is to step back`, () => {
    let here: Place
    let server: TestServer
    let controller: Controller

    beforeAll(async () => {
      here = place()
      const labels = {
        enable: "true",
        schedule: "manual",
        compress: "none",
        nice: "true",
        "rate-limit": "2MiB",
      }
      server = await startServer(
        image,
        Object.fromEntries(Object.entries(labels).map(([key, value]) => [`${here.prefix}.${key}`, value])),
      )
      await server.ready()
      await server.sql(homeDatabase[server.engine], "create database shop")
      if (server.engine === "postgres")
        await server.sql(
          "shop",
          `create table t as select i, md5(i::text) || md5((i+1)::text) as x from generate_series(1, 120000) i;
          create function wait() returns boolean language sql as 'select pg_sleep(2) is not null';
          create table held (i int check (wait())); insert into held values (1)`,
        )
      else {
        await server.sql(
          "shop",
          "create table t (x varchar(2000)); insert into t values (repeat(uuid(), 30))",
        )
        for (let n = 0; n < 13; n++) await server.sql("shop", "insert into t select x from t")
      }
      controller = await startController(here)
    })
    afterAll(async () => {
      await controller?.end("SIGTERM")
      await server?.remove()
      here?.remove()
    })

    test("goes as fast as it may and no faster, its tool has a low priority, and it is whole", async () => {
      const { id: databaseId } = await controller.database("shop", ({ jobs }) => jobs.length > 0)
      const { data } = await controller.call(createBackup, { body: { databaseId } })
      await until("bytes flow", async () => {
        const { data: now } = await controller.call(getBackup, { params: { id: data.id } })
        return now.status === "running" && now.progress.rawBytes > 500_000
      })
      const seen = await must(["docker", "exec", server.name, "sh", "-c", priorities])
      const hasIonice =
        (await must(["docker", "exec", server.name, "sh", "-c", "command -v ionice || true"])) !== ""
      expect(seen.trim()).toBe(hasIonice ? "10 best-effort: prio 7" : "10")
      const done = await controller.backupDone(data.id)
      if (done.status !== "completed") throw new Error(JSON.stringify(done))
      const seconds = (Date.parse(done.finishedAt) - Date.parse(done.startedAt)) / 1000
      const wanted = done.proof.rawBytes / bytesPerSecond
      expect(wanted).toBeGreaterThan(3)
      // What is not read yet when the tool ends, some 100 KB, is no wait any more. A busy machine may make it later.
      expect(seconds).toBeGreaterThan(wanted * 0.9)
      if (server.engine !== "postgres") return
      const next = must(["docker", "exec", server.name, "sh", "-c", priorityOfNext])
      const options = { mode: "new", name: "shop_again" } as const
      const { data: restore } = await controller.call(createRestore, {
        body: { backupId: data.id, options },
      })
      expect((await next).trim()).toBe("10 best-effort: prio 7")
      expect(await controller.restoreDone(restore.id)).toMatchObject({ status: "completed", differences: [] })
    })
  })
}
