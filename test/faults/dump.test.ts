// What goes wrong during a dump: each ends in one clear error, nothing is listed as good, nothing is left behind.
import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { basename, join } from "node:path"
import { cancelBackup, createBackup, getBackup, listDatabases } from "../../schemas/api.ts"
import type { Backup } from "../../schemas/backup.ts"
import { must, run } from "../support/command.ts"
import { type Controller, type Place, place, startController } from "../support/controller.ts"
import { homeDatabase, startServer, type TestServer } from "../support/servers.ts"
import { storedFiles } from "../support/stored-files.ts"
import { until } from "../support/until.ts"

const images = ["postgres:17", "mysql:9", "mariadb:11.8"]

/** Rows that take a dump long enough to break it in the middle. */
async function fillLarge(server: TestServer): Promise<void> {
  await server.sql(homeDatabase[server.engine], "create database large")
  if (server.engine === "postgres") {
    await server.sql(
      "large",
      "create table t as select i, md5(i::text) || md5((i+1)::text) || md5((i+2)::text) as x from generate_series(1, 1000000) i",
    )
  } else {
    await server.sql(
      "large",
      "create table t (i int auto_increment primary key, x text); insert into t (x) values (repeat(uuid(), 40))",
    )
    for (let n = 0; n < 16; n++)
      await server.sql("large", "insert into t (x) select repeat(concat(uuid(), i), 38) from t")
  }
}

function files(here: Place): string[] {
  return storedFiles(join(here.folder, "backups")).map((path) => basename(path))
}

async function toolsIn(server: TestServer): Promise<string> {
  const { stdout } = await run([
    "docker",
    "exec",
    server.name,
    "sh",
    "-c",
    "for f in /proc/[0-9]*/cmdline; do tr '\\0' ' ' < $f; echo; done 2>/dev/null",
  ])
  return stdout
    .split("\n")
    .filter((line) => /^\S*(pg_dump|mysqldump|mariadb-dump)\b/.test(line))
    .join("\n")
}

for (const image of images) {
  describe(`a dump of ${image}`, () => {
    let here: Place
    let controller: Controller
    let server: TestServer

    beforeAll(async () => {
      here = place()
      server = await startServer(image, {
        [`${here.prefix}.enable`]: "true",
        [`${here.prefix}.schedule`]: "manual",
        [`${here.prefix}.compress`]: "none",
      })
      await server.ready()
      await fillLarge(server)
      controller = await startController(here)
    })

    afterAll(async () => {
      await controller?.end("SIGTERM")
      await server?.remove()
      here?.remove()
    })

    const begin = async (): Promise<Backup> => {
      const { id: databaseId } = await controller.database(
        "large",
        ({ server }) => server.container?.state === "running",
      )
      const { data } = await controller.call(createBackup, { body: { databaseId } })
      await until("bytes flow", async () => {
        const { data: now } = await controller.call(getBackup, { params: { id: data.id } })
        if (now.status === "failed") throw new Error(now.error.message)
        return now.status === "running" && now.progress.rawBytes > 1_000_000
      })
      return data
    }

    const expectFailure = async (id: string, status: string, code: string | RegExp) => {
      const done = await controller.backupDone(id)
      if (!("error" in done)) throw new Error(`it completed: ${JSON.stringify(done)}`)
      expect(done.status).toBe(status as never)
      expect(done.error.code).toMatch(code)
      expect(done.error.message.length).toBeGreaterThan(10)
      expect(files(here)).toEqual([])
      const { data: databases } = await controller.call(listDatabases)
      expect(databases.find(({ name }) => name === "large")?.lastBackup).toBeNull()
    }

    test("that is cancelled ends the tool inside the container and leaves nothing", async () => {
      const { id } = await begin()
      await controller.call(cancelBackup, { params: { id } })
      await expectFailure(id, "cancelled", "cancelled")
      await until("the tool has ended", async () => (await toolsIn(server)) === "", 15)
    })

    test("whose tool is killed is not a backup", async () => {
      const { id } = await begin()
      await must([
        "docker",
        "exec",
        server.name,
        "sh",
        "-c",
        "for p in /proc/[0-9]*; do case $(cat $p/comm) in pg_dump|mysqldump|mariadb-dump) kill -9 ${p#/proc/} ;; esac; done; true",
      ])
      await expectFailure(id, "failed", /dump-failed|server-lost|dump-truncated/)
    })

    test("whose container is killed fails, and the next one succeeds", async () => {
      const { id } = await begin()
      await must(["docker", "kill", server.name])
      await expectFailure(id, "failed", /server-lost|server-down|dump-failed|docker-error/)
      await must(["docker", "start", server.name])
      await server.ready()
      const { id: databaseId } = await controller.database(
        "large",
        ({ server }) => server.container?.state === "running",
      )
      const { data } = await controller.call(createBackup, { body: { databaseId } })
      expect((await controller.backupDone(data.id)).status).toBe("completed")
    })
  })
}
