// Stored backups of real servers read again: by their bytes and by the engine's own tool, in a folder and in a bucket; damage is
// found there, told, and healed.
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test"
import { createHash, randomBytes } from "node:crypto"
import { readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as aws from "@aws-sdk/client-s3"
import { identityText, recipientOf } from "../../controller/core/age-key.ts"
import { createDocker } from "../../controller/docker/client.ts"
import { rulesFor } from "../../controller/engines/registry.ts"
import type { Reading } from "../../controller/jobs/verify-bytes.ts"
import { readCopy } from "../../controller/jobs/verify-read.ts"
import {
  createBackup,
  createRestore,
  getBackup,
  getDatabase,
  getManifest,
  getRestoreLogs,
  getStatus,
  planRestore,
  verificationsOf,
  verifyBackup,
} from "../../schemas/api.ts"
import type { CompletedBackup } from "../../schemas/backup.ts"
import { type BucketStore, startBucketStore } from "../support/bucket-store.ts"
import { run } from "../support/command.ts"
import { type Controller, type Place, place, startController } from "../support/controller.ts"
import { memoryDestination } from "../support/memory-destination.ts"
import { repository } from "../support/places.ts"
import { startServer, type TestServer } from "../support/servers.ts"
import { until } from "../support/until.ts"
import { endpoint } from "./docker-fixture.ts"

setDefaultTimeout(240_000)

const credentials = { accessKeyId: "test", secretAccessKey: "test-secret" }
const identity = identityText(randomBytes(32))
const stranger = identityText(randomBytes(32))
let here: Place
let store: BucketStore
let s3: aws.S3Client
let controller: Controller
let postgres: TestServer
let mysql: TestServer
let shop: CompletedBackup
let users: CompletedBackup

beforeAll(async () => {
  here = place()
  const labels = (own: Record<string, string>) =>
    Object.fromEntries(
      Object.entries({ enable: "true", schedule: "manual", globals: "false", ...own }).map(([key, value]) => [
        `${here.prefix}.${key}`,
        value,
      ]),
    )
  ;[store, postgres, mysql] = await Promise.all([
    startBucketStore(),
    startServer("postgres:17", labels({ id: "pg", verify: "read", databases: "shop" })),
    startServer("mysql:9", labels({ id: "my", encrypt: "default", databases: "users" })),
  ])
  s3 = new aws.S3Client({ endpoint: store.endpoint, region: "us-east-1", forcePathStyle: true, credentials })
  await s3.send(new aws.CreateBucketCommand({ Bucket: "backups" }))
  await Promise.all([postgres.ready(), mysql.ready()])
  await postgres.sql("postgres", "create database shop")
  await postgres.sql("shop", "create table t as select i, md5(i::text) as x from generate_series(1, 20000) i")
  await mysql.sql(
    "",
    "create database users; create table users.u (i int primary key); insert into users.u values (1)",
  )
  controller = await startController(here, {
    S3_BUCKET: "backups",
    S3_ENDPOINT: store.endpoint,
    S3_ACCESS_KEY_ID: credentials.accessKeyId,
    S3_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    DBBACKUP_AGE_RECIPIENTS: recipientOf(identity),
    DBBACKUP_AGE_IDENTITY: identity,
  })
  ;[shop, users] = [await backUp("shop"), await backUp("users")]
})
afterAll(async () => {
  await controller?.end("SIGTERM")
  await Promise.all([postgres?.remove(), mysql?.remove(), store?.remove()])
  here?.remove()
})

async function backUp(name: string): Promise<CompletedBackup> {
  const { id: databaseId } = await controller.database(name, ({ state }) => state === "never")
  const { data } = await controller.call(createBackup, { body: { databaseId } })
  const done = await controller.backupDone(data.id)
  if (done.status !== "completed") throw new Error(`${JSON.stringify(done)}\n${controller.log()}`)
  return done
}
const now = async ({ id }: CompletedBackup) =>
  (await controller.call(getBackup, { params: { id } })).data as CompletedBackup
const found = async ({ id }: CompletedBackup) =>
  (await controller.call(verificationsOf, { params: { id } })).data.map((one) =>
    [one.level, one.destination, one.outcome].join(" "),
  )
const keyOf = ({ copies }: CompletedBackup) => copies[0]?.key ?? ""
const path = (backup: CompletedBackup) => join(here.folder, "backups", keyOf(backup))
const object = (backup: CompletedBackup) => ({ Bucket: "backups", Key: keyOf(backup) })
const verify = (...args: string[]) =>
  run([
    ...[process.execPath, join(repository, "controller/cli.ts"), "verify"],
    ...[...args, "--wait", "--url", controller.url],
  ])
const healed = (backup: CompletedBackup) =>
  until("every copy is good again", async () =>
    (await now(backup)).copies.every(({ state }) => state === "stored") ? true : undefined,
  )
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex")
function flipped(bytes: Uint8Array): Buffer {
  const other = Buffer.from(bytes)
  other[other.length >> 1] = (other[other.length >> 1] ?? 0) ^ 0x10
  return other
}

test("where a label asks for it, a backup is read by the engine's own tool after its run, in a container of its own image", async () => {
  const passed = await until("it was read", async () => {
    const { data } = await controller.call(verificationsOf, { params: { id: shop.id } })
    return data.find(({ level }) => level === "read")
  })
  if (passed.outcome !== "passed") throw new Error(JSON.stringify(passed))
  expect(passed.destination).toBe("local")
  expect(passed.report).toContain(
    `postgres's own tool read all ${shop.proof.rawBytes} bytes of the dump to its end, in a container of the backup's own image, postgres:17`,
  )
  expect((await now(shop)).lastVerified).toMatchObject({ level: "read", outcome: "passed" })
  expect(await found(users)).toEqual([])
})

test("a person has every copy read, and is told what was seen and what was not", async () => {
  const { code, stdout } = await verify("my/users", "--level", "read")
  expect([code, stdout.split("\n").filter((line) => !line.startsWith(" "))]).toEqual([
    0,
    ["local: good", "s3: good", ""],
  ])
  expect(stdout).toContain(`the ${users.proof.rawBytes} bytes that left the server came out of them`)
  expect(stdout).toContain("only a drill or a restore proves the statements")
  expect(await found(users)).toEqual(["read s3 passed", "read local passed"])
})

test("the identity of another key is a mistake of the request, and says nothing of the copy", async () => {
  const body = { level: "read", identity: stranger } as const
  const { data } = await controller.call(verifyBackup, { params: { id: users.id }, body })
  const file = join(here.folder, "stranger.key")
  writeFileSync(file, `${stranger}\n`, { mode: 0o600 })
  const { code, stderr } = await verify("my/users", "--identity", file)
  expect([code, stderr]).toEqual([1, expect.stringContaining("holds the identity of another key")])
  await until("the request has failed", async () =>
    controller.log().includes("no identity for it is here") ? data : undefined,
  )
  expect((await now(users)).copies.map(({ state }) => state)).toEqual(["stored", "stored"])
})

test("a byte that has flipped in the folder is found, told, and healed from the bucket", async () => {
  writeFileSync(path(users), flipped(readFileSync(path(users))))
  const { code, stdout, stderr } = await verify("my/users")
  expect([code, stdout]).toEqual([1, expect.stringContaining("local: BAD")])
  expect(stdout).toContain("s3: good")
  expect(stderr).toContain("the backup of users is bad at local")
  await healed(users)
  expect(sha256(readFileSync(path(users)))).toBe(users.proof.storedSha256)
  expect((await found(users)).slice(0, 3)).toEqual([
    "checksum local passed",
    "checksum s3 passed",
    "checksum local failed",
  ])
})

test("an object that was changed, and one that is cut short, are found and healed from the folder", async () => {
  const good = readFileSync(path(shop))
  for (const Body of [flipped(good), good.subarray(0, 500)]) {
    await s3.send(new aws.PutObjectCommand({ ...object(shop), Body }))
    const { code, stdout } = await verify("pg/shop", "--destination", "s3", "--level", "read")
    expect([code, stdout]).toEqual([1, expect.stringContaining("s3: BAD")])
    await healed(shop)
    const { Body: healedBody } = await s3.send(new aws.GetObjectCommand(object(shop)))
    expect(sha256((await healedBody?.transformToByteArray()) ?? new Uint8Array())).toBe(
      shop.proof.storedSha256,
    )
  }
})

test("when no copy is good any more the backup does not count, everybody is told, and it counts again once it is put back", async () => {
  const good = readFileSync(path(shop))
  rmSync(path(shop))
  await s3.send(new aws.PutObjectCommand({ ...object(shop), Body: flipped(good) }))
  expect((await verify("pg/shop")).code).toBe(1)
  const database = async () => (await controller.call(getDatabase, { params: { id: shop.databaseId } })).data
  expect(await database()).toMatchObject({ state: "never", lastBackup: null, suspect: { id: shop.id } })
  const { verdict } = (await controller.call(getStatus)).data
  expect(verdict.sentence).toContain("1 database's newest backup is damaged")
  expect(verdict.attention.map(({ sentence }) => sentence)).toContainEqual(
    expect.stringContaining("shop on pg has a damaged backup"),
  )
  writeFileSync(path(shop), good)
  expect((await verify(shop.id, "--destination", "local")).code).toBe(0)
  await healed(shop)
  expect(await database()).toMatchObject({ lastBackup: { id: shop.id }, suspect: null })
  expect((await controller.call(getStatus)).data.verdict.sentence).not.toMatch(/damaged|bad/)
})

test("an archive that was cut short before it was stored is told from a copy that was damaged, and from what cannot be looked at", async () => {
  const { data: manifest } = await controller.call(getManifest, { params: { id: shop.id } })
  const docker = createDocker(endpoint, { installation: "test", instance: here.prefix })
  const gone = () => {
    throw new Error("the server is not asked")
  }
  const look = async (bytes: Buffer, changes: Partial<typeof manifest> = {}) => {
    const destination = memoryDestination("memory")
    const { signal } = new AbortController()
    await destination.put("k", bytes, signal)
    const [size, hash] = [bytes.length, sha256(bytes)]
    const proof = {
      ...manifest.proof,
      rawBytes: size,
      rawSha256: hash,
      storedBytes: size,
      storedSha256: hash,
    }
    const reading: Reading = {
      copy: { destination, key: "k", proof, compression: "none", identity: null },
      manifest: { ...manifest, ...changes, proof },
      opens: true,
      end: () => rulesFor("postgres").end(manifest.format, manifest.subject),
      onProgress: () => undefined,
      log: () => undefined,
    }
    return await readCopy({ docker, tieUp: async () => {} }, reading, gone, signal)
  }
  const whole = readFileSync(path(shop))
  expect(await look(whole)).toMatchObject({ good: true })
  expect(await look(whole.subarray(0, whole.length - 3000))).toMatchObject({ good: false, of: "dump" })
  const imageless = { server: { ...manifest.server, imageId: `sha256:${"0".repeat(64)}` } }
  expect(look(whole, imageless)).rejects.toThrow("the server is not asked")
})

test("a restore whose nearest copy is bad goes on with the next one, and the bad one is healed", async () => {
  writeFileSync(path(shop), flipped(readFileSync(path(shop))))
  const options = { mode: "new", name: "shop_again" } as const
  const { data: plan } = await controller.call(planRestore, {
    body: { backupId: shop.id, options, dryRun: true },
  })
  expect(plan.destination).toBe("local")
  expect(plan.steps[0]).toEndWith("; if it is bad or cannot be read, the one at s3")
  const { data } = await controller.call(createRestore, { body: { backupId: shop.id, options } })
  const done = await controller.restoreDone(data.id)
  expect(done).toMatchObject({ status: "completed", differences: [] })
  const told = (await controller.call(getRestoreLogs, { params: { id: data.id } })).data.map(
    ({ message }) => message,
  )
  expect(told).toContainEqual(expect.stringContaining("Going on with the copy at s3."))
  expect(told).toContainEqual(expect.stringContaining("the copy at s3 is what left the server"))
  expect((await postgres.sql("shop_again", "select count(*) from t")).trim()).toBe("20000")
  await healed(shop)
})
