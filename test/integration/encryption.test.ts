// Encrypted backups of every engine, on real servers: stored for any age client, restored only where the identity is.
import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { randomBytes } from "node:crypto"
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { identityText, recipientOf } from "../../controller/core/age-key.ts"
import {
  createBackup,
  createRestore,
  discoverDatabases,
  getBackup,
  getManifest,
  getSettings,
  planRestore,
} from "../../schemas/api.ts"
import type { CompletedBackup } from "../../schemas/backup.ts"
import { type Age, ensureAge } from "../support/age.ts"
import { must, run } from "../support/command.ts"
import { type Controller, type Place, place, startController } from "../support/controller.ts"
import { contents, fill } from "../support/samples.ts"
import { startServer, type TestServer } from "../support/servers.ts"
import { until } from "../support/until.ts"

let bare: Age
beforeAll(async () => {
  bare = await ensureAge()
}, 240_000)

const marker = "漢字 🐘"

for (const image of ["postgres:17", "mysql:9", "mariadb:11.8"]) {
  describe(`a ${image} server that asks for encryption`, () => {
    const identity = identityText(randomBytes(32))
    const spare = identityText(randomBytes(32))
    const recipients = [recipientOf(identity), recipientOf(spare)]
    let here: Place
    let controller: Controller
    let server: TestServer
    const keyFile = () => join(here.folder, "ops.key")
    const backups = new Map<string, CompletedBackup>()

    beforeAll(async () => {
      here = place()
      mkdirSync(here.folder, { recursive: true })
      const settings = join(here.folder, "dbbackup.yaml")
      const key = `{recipients: [${recipients.join(", ")}], identityFile: ${keyFile()}}`
      writeFileSync(settings, `encryption: {keys: {ops: ${key}}}\n`)
      server = await startServer(image, {
        [`${here.prefix}.enable`]: "true",
        [`${here.prefix}.schedule`]: "manual",
        [`${here.prefix}.encrypt`]: "ops",
      })
      await server.ready()
      await fill(server, "shop")
      controller = await startController(here, { DBBACKUP_SETTINGS: settings })
    }, 240_000)
    afterAll(async () => {
      await controller?.end("SIGTERM")
      await server?.remove()
      here?.remove()
    })

    const pathOf = (backup: CompletedBackup) => join(here.folder, "backups", backup.copies[0]?.key ?? "")

    test.each(["shop", "globals"])(
      "stores %s as an age file, in the stream, with its key in the manifest",
      async (name) => {
        const { id: databaseId } = await controller.database(
          name,
          ({ state, kind }) => state === "never" && (kind === "globals") === (name === "globals"),
        )
        const { data: begun } = await controller.call(createBackup, { body: { databaseId } })
        const done = await controller.backupDone(begun.id)
        if (done.status !== "completed") throw new Error(`${JSON.stringify(done)}\n${controller.log()}`)
        backups.set(name, done)
        const bytes = readFileSync(pathOf(done))
        expect(bytes.length).toBe(done.proof.storedBytes)
        expect(bytes.toString("latin1")).toStartWith("age-encryption.org/v1\n-> X25519 ")
        expect(done.fileName).toMatch(/\.(dump|dump\.zst|sql\.zst)\.age$/)
        expect(done.encryption).toEqual({ format: "age", key: "ops", recipients })
        const { data: manifest } = await controller.call(getManifest, { params: { id: done.id } })
        expect(manifest.encryption).toEqual({ format: "age", key: "ops", recipients })
        expect(manifest.restore.join("\n")).toContain(`age -d -i KEY.txt ${done.fileName}`)
        expect(controller.log()).not.toContain(marker)
        expect(controller.log()).not.toContain("AGE-SECRET-KEY")
      },
    )

    test("the manifest's own commands restore it with age alone, and either identity", async () => {
      const shop = backups.get("shop")
      if (!shop) throw new Error("no backup")
      const { data: manifest } = await controller.call(getManifest, { params: { id: shop.id } })
      const folder = join(here.folder, "elsewhere")
      mkdirSync(folder)
      const download = await fetch(`${controller.url}/api/backups/${shop.id}/download`)
      writeFileSync(join(folder, shop.fileName), Buffer.from(await download.arrayBuffer()))
      writeFileSync(join(folder, "KEY.txt"), spare)
      const path = `${join(bare.age, "..")}:${process.env.PATH}`
      for (const command of manifest.restore)
        await must(["sh", "-ec", command.replaceAll("<new database>", "by_hand")], {
          cwd: folder,
          env: { PATH: path },
        })
      expect(await contents(server, "by_hand")).toBe(await contents(server, "shop"))
      writeFileSync(join(folder, "KEY.txt"), identityText(randomBytes(32)))
      const wrong = await run(["sh", "-c", `age -d -i KEY.txt ${shop.fileName}`], {
        cwd: folder,
        env: { PATH: path },
      })
      expect(wrong.code).not.toBe(0)
    }, 240_000)

    test("a restore is refused before anything happens while the identity is not here", async () => {
      const shop = backups.get("shop")
      const body = { backupId: shop?.id ?? ("" as never), options: { mode: "new", name: "refused" } as const }
      for (const ask of [
        (): Promise<unknown> => controller.call(planRestore, { body: { ...body, dryRun: true } }),
        (): Promise<unknown> => controller.call(createRestore, { body }),
      ])
        expect(await ask().catch((error: { error: unknown }) => error.error)).toMatchObject({
          code: "RESTORE_ERROR",
          details: { fault: "key-missing" },
          message: `the backup is encrypted with the key ops (${recipients.join(", ")}), and no identity for it is here: the identity of ops cannot be used: there is no file ${keyFile()}`,
          hint: expect.stringContaining("age -d -i KEY.txt"),
        })
    })

    test("one that is given with the request opens it for that one time; a wrong one is refused, and none is kept", async () => {
      const body = {
        backupId: backups.get("shop")?.id ?? ("" as never),
        options: { mode: "new", name: "given" } as const,
      }
      const wrong = controller.call(createRestore, {
        body: { ...body, identity: identityText(randomBytes(32)) },
      })
      expect(await wrong.catch((error: { error: unknown }) => error.error)).toMatchObject({
        details: { fault: "key-missing" },
        message: expect.stringContaining("the identity that was given is of another key"),
      })
      const malformed = controller.call(createRestore, { body: { ...body, identity: spare.slice(0, -1) } })
      const said = JSON.stringify(await malformed.catch((error: { error: unknown }) => error.error))
      expect(said).toContain("write an identity of age")
      expect(said).not.toContain(spare.slice(20, 40))
      const { data: begun } = await controller.call(createRestore, { body: { ...body, identity: spare } })
      const done = await controller.restoreDone(begun.id)
      if (done.status !== "completed") throw new Error(`${JSON.stringify(done)}\n${controller.log()}`)
      expect(await contents(server, "given")).toBe(await contents(server, "shop"))
      expect(JSON.stringify(done) + controller.log()).not.toContain("AGE-SECRET-KEY")
      const again = controller.call(planRestore, {
        body: { ...body, options: { mode: "new", name: "again" }, dryRun: true },
      })
      expect(await again.catch((error: { error: unknown }) => error.error)).toMatchObject({
        details: { fault: "key-missing" },
      })
    }, 240_000)

    test("once it is, the restored database is equal in every row", async () => {
      writeFileSync(keyFile(), `# ops\n${identity}\n`, { mode: 0o600 })
      const body = {
        backupId: backups.get("shop")?.id ?? ("" as never),
        options: { mode: "new", name: "shop_restored" } as const,
      }
      const { data: begun } = await controller.call(createRestore, { body })
      const done = await controller.restoreDone(begun.id)
      if (done.status !== "completed") throw new Error(`${JSON.stringify(done)}\n${controller.log()}`)
      expect(done.differences).toEqual([])
      expect(await contents(server, "shop_restored")).toBe(await contents(server, "shop"))
      expect(controller.log()).not.toContain(identity)
      const said = JSON.stringify((await controller.call(getSettings)).data)
      expect(said).toContain(recipients[0] ?? "?")
      expect(said).not.toContain("AGE-SECRET-KEY")
      for (const entry of readdirSync(here.folder, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile() || ["ops.key", "KEY.txt"].includes(entry.name)) continue
        const bytes = readFileSync(join(entry.parentPath, entry.name))
        expect([
          entry.name,
          bytes.includes(marker),
          /AGE-SECRET-KEY-1[A-Z0-9]{20}/.test(bytes.toString("latin1")),
        ]).toEqual([entry.name, false, false])
      }
    }, 240_000)

    test("a damaged chunk is told, and no database is made", async () => {
      const shop = backups.get("shop")
      if (!shop) throw new Error("no backup")
      const bytes = readFileSync(pathOf(shop))
      const at = bytes.length - 20
      bytes[at] = (bytes[at] ?? 0) ^ 1
      rmSync(pathOf(shop))
      writeFileSync(pathOf(shop), bytes)
      const body = { backupId: shop.id, options: { mode: "new", name: "damaged" } as const }
      const { data: begun } = await controller.call(createRestore, { body })
      expect(await controller.restoreDone(begun.id)).toMatchObject({
        status: "failed",
        error: { code: "copy-mismatch" },
      })
      const { data: backup } = await controller.call(getBackup, { params: { id: shop.id } })
      expect(backup.status).toBe("completed")
      expect((await controller.database("shop", () => true)).name).toBe("shop")
    }, 120_000)

    test("when the operator takes the key away, nothing more is stored, and it is said", async () => {
      const before = statSync(join(here.folder, "backups")).mtimeMs
      writeFileSync(
        join(here.folder, "dbbackup.yaml"),
        `encryption: {keys: {other: {recipients: [${recipients[0]}]}}}\n`,
      )
      await until("the key is missed", async () => {
        await controller.call(discoverDatabases)
        const found = await fetch(`${controller.url}/api/servers/${server.name}`).then((answer) =>
          answer.json(),
        )
        return found.data.state === "misconfigured" ? found.data : undefined
      })
      const found = await fetch(`${controller.url}/api/servers/${server.name}`).then((answer) =>
        answer.json(),
      )
      expect(found.data.problems).toMatchObject([
        { code: "key-unknown", hint: "Defined are: other.", message: "there is no encryption key named ops" },
      ])
      expect(statSync(join(here.folder, "backups")).mtimeMs).toBe(before)
    }, 60_000)
  })
}
