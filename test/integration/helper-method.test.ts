// dbbackup.method=helper: from the label to a restored row, on every engine, with nothing of ours inside the server's container. And
// what is large goes that way by itself.
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test"
import {
  createBackup,
  createRestore,
  getManifest,
  getRestoreLogs,
  getRunLogs,
  listBackups,
} from "../../schemas/api.ts"
import type { BackupId, CompletedBackup } from "../../schemas/backup.ts"
import { must, run } from "../support/command.ts"
import { type Controller, type Place, place, startController } from "../support/controller.ts"
import { contents, fill } from "../support/samples.ts"
import { startServer, type TestServer } from "../support/servers.ts"

setDefaultTimeout(240_000)
const images = ["postgres:17", "mysql:9", "mariadb:11.8"]

/** Names of helper containers beside the server, whoever made them. */
async function helpersOf(server: TestServer): Promise<readonly string[]> {
  const id = (await must(["docker", "inspect", "--format", "{{.Id}}", server.name])).trim()
  const format = ["--format", "{{.ID}} {{.Names}}"]
  const filter = ["--filter", "label=dbbackup.internal=true"]
  const all = (await must(["docker", "ps", "--all", ...filter, ...format])).split("\n").filter(Boolean)
  const beside: string[] = []
  for (const line of all) {
    const [helper = "", name = ""] = line.split(" ")
    const { stdout } = await run(["docker", "inspect", "--format", "{{.HostConfig.NetworkMode}}", helper])
    if (stdout.trim() === `container:${id}`) beside.push(name)
  }
  return beside
}

for (const image of images) {
  describe(`a ${image} container whose tools run beside it`, () => {
    let here: Place
    let controller: Controller
    let server: TestServer
    let shop: CompletedBackup
    let before: string

    beforeAll(async () => {
      here = place()
      server = await startServer(image, {
        [`${here.prefix}.enable`]: "true",
        [`${here.prefix}.schedule`]: "manual",
        [`${here.prefix}.method`]: "helper",
      })
      await server.ready()
      await fill(server, "shop")
      // From here on nothing can be run in it: what works, works from beside it.
      before = await contents(server, "shop")
      await must(["docker", "exec", server.name, "mv", "/usr/bin/sh", "/usr/bin/sh.away"])
      controller = await startController(here)
    })

    afterAll(async () => {
      await controller?.end("SIGTERM")
      await server?.remove()
      here?.remove()
    })

    const backUp = async (name: string): Promise<CompletedBackup> => {
      const { id: databaseId } = await controller.database(name, ({ state }) => state === "never")
      const { data: begun } = await controller.call(createBackup, { body: { databaseId } })
      const done = await controller.backupDone(begun.id)
      if (done.status !== "completed") throw new Error(`${JSON.stringify(done)}\n${controller.log()}`)
      return done
    }

    test("has its databases and its globals backed up, though nothing can be run in it", async () => {
      expect((await run(["docker", "exec", server.name, "sh", "-c", "true"])).code).not.toBe(0)
      shop = await backUp("shop")
      await backUp("globals")
      const { data: manifest } = await controller.call(getManifest, { params: { id: shop.id } })
      expect(manifest.spec.method).toBe("helper")
      expect([manifest.fingerprint?.sameSnapshot, controller.log()]).toEqual([true, controller.log()])
      expect(JSON.stringify(manifest) + controller.log()).not.toContain("ecret")
    })

    test("gets a restore beside the original, equal in every row", async () => {
      const options = { mode: "new", name: "shop_restored" } as const
      const { data: begun } = await controller.call(createRestore, { body: { backupId: shop.id, options } })
      const done = await controller.restoreDone(begun.id)
      if (done.status !== "completed") throw new Error(`${JSON.stringify(done)}\n${controller.log()}`)
      expect(done.differences).toEqual([])
      await must(["docker", "exec", server.name, "mv", "/usr/bin/sh.away", "/usr/bin/sh"])
      expect(await contents(server, "shop_restored")).toBe(before)
    })

    test("has no helper left beside it", async () => {
      expect(await helpersOf(server)).toEqual([])
    })
  })
}

test("what is large is dumped from beside the server by itself, from the second time on", async () => {
  const here = place()
  const labels = { [`${here.prefix}.enable`]: "true", [`${here.prefix}.schedule`]: "manual" }
  const server = await startServer("postgres:17", labels)
  let controller: Controller | undefined
  try {
    await server.ready()
    await server.sql("postgres", "create database large")
    // Nothing makes random bytes smaller.
    await must(["docker", "exec", server.name, "sh", "-c", "head -c 140000000 /dev/urandom > /tmp/large"])
    await server.sql("large", "create table item (id int); select lo_import('/tmp/large')")
    controller = await startController(here)
    const { id: databaseId } = await controller.database("large", ({ state }) => state === "never")
    const said: string[] = []
    for (let round = 0; round < 2; round++) {
      const { data: begun } = await controller.call(createBackup, { body: { databaseId } })
      const { status } = await controller.backupDone(begun.id)
      expect(status).toBe("completed")
      const { data: log } = await controller.call(getRunLogs, { params: { id: begun.runId }, query: {} })
      said.push(log.find(({ message }) => message.startsWith("dumping large"))?.message ?? "")
    }
    expect(said[0]).toStartWith("dumping large: ")
    expect(said[1]).toStartWith("dumping large from a container beside the server: ")
    const { data: made } = await controller.call(listBackups, { query: { databaseId } })
    const options = { mode: "new", name: "again" } as const
    const { data: restore } = await controller.call(createRestore, {
      body: { backupId: made[0]?.id ?? ("" as BackupId), options },
    })
    expect((await controller.restoreDone(restore.id)).status).toBe("completed")
    const { data: lines } = await controller.call(getRestoreLogs, { params: { id: restore.id }, query: {} })
    expect(lines.map(({ message }) => message)).toContain("loading from a container beside the server")
    expect(await server.sql("again", "select sha256(lo_get(oid)) from pg_largeobject_metadata")).toBe(
      await server.sql("large", "select sha256(lo_get(oid)) from pg_largeobject_metadata"),
    )
    expect(await helpersOf(server)).toEqual([])
  } finally {
    await controller?.end("SIGTERM")
    await server.remove()
    here.remove()
  }
})
