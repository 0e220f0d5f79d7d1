// A bucket entered over the API of a running controller: the next backup goes there, is locked there, and survives a restart.
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test"
import { createHash } from "node:crypto"
import * as aws from "@aws-sdk/client-s3"
import {
  bucketsOfS3Config,
  createBackup,
  createS3Config,
  deleteBackup,
  deleteS3Config,
  listS3Configs,
  testS3Config,
} from "../../schemas/api.ts"
import type { CompletedBackup } from "../../schemas/backup.ts"
import { type BucketStore, startBucketStore } from "../support/bucket-store.ts"
import { type Controller, type Place, place, startController } from "../support/controller.ts"
import { startServer, type TestServer } from "../support/servers.ts"
import { testBucket, testKeys } from "../support/test-bucket.ts"
import { until } from "../support/until.ts"

setDefaultTimeout(240_000)

const env = { ENCRYPTION_KEY: "a passphrase of the operator's own, long enough" }
let here: Place
let server: TestServer
let store: BucketStore
let controller: Controller
let vault: Awaited<ReturnType<typeof testBucket>>
let id: string

beforeAll(async () => {
  here = place()
  store = await startBucketStore()
  vault = await testBucket(store.endpoint, { ObjectLockEnabledForBucket: true })
  const label = (key: string, value: string) => ({ [`${here.prefix}.${key}`]: value })
  server = await startServer(
    "postgres:17",
    {
      ...label("enable", "true"),
      ...label("schedule", "manual"),
      ...label("destinations", "local,vault"),
      ...label("lock", "1h"),
      ...label("retention", "last=10"),
    },
    ["--network", "none"],
  )
  await server.ready()
  await server.sql("postgres", "create database shop")
  await server.sql("shop", "create table t as select i from generate_series(1, 1000) i")
  controller = await startController(here, env)
})
afterAll(async () => {
  await controller?.end("SIGTERM")
  await server?.remove()
  await store?.remove()
  here?.remove()
})

const backUp = async (): Promise<CompletedBackup> => {
  const { id: databaseId } = await controller.database("shop", ({ state }) => state !== "misconfigured")
  const { data } = await controller.call(createBackup, { body: { databaseId } })
  const done = await controller.backupDone(data.id)
  if (done.status !== "completed") throw new Error(`not completed: ${JSON.stringify(done)}`)
  return done
}
const refused = async (work: Promise<unknown>) =>
  await work.then(
    () => "",
    ({ message }) => message as string,
  )

test("entered over the API, it can be tested, and looked around in", async () => {
  const { data } = await controller.call(createS3Config, {
    body: {
      name: "vault",
      bucket: vault.bucket,
      endpoint: store.endpoint,
      lockMode: "GOVERNANCE",
      sse: "AES256",
      accessKeyId: testKeys.accessKeyId,
      secretAccessKey: testKeys.secretAccessKey,
    },
  })
  id = data.id
  expect((await controller.call(testS3Config, { params: { id } })).data).toMatchObject({ state: "up" })
  expect((await controller.call(bucketsOfS3Config, { params: { id } })).data).toContain(vault.bucket)
})

test("labels that named it before it was there are right now: the next backup goes there, is encrypted and locked", async () => {
  const { copies, proof } = await backUp()
  expect(copies).toMatchObject([
    { destination: "local", state: "stored", verified: "hash" },
    { destination: "vault", state: "stored", verified: "hash" },
  ])
  const Key = copies[1]?.key
  const found = await vault.client.send(new aws.GetObjectCommand({ Bucket: vault.bucket, Key }))
  const bytes = Buffer.from((await found.Body?.transformToByteArray()) ?? [])
  expect(createHash("sha256").update(bytes).digest("hex")).toBe(proof.storedSha256)
  expect(found).toMatchObject({
    ServerSideEncryption: "AES256",
    ObjectLockMode: "GOVERNANCE",
    Metadata: { database: "shop", job: "default" },
  })
})

test("a locked copy is not deleted: the answer says until when, and the copy is there still", async () => {
  const [older] = [await backUp(), await backUp()]
  const why = await refused(controller.call(deleteBackup, { params: { id: older.id } }))
  expect(why).toMatch(/locked until 20\d\d-/)
  const { Contents = [] } = await vault.client.send(new aws.ListObjectsV2Command({ Bucket: vault.bucket }))
  expect(Contents.map(({ Key }) => Key)).toContain(older.copies[1]?.key)
})

test("it is there after a restart, in use, and cannot be taken away from its copies", async () => {
  await controller.end("SIGTERM")
  controller = await startController(here, env)
  const [config] = (await controller.call(listS3Configs)).data
  expect(config).toMatchObject({ id, name: "vault", managed: "api", accessKeyId: "…t", copies: 3 })
  const stored = await until("the server is seen again", async () => await backUp().catch(() => undefined))
  expect(stored.copies[1]).toMatchObject({ destination: "vault", state: "stored" })
  expect(await refused(controller.call(deleteS3Config, { params: { id } }))).toContain("4 backups are stored")
  const text = controller.log()
  expect(text).not.toContain(testKeys.secretAccessKey)
})
