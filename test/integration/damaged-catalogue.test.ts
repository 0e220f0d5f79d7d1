// The real controller between two starts: its catalogue is damaged, and its history comes back, from a copy and from manifests, from a
// folder and from a bucket. No engine and no database is needed for it: what was backed up stands there already.
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test"
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { rebuild } from "../../controller/cli/rebuild.ts"
import { fileName, manifestKey, objectKey } from "../../controller/core/key.ts"
import { formatManifest } from "../../controller/core/manifest.ts"
import type { Destination } from "../../controller/ports.ts"
import {
  copyCatalogue,
  getCatalogue,
  getReady,
  getStatus,
  listBackups,
  maintain,
  pauseAll,
} from "../../schemas/api.ts"
import type { BackupId } from "../../schemas/backup.ts"
import { aManifest, minute } from "../state/samples.ts"
import { type BucketStore, startBucketStore } from "../support/bucket-store.ts"
import { run } from "../support/command.ts"
import { type Controller, type Place, place, startController } from "../support/controller.ts"
import { repository } from "../support/places.ts"
import { testBucket, testKeys } from "../support/test-bucket.ts"
import { until } from "../support/until.ts"

setDefaultTimeout(180_000)

let here: Place
let store: BucketStore
let bucket: Destination
let controller: Controller
let env: Record<string, string>
const { signal } = new AbortController()

beforeAll(async () => {
  here = place()
  store = await startBucketStore()
  const made = await testBucket(store.endpoint)
  bucket = made.destination()
  env = {
    DOCKER_HOST: `unix://${here.folder}/none.sock`,
    S3_BUCKET: made.bucket,
    S3_ENDPOINT: store.endpoint,
    S3_ACCESS_KEY_ID: testKeys.accessKeyId,
    S3_SECRET_ACCESS_KEY: testKeys.secretAccessKey,
  }
})
afterAll(async () => {
  await controller?.end("SIGTERM")
  await store?.remove()
  here?.remove()
})

const path = () => join(here.folder, "db/app.db")
const inFolder = (key: string) => join(here.folder, "backups", key)

/** A backup as it stands in the folder and, or, in the bucket. */
async function stand(n: number, where: "folder" | "bucket"): Promise<string> {
  const id = `01980000-0000-7000-8000-${n.toString(16).padStart(12, "0")}` as BackupId
  const at = minute(n)
  const base = aManifest(id, `run-${n}`, {
    startedAt: at.toISOString(),
    finishedAt: new Date(at.getTime() + 30_000).toISOString(),
  })
  const parts = { server: base.server.id, subject: "shop", type: base.type, at, id, extension: "dump" }
  const key = objectKey(parts)
  const manifest = Buffer.from(formatManifest({ ...base, fileName: fileName(parts) }))
  const bytes = Buffer.alloc(base.proof.storedBytes)
  if (where === "bucket") {
    await bucket.put(key, bytes, signal)
    await bucket.put(manifestKey(key), manifest, signal)
  } else {
    mkdirSync(dirname(inFolder(key)), { recursive: true })
    writeFileSync(inFolder(key), bytes)
    writeFileSync(inFolder(manifestKey(key)), manifest)
  }
  return id
}

const listed = async () =>
  (await controller.call(listBackups, { query: { status: "completed" } })).data
    .map(({ id }) => id as string)
    .sort()
const state = async () => (await controller.call(getCatalogue)).data
const whole = () => until("the catalogue is made again", async () => (await state()).mending === null, 60)
const overwrite = (at: number) => {
  const bytes = readFileSync(path())
  bytes.fill(0xee, at, at + 4096)
  writeFileSync(path(), bytes)
}
const start = async () => {
  controller = await startController(here, env)
}

