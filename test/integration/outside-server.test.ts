// Servers outside Docker, named by the settings or added over the API: dumped and restored over TCP by tools of a local image.
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { rotateKey } from "../../controller/cli/rotate-key.ts"
import {
  addDatabases,
  createBackup,
  createRestore,
  deleteDatabases,
  getBackup,
  getManifest,
  getServer,
  listServers,
  testConnection,
  tryConnection,
} from "../../schemas/api.ts"
import type { CompletedBackup } from "../../schemas/backup.ts"
import type { FaultCode } from "../../schemas/errors.ts"
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

const images = ["postgres:17", "mysql:9", "mariadb:11.8"] as const
const running = new Map<string, TestServer>()
beforeAll(async () => {
  await Promise.all(
    images.map(async (image) => {
      const server = await startServer(image, {}, ["--publish-all"])
      running.set(image, server)
      await server.ready()
      await fill(server, "shop")
    }),
  )
})
afterAll(async () => {
  for (const server of running.values()) await server.remove()
})

function serverOf(image: (typeof images)[number]): TestServer {
  const server = running.get(image)
  if (!server) throw new Error(`${image} was not started`)
  return server
}

for (const image of images) {
  describe(`a ${image} server outside Docker`, () => {
    let here: Place
    let controller: Controller
    let server: TestServer
    let shop: CompletedBackup
    const user = image.startsWith("postgres") ? "postgres" : "root"
    const labels = { schedule: "manual", "meta.owner": "team a" }

    beforeAll(async () => {
      here = place()
      server = serverOf(image)
      const legacy = {
        ...{ type: server.engine, host: "127.0.0.1", port: await portOf(server), user, labels },
        ...{ passwordFile: join(here.folder, "password"), tls: { mode: "disable" } },
      }
      writeFileSync(legacy.passwordFile, `${password}\n`)
      controller = await startController(here, settingsFile(here, { legacy }))
    })
    afterAll(async () => {
      await controller?.end("SIGTERM")
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
  let ca: string
  let env: Record<string, string>
  let [my, pg] = [0, 0]

  beforeAll(async () => {
    here = place()
    mysql = serverOf("mysql:9")
    postgres = serverOf("postgres:17")
    ca = await must(["docker", "exec", mysql.name, "cat", "/var/lib/mysql/ca.pem"])
    const caFile = join(here.folder, "ca.pem")
    writeFileSync(caFile, ca)
    my = await portOf(mysql)
    pg = await portOf(postgres)
    const labels = { schedule: "manual" }
    const common = { host: "127.0.0.1", passwordVariable: "LEGACY_PASSWORD", labels }
    const ofMysql = { ...common, type: "mysql", port: my, user: "root" }
    const ofPostgres = { ...common, type: "postgres", port: pg, user: "postgres" }
    env = {
      ENCRYPTION_KEY: keys[0],
      ...settingsFile(here, {
        signed: { ...ofMysql, tls: { mode: "verify-ca", caFile } },
        "other-name": { ...ofMysql, tls: { caFile } },
        "other-signer": { ...ofMysql, tls: { mode: "verify-ca" } },
        "no-tls": { ...ofPostgres },
        "no-variable": { ...ofPostgres, passwordVariable: "NO_SUCH", tls: { mode: "disable" } },
        "wrong-port": { ...ofPostgres, port: 1, tls: { mode: "disable" } },
      }),
    }
    controller = await startController(here, env)
  })
  afterAll(async () => {
    await controller?.end("SIGTERM")
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
        expect.objectContaining({ code: "tls-refused", hint: expect.stringContaining("tls.") }),
      ])
    }
  })

  test("is not asked for where the password is missing or nobody answers", async () => {
    expect((await seen("no-variable")).problems[0]).toMatchObject({ code: "settings-invalid" })
    expect((await seen("wrong-port")).problems[0]).toMatchObject({ code: "server-not-ready" })
  })

  describe("that is added over the API", () => {
    const made: string[] = []
    const ofMysql = () => ({
      ...({ type: "mysql", host: "127.0.0.1", port: my, username: "root", password } as const),
      ...{ tls: { mode: "verify-ca", ca } as const, labels: { schedule: "manual" } },
    })
    const backUp = async () => {
      const { data: begun } = await controller.call(createBackup, {
        body: { databaseId: "kept:shop" as never },
      })
      const done = await controller.backupDone(begun.id)
      if (done.status !== "completed") throw new Error(`${JSON.stringify(done)}\n${controller.log()}`)
      made.push(done.id)
    }
    const params = { id: "kept" }

    test("answers a trial with what it is, and each way that does not lead there with why", async () => {
      const { data: up } = await controller.call(tryConnection, { body: ofMysql() })
      expect(up).toMatchObject({
        ...{ state: "up", engine: "mysql", serverVersion: expect.stringMatching(/^9/), tool: "mysqldump" },
        ...{ databases: expect.arrayContaining(["shop"]), readsAll: true, tls: { certificateChecked: true } },
      })
      const ofPostgres = {
        type: "postgresql",
        host: "127.0.0.1",
        port: pg,
        user: "postgres",
        password,
      } as const
      const open = { mode: "disable" } as const
      const ways: readonly (readonly [object, FaultCode, string])[] = [
        [{ ...ofMysql(), password: "wrong" }, "access-denied", "password"],
        [{ ...ofPostgres, ssl: false, password: "wrong" }, "access-denied", "password"],
        [{ ...ofMysql(), host: "no-such-host.invalid" }, "host-unknown", "no-such-host.invalid"],
        [{ ...ofPostgres, ssl: false, port: 1 }, "server-not-ready", "firewall"],
        [{ ...ofMysql(), tls: { mode: "verify-ca" } }, "tls-refused", "tls.ca"],
        [{ ...ofMysql(), tls: { mode: "verify-full", ca } }, "tls-refused", "of another name than 127.0.0.1"],
        [ofPostgres, "tls-refused", "has no TLS"],
        [{ ...ofPostgres, tls: open, port: my }, "engine-mismatch", "type"],
        [{ ...ofMysql(), type: "mariadb", tls: open }, "engine-mismatch", "type: mysql"],
      ]
      for (const [body, code, hint] of ways) {
        const { data } = await controller.call(tryConnection, { body: body as never })
        const problem = data.state === "down" ? data.problem : data
        expect([hint, problem]).toEqual([
          hint,
          expect.objectContaining({ code, hint: expect.stringContaining(hint) }),
        ])
      }
    })

    test("is backed up at once, also after a restart and a change of the operator's key", async () => {
      const { data: server } = await controller.call(addDatabases, { body: { name: "kept", ...ofMysql() } })
      expect(server).toMatchObject({
        id: "kept",
        managed: "api",
        state: "active",
        outside: { password: "sealed" },
      })
      await backUp()
      await controller.end("SIGTERM")
      controller = await startController(here, env)
      await controller.database(
        "shop",
        (database) => database.server.id === "kept" && database.state === "fresh",
      )
      await backUp()
      await controller.end("SIGTERM")
      const DATABASE_PATH = join(here.folder, "db/app.db")
      const turn = { DATABASE_PATH, ENCRYPTION_KEY: keys[1], ENCRYPTION_KEY_OLD: keys[0] }
      expect(rotateKey(turn)).toStartWith("1 secrets sealed with the new key.")
      controller = await startController(here, { ...env, ENCRYPTION_KEY: keys[1] })
      await controller.database("shop", ({ server: { id, state } }) => id === "kept" && state === "active")
      expect((await controller.call(testConnection, { params })).data.state).toBe("up")
      expect(controller.log()).not.toContain("ecret")
    })

    test("is retired when it is removed, and its backups stay", async () => {
      await controller.call(deleteDatabases, { params })
      expect((await controller.call(getServer, { params })).data).toMatchObject({
        state: "retired",
        managed: "api",
      })
      const { data: backup } = await controller.call(getBackup, { params: { id: made.at(-1) ?? "" } })
      expect(backup.status).toBe("completed")
    })
  })
})

const keys = ["the key that is in force at first, 1", "the key that comes after it, number 2"] as const
