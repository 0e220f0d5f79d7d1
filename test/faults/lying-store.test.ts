// A store that takes everything and keeps something else: no copy is claimed there, the local one is good, and it heals later.
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test"
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import * as aws from "@aws-sdk/client-s3"
import { createBackup, getBackup, uploadToS3 } from "../../schemas/api.ts"
import type { CompletedBackup } from "../../schemas/backup.ts"
import { type BucketStore, startBucketStore } from "../support/bucket-store.ts"
import { type Controller, type Place, place, startController } from "../support/controller.ts"
import { startServer, type TestServer } from "../support/servers.ts"
import { flipped, isPart, type Tampering, tamperingStore } from "../support/tampering-store.ts"
import { testKeys } from "../support/test-bucket.ts"
import { until } from "../support/until.ts"

setDefaultTimeout(240_000)

let here: Place
let server: TestServer
let store: BucketStore
let s3: aws.S3Client
let way: ReturnType<typeof tamperingStore>
let controller: Controller
let lie: Tampering = {}

beforeAll(async () => {
  here = place()
  store = await startBucketStore()
  way = tamperingStore(store.endpoint, {
    onRequest: (request) => lie.onRequest?.(request),
    onResponse: (request, response) => lie.onResponse?.(request, response),
  })
  s3 = new aws.S3Client({
    endpoint: store.endpoint,
    region: "us-east-1",
    forcePathStyle: true,
    credentials: testKeys,
  })
  await s3.send(new aws.CreateBucketCommand({ Bucket: "backups" }))
  const label = (key: string, value: string) => ({ [`${here.prefix}.${key}`]: value })
  server = await startServer(
    "postgres:17",
    { ...label("enable", "true"), ...label("schedule", "manual"), ...label("compress", "none") },
    ["--network", "none"],
  )
  await server.ready()
  await server.sql("postgres", "create database shop")
  await server.sql("shop", "create table t as select i, md5(i::text) as x from generate_series(1, 400000) i")
  controller = await startController(here, {
    S3_BUCKET: "backups",
    S3_ENDPOINT: way.url,
    S3_ACCESS_KEY_ID: testKeys.accessKeyId,
    S3_SECRET_ACCESS_KEY: testKeys.secretAccessKey,
  })
})
afterAll(async () => {
  await controller?.end("SIGTERM")
  way?.[Symbol.dispose]()
  await server?.remove()
  await store?.remove()
  here?.remove()
})

const lies: readonly (readonly [string, Tampering])[] = [
  [
    "flips one bit of a part",
    { onRequest: (request) => (isPart(request) ? flipped(request.body) : undefined) },
  ],
  [
    "drops a part",
    {
      onRequest: ({ method, query, body }) =>
        method === "POST" && query.has("uploadId")
          ? Buffer.from(body.toString().replace(/<Part>(?:(?!<Part>).)*<PartNumber>2<.*?<\/Part>/s, ""))
          : undefined,
    },
  ],
  [
    "keeps another manifest",
    {
      onRequest: ({ method, path, body }) =>
        method === "PUT" && path.endsWith(".manifest.json") ? flipped(body) : undefined,
    },
  ],
]

test.each(lies)("a store that %s has no copy, and gets one once it is honest", async (_what, tampering) => {
  lie = tampering
  const { id: databaseId } = await controller.database("shop", () => true)
  const { data } = await controller.call(createBackup, { body: { databaseId } })
  const done = await controller.backupDone(data.id)
  if (done.status !== "completed") throw new Error(`not completed: ${JSON.stringify(done)}`)
  const [local, remote] = done.copies
  expect(remote).toMatchObject({ destination: "s3", state: "failed", error: { code: "copy-mismatch" } })
  expect(local).toMatchObject({ destination: "local", state: "stored", verified: "hash" })
  const bytes = readFileSync(join(here.folder, "backups", local?.key ?? ""))
  expect(sha256(bytes)).toBe(done.proof.storedSha256)
  expect(await objects()).not.toContain(remote?.key)

  lie = {}
  await controller.call(uploadToS3, { params: { id: done.id } })
  const healed = await until("the bucket has its copy", async () => {
    const found = (await controller.call(getBackup, { params: { id: done.id } })).data as CompletedBackup
    return found.copies.every(({ state }) => state === "stored") ? found : undefined
  })
  expect(healed.copies[1]).toMatchObject({ destination: "s3", verified: "hash" })
  const { Body } = await s3.send(new aws.GetObjectCommand({ Bucket: "backups", Key: remote?.key }))
  expect(sha256(Buffer.from((await Body?.transformToByteArray()) ?? []))).toBe(done.proof.storedSha256)
})

const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex")
const objects = async () =>
  ((await s3.send(new aws.ListObjectsV2Command({ Bucket: "backups" }))).Contents ?? []).map(({ Key }) => Key)