test("a damaged catalogue is set aside, and made again from its newest copy and the manifests in a folder and in a bucket", async () => {
  const ids = [await stand(1, "folder"), await stand(2, "bucket")]
  await start()
  for (const name of ["local", "s3"]) await rebuild(controller.call, name, () => {})
  expect(await listed()).toEqual(ids)
  await controller.call(pauseAll)
  const { data: copied } = await controller.call(copyCatalogue)
  expect(copied.copies.map(({ destination, problem }) => [destination, problem])).toEqual([
    ["local", null],
    ["s3", null],
  ])
  // Made after the copy, and known from its manifest only.
  ids.push(await stand(3, "bucket"))
  await controller.end("SIGTERM")
  overwrite(4096 * 2)

  await start()
  await whole()
  expect(await listed()).toEqual(ids)
  // No manifest says that a person had paused everything: the copy does.
  const { data: status } = await controller.call(getStatus)
  expect(status.pausedBy).toBe("person")
  expect(controller.log()).toContain("took in the catalogue's copy")
  const aside = readdirSync(dirname(path())).filter((name) => name.includes(".damaged-"))
  expect(aside).toHaveLength(1)
  expect((await controller.call(maintain, { body: { task: "verify" } })).data).toMatchObject({ ok: true })
})

test("it is said aloud, and nothing ends it, while a destination has not answered: not a restart either", async () => {
  await controller.end("SIGTERM")
  overwrite(0)
  // Without copies, and with the bucket away.
  rmSync(join(here.folder, "backups/.dbbackup"), { recursive: true })
  const endpoint = env.S3_ENDPOINT as string
  env.S3_ENDPOINT = "http://127.0.0.1:9"
  await start()
  await until("the folder is compared", async () => (await state()).mending?.compared.includes("local"), 60)
  await controller.end("SIGKILL")
  await start()
  await until("the bucket is tried", async () => (await state()).problem?.message.includes("s3: "), 60)
  const now = await state()
  expect(now.mending).toMatchObject({ compared: ["local"], waitsFor: ["s3"] })
  expect(await listed()).toHaveLength(1)
  const { verdict } = (await controller.call(getStatus)).data
  expect(verdict.level).toBe("attention")
  expect(verdict.sentence).toContain("he catalogue was damaged and is being made again")
  expect(verdict.attention.map(({ hint }) => hint).join()).toContain("Nothing is pruned")
  // Not ready only for want of an engine; the catalogue works.
  const ready = await fetch(`${controller.url}${getReady.path}`).then((answer) => answer.text())
  expect(ready).toContain('"name":"sqlite","ok":true,"detail":"writable, being made again after damage"')
  expect(controller.call(copyCatalogue)).rejects.toThrow("is being made again")
  await controller.end("SIGTERM")

  env.S3_ENDPOINT = endpoint
  await start()
  await whole()
  expect(await listed()).toHaveLength(3)
  expect(controller.log()).toContain("the catalogue is made again")
})

test("on an empty machine a rebuild says that there is a copy, and takes it when asked", async () => {
  await controller.call(copyCatalogue)
  await controller.end("SIGTERM")
  rmSync(dirname(path()), { recursive: true })
  await start()
  const cli = (...args: string[]) =>
    run([process.execPath, join(repository, "controller/cli.ts"), "--url", controller.url, ...args])
  const plain = await cli("rebuild", "--from", "s3")
  expect(plain.stdout).toContain("a copy of another catalogue, of ")
  const taken = await cli("rebuild", "--from", "s3", "--catalogue")
  expect(taken.stderr).toBe("")
  expect(taken.stdout).toContain("taken in from the copy of ")
  expect(taken.stdout).toContain(
    "1 decision made over the API (pauses, buckets, policies), in force after a restart",
  )
  expect(await listed()).toHaveLength(3)
  const told = await cli("catalogue")
  expect(told.stdout).toMatch(/local +-$/m)
  const file = join(here.folder, "configuration.json")
  expect((await cli("export", "--out", file)).stderr).toBe("")
  expect(readFileSync(file, "utf8")).not.toContain(testKeys.secretAccessKey)
  // The pause came with the copy, and is here.
  expect((await cli("import-config", file)).stdout).toContain("Everything is here as in the export.")
  expect((await cli("maintenance", "vacuum")).stdout).toMatch(/\d+ bytes before, \d+ after/)
  expect((await cli("maintenance", "sweep")).stderr).toContain("There are: cleanup, vacuum, verify")
})
