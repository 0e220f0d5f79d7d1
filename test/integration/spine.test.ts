// From a label on a container to a restored row, on every engine and on servers older and newer: the whole product, nothing faked.
import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { createHash } from "node:crypto"
import { readdirSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import {
  createBackup,
  createRestore,
  getBackup,
  getManifest,
  getRunLogs,
  listBackups,
  listSchedules,
  planRestore,
} from "../../schemas/api.ts"
import type { CompletedBackup } from "../../schemas/backup.ts"
import { must } from "../support/command.ts"
import { type Controller, type Place, place, startController } from "../support/controller.ts"
import { contents, fill } from "../support/samples.ts"
import { startServer, type TestServer } from "../support/servers.ts"

const images = [
  ...["postgres:13", "postgres:15", "postgres:17", "postgres:18"],
  ...["mysql:9", "mariadb:10.5", "mariadb:10.11", "mariadb:11.8"],
]
// MySQL and MariaDB allow no character beyond Unicode's basic plane in a name, and mariadb-dump cannot dump one with quotes.
const awkward = (image: string) => (image.startsWith("postgres") ? "we ird\"n'a$me=🐘" : "we ird$na=me漢字")

for (const image of images) {
  describe(`a labelled ${image} container`, () => {
    const databases = ["shop", awkward(image)]
    let here: Place
    let controller: Controller
    let server: TestServer
    let backup: CompletedBackup

    beforeAll(async () => {
      here = place()
      server = await startServer(image, {
        [`${here.prefix}.enable`]: "true",
        [`${here.prefix}.schedule`]: "weekly",
        [`${here.prefix}.on-missed`]: "skip",
        [`${here.prefix}.meta.owner`]: "team a",
      })
      await server.ready()
      for (const database of databases) await fill(server, database)
      controller = await startController(here)
    })

    afterAll(async () => {
      await controller?.end("SIGTERM")
      await server?.remove()
      here?.remove()
    })

    test("is listed with its databases, engine, version and next run", async () => {
      for (const name of databases) {
        const database = await controller.database(name, ({ state }) => state === "never")
        expect(database).toMatchObject({ engine: server.engine, problems: [], jobs: ["default"] })
        expect(database.server.serverVersion).toMatch(/^\d+\.\d+/)
        expect(Date.parse(database.nextRunAt ?? "")).toBeGreaterThan(Date.now())
      }
      const { data: schedules } = await controller.call(listSchedules)
      expect(schedules.filter(({ serverName }) => serverName === server.name)).toHaveLength(1)
    })

    test.each(databases)(
      "gets a backup of %p that is proven, private and named by the rules",
      async (name) => {
        const { id: databaseId } = await controller.database(name, () => true)
        const { data: begun } = await controller.call(createBackup, { body: { databaseId } })
        expect(["queued", "running"]).toContain(begun.status)
        const done = await controller.backupDone(begun.id)
        if (done.status !== "completed")
          throw new Error(`not completed: ${JSON.stringify(done)}\n${controller.log()}`)
        backup = done
        const [copy] = done.copies
        const path = join(here.folder, "backups", copy?.key ?? "")
        const bytes = readFileSync(path)
        expect(statSync(path).mode & 0o777).toBe(0o600)
        expect(bytes.length).toBe(done.proof.storedBytes)
        expect(createHash("sha256").update(bytes).digest("hex")).toBe(done.proof.storedSha256)
        expect(copy?.key).toMatch(
          /^[^/]+\/[^/]+\/\d{4}\/\d{2}\/[^/]+_manual_\d{8}_\d{6}_[0-9a-f]{8}\.(dump|dump\.zst|sql\.zst)$/,
        )
        expect(copy?.key.split("/")[0]).toBe(server.name)
        const { seal, ...manifest } = JSON.parse(readFileSync(`${path}.manifest.json`, "utf8"))
        expect(seal).toEqual({ sha256: expect.stringMatching(/^[0-9a-f]{64}$/) })
        expect(manifest).toEqual((await controller.call(getManifest, { params: { id: done.id } })).data)
        expect(manifest.subject).toEqual({ kind: "database", name })
        expect(manifest.meta).toEqual({ owner: "team a" })
        expect(JSON.stringify(manifest) + controller.log()).not.toContain("ecret")
      },
    )

    test("gets its globals backed up too", async () => {
      const { id: databaseId } = await controller.database("globals", ({ kind }) => kind === "globals")
      const { data: begun } = await controller.call(createBackup, { body: { databaseId } })
      const done = await controller.backupDone(begun.id)
      expect(done.status).toBe("completed")
    })

    test("restores a backup beside the original, equal in every row", async () => {
      const options = { mode: "new", name: "shop_restored" } as const
      const { data: all } = await controller.call(listBackups, { query: { status: "completed" } })
      const shop = all.find(({ database }) => database === "shop")
      if (!shop) throw new Error("no backup of shop")
      const before = await contents(server, "shop")
      const { data: plan } = await controller.call(planRestore, {
        body: { backupId: shop.id, options, dryRun: true },
      })
      expect(plan).toMatchObject({ sourceDatabase: "shop", targetDatabase: "shop_restored" })
      // That of the sample data.
      expect(plan.warnings).toEqual(plan.engine === "postgres" ? [] : [expect.stringContaining("an event")])
      const { data: begun } = await controller.call(createRestore, { body: { backupId: shop.id, options } })
      const done = await controller.restoreDone(begun.id)
      if (done.status !== "completed")
        throw new Error(`not completed: ${JSON.stringify(done)}\n${controller.log()}`)
      expect(done.differences).toEqual([])
      expect(await contents(server, "shop_restored")).toBe(before)
      expect(await contents(server, "shop")).toBe(before)
    })

    test("restores a database whose name holds what names seldom hold", async () => {
      const name = `${databases[1]} 2`
      const { data: begun } = await controller.call(createRestore, {
        body: { backupId: backup.id, options: { mode: "new", name } },
      })
      const done = await controller.restoreDone(begun.id)
      expect(done).toMatchObject({ status: "completed", differences: [] })
      expect(await contents(server, name)).toBe(await contents(server, databases[1] ?? ""))
    })

    test("refuses to restore over a database that exists", async () => {
      const attempt = controller.call(createRestore, {
        body: { backupId: backup.id, options: { mode: "new", name: "shop" } },
      })
      expect(attempt).rejects.toMatchObject({
        error: { code: "CONFLICT", hint: expect.stringContaining("new database") },
      })
    })

    test("leaves no process of ours inside the container, and no partial file", async () => {
      const processes = await must([
        "docker",
        "exec",
        server.name,
        "sh",
        "-c",
        "cat /proc/[0-9]*/cmdline | tr '\\0' ' '",
      ])
      expect(processes).not.toMatch(/pg_dump|mysqldump|mariadb-dump|pg_restore/)
      const files = readdirSync(join(here.folder, "backups"), { recursive: true }).map(String)
      expect(files.filter((file) => file.includes("partial"))).toEqual([])
      const { data: record } = await controller.call(getBackup, { params: { id: backup.id } })
      const { data: log } = await controller.call(getRunLogs, { params: { id: record.runId } })
      expect(log.map(({ message }) => message).join("\n")).toContain("is good: exit code 0")
    })
  })
}
