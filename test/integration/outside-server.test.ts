// Servers outside Docker, named by the settings alone: dumped and restored over TCP by tools of a local image.
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { createBackup, createRestore, getManifest, listServers } from "../../schemas/api.ts"
import type { CompletedBackup } from "../../schemas/backup.ts"
import { must } from "../support/command.ts"
import { type Controller, type Place, place, startController } from "../support/controller.ts"
import { contents, fill } from "../support/samples.ts"
import { password, startServer, type TestServer } from "../support/servers.ts"
import { until } from "../support/until.ts"

setDefaultTimeout(240_000)

/** The server's TCP port on this host's loopback address: all that the controller is told. */
async function portOf({ name, engine }: TestServer): Promise<number> {
  const inside = engine === "postgres" ? "5432/tcp" : "3306/tcp"
  return Number((await must(["docker", "port", name, inside])).trim().split("\n")[0]?.split(":").at(-1))
}

function settingsFile({ folder }: Place, servers: object): Record<string, string> {
  const path = join(folder, "dbbackup.yaml")
  writeFileSync(path, JSON.stringify({ servers }))
  return { DBBACKUP_SETTINGS: path, LEGACY_PASSWORD: password }
}

for (const image of ["postgres:17", "mysql:9", "mariadb:11.8"]) {
  describe(`a ${image} server outside Docker`, () => {
    let here: Place
    let controller: Controller
    let server: TestServer
    let shop: CompletedBackup
    const user = image.startsWith("postgres") ? "postgres" : "root"
    const labels = { schedule: "manual", "meta.owner": "team a" }

    beforeAll(async () => {
      here = place()
      server = await startServer(image, {}, ["--publish-all"])
      await server.ready()
      await fill(server, "shop")
      const legacy = {
        ...{ type: server.engine, host: "127.0.0.1", port: await portOf(server), user, labels },
        ...{ passwordFile: join(here.folder, "password"), tls: { mode: "disable" } },
      }
      writeFileSync(legacy.passwordFile, `${password}\n`)
      controller = await startController(here, settingsFile(here, { legacy }))
    })
    afterAll(async () => {
      await controller?.end("SIGTERM")
      await server?.remove()
      here?.remove()
    })

    test("is listed with its databases, and backed up with its globals", async () => {
      for (const name of ["globals", "shop"]) {
        const database = await controller.database(name, ({ state }) => state === "never")
        expect(database.server).toMatchObject({ id: "legacy", name: "legacy" })
        const { data: begun } = await controller.call(createBackup, { body: { databaseId: database.id } })
        const done = await controller.backupDone(begun.id)
        if (done.status !== "completed") throw new Error(`${JSON.stringify(done)}\n${controller.log()}`)
        shop = done
      }
      const { data: manifest } = await controller.call(getManifest, { params: { id: shop.id } })
      expect(manifest.meta).toEqual({ owner: "team a" })
      expect([manifest.fingerprint?.sameSnapshot, controller.log()]).toEqual([true, controller.log()])
      expect(manifest.restore.join("\n")).not.toContain("docker exec")
      // Tools of its own age, where a local image has them.
      const major = (version: string) => Number.parseInt(version, 10)
      if (server.engine === "postgres")
        expect(major(manifest.engine.toolVersion)).toBe(major(manifest.engine.serverVersion))
      expect(JSON.stringify(manifest) + controller.log()).not.toContain("ecret")
    })

    test("gets a restore beside the original, equal in every row", async () => {
      const options = { mode: "new", name: "shop_restored" } as const
      const { data: begun } = await controller.call(createRestore, { body: { backupId: shop.id, options } })
      const done = await controller.restoreDone(begun.id)
      if (done.status !== "completed") throw new Error(`${JSON.stringify(done)}\n${controller.log()}`)
      expect(done.differences).toEqual([])
      expect(await contents(server, "shop_restored")).toBe(await contents(server, "shop"))
    })
  })
}

describe("the certificate of a server outside Docker", () => {
  let here: Place
  let controller: Controller
  let mysql: TestServer
  let postgres: TestServer

  beforeAll(async () => {
    here = place()
    mysql = await startServer("mysql:9", {}, ["--publish-all"])
    postgres = await startServer("postgres:17", {}, ["--publish-all"])
    await Promise.all([mysql.ready(), postgres.ready()])
    const ca = join(here.folder, "ca.pem")
    writeFileSync(ca, await must(["docker", "exec", mysql.name, "cat", "/var/lib/mysql/ca.pem"]))
    const [my, pg] = [await portOf(mysql), await portOf(postgres)]
    const labels = { schedule: "manual" }
    const common = { host: "127.0.0.1", passwordVariable: "LEGACY_PASSWORD", labels }
    const ofMysql = { ...common, type: "mysql", port: my, user: "root" }
    const ofPostgres = { ...common, type: "postgres", port: pg, user: "postgres" }
    controller = await startController(
      here,
      settingsFile(here, {
        signed: { ...ofMysql, tls: { mode: "verify-ca", caFile: ca } },
        "other-name": { ...ofMysql, tls: { caFile: ca } },
        "other-signer": { ...ofMysql, tls: { mode: "verify-ca" } },
        "no-tls": { ...ofPostgres },
        "no-variable": { ...ofPostgres, passwordVariable: "NO_SUCH", tls: { mode: "disable" } },
        "wrong-port": { ...ofPostgres, port: 1, tls: { mode: "disable" } },
      }),
    )
  })
  afterAll(async () => {
    await controller?.end("SIGTERM")
    for (const server of [mysql, postgres]) await server?.remove()
    here?.remove()
  })

  const seen = (id: string) =>
    until(`${id} was looked into`, async () => {
      const { data } = await controller.call(listServers)
      const server = data.find((each) => each.id === id)
      return server && (server.serverVersion !== null || server.problems.length > 0) ? server : undefined
    })

  test("is taken when the named authority has signed it", async () => {
    expect(await seen("signed")).toMatchObject({ problems: [], serverVersion: expect.stringMatching(/^9/) })
  })

  test("is refused when it is of another name, of another signer, or not there, with what to do", async () => {
    for (const id of ["other-name", "other-signer", "no-tls"]) {
      const { problems } = await seen(id)
      expect([id, problems[0]]).toEqual([
        id,
        expect.objectContaining({ code: "access-denied", hint: expect.stringContaining("tls.") }),
      ])
    }
  })

  test("is not asked for where the password is missing or nobody answers", async () => {
    expect((await seen("no-variable")).problems[0]).toMatchObject({ code: "settings-invalid" })
    expect((await seen("wrong-port")).problems[0]).toMatchObject({ code: "server-not-ready" })
  })
})
