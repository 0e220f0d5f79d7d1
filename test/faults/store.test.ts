// Faults of an S3 store in the middle of an upload, made by a proxy in front of a real one. The job stores nowhere else, so that
// what the store does decides; that a folder beside it keeps its copy, and the bucket gets it later, is another test's matter.
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import * as aws from "@aws-sdk/client-s3"
import { guideKey } from "../../controller/core/restore-guide.ts"
import { createRestore } from "../../schemas/api.ts"
import { type BucketStore, startBucketStore } from "../support/bucket-store.ts"
import { place } from "../support/controller.ts"
import { until } from "../support/until.ts"
import { type Stage, stage } from "./stage.ts"
import { type Answer, refusal, type StoreProxy, storeProxy } from "./store-proxy.ts"

setDefaultTimeout(300_000)
const Bucket = "backups"
const credentials = { accessKeyId: "test", secretAccessKey: "test-secret" }

let store: BucketStore
let way: StoreProxy
let s3: aws.S3Client
let on: Stage

beforeAll(async () => {
  store = await startBucketStore()
  s3 = new aws.S3Client({ endpoint: store.endpoint, region: "us-east-1", forcePathStyle: true, credentials })
  await s3.send(new aws.CreateBucketCommand({ Bucket }))
  way = await storeProxy(store.endpoint)
  const here = place()
  const settings = join(here.folder, "dbbackup.yaml")
  writeFileSync(settings, "s3: {stallTimeout: 10s}\n")
  on = await stage("postgres:17", {
    here,
    labels: { destinations: "s3", "rate-limit": "none" },
    env: {
      DBBACKUP_SETTINGS: settings,
      S3_BUCKET: Bucket,
      S3_ENDPOINT: way.url,
      S3_ACCESS_KEY_ID: credentials.accessKeyId,
      S3_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    },
  })
  // Left after the first backup, whose row is there before it.
  await until("the guide in the bucket", async () => (await inBucket()).objects.includes(guideKey))
})
afterAll(async () => {
  await on?.end()
  way?.close()
  await store?.remove()
})

async function inBucket() {
  const { Contents = [] } = await s3.send(new aws.ListObjectsV2Command({ Bucket }))
  const { Uploads = [] } = await s3.send(new aws.ListMultipartUploadsCommand({ Bucket }))
  return { objects: Contents.map(({ Key }) => Key), unfinished: Uploads.length }
}

/** Every second part and those after it get this answer. */
const fromPartTwo = (answer: Answer) => (request: { readonly part: number | null }) =>
  request.part !== null && request.part >= 2 ? answer : null

const lasting: readonly (readonly [string, string, Answer])[] = [
  ["s3-403", "403, access denied", refusal(403, "AccessDenied")],
  ["s3-404", "404, the upload is unknown", refusal(404, "NoSuchUpload")],
  ["s3-500", "500, an internal error", refusal(500, "InternalError")],
  ["s3-503", "503, slow down", refusal(503, "SlowDown")],
  ["s3-reset", "a reset of each connection", "reset"],
  ["s3-wrong-hash", "400, the bytes have another hash than was said", refusal(400, "BadDigest")],
  ["s3-clock", "403, this machine's clock is wrong", refusal(403, "RequestTimeTooSkewed")],
  ["s3-bucket-gone", "404, the bucket is gone", refusal(404, "NoSuchBucket")],
  ["s3-rotated", "403, the access key was replaced in the middle", refusal(403, "InvalidAccessKeyId")],
]

for (const [row, what, answer] of lasting)
  test(`a store that answers a part with ${what}: no backup, and nothing of it is left there`, async () => {
    const before = await inBucket()
    way.behave(fromPartTwo(answer))
    const backup = await on.begin("large")
    await on.fails(row, backup)
    way.behave(() => null)
    expect(await inBucket()).toEqual(before)
  })

test("a store that slows down, fails and resets now and then gets the whole backup", async () => {
  const answers: Answer[] = [refusal(503, "SlowDown"), "reset", refusal(500, "InternalError")]
  let hits = 0
  way.behave(({ part }) => (part === null || part % 3 !== 0 ? null : (answers[hits++] ?? null)))
  expect(await on.backUp("large")).toMatchObject({ status: "completed" })
  expect(hits).toBeGreaterThanOrEqual(3)
  way.behave(() => null)
})

test("a store that stalls at a part for once is asked again, and gets the whole backup", async () => {
  let stalled = 0
  way.behave(({ part }) => (part === 2 && stalled++ === 0 ? "hang" : null))
  const done = await on.backUp("large")
  way.behave(() => null)
  expect(done).toMatchObject({ status: "completed" })
  expect(stalled).toBeGreaterThan(1)
})

test("a copy that the store has changed is found out before a restore touches the server", async () => {
  const [copy] = on.good.copies
  if (copy === undefined) throw new Error("a good backup has a copy")
  const { Body } = await s3.send(new aws.GetObjectCommand({ Bucket, Key: copy.key }))
  const whole = Buffer.from((await Body?.transformToByteArray()) ?? [])
  const changed = Buffer.from(whole)
  changed[changed.length >> 1] = (changed[changed.length >> 1] ?? 0) ^ 1
  await s3.send(new aws.PutObjectCommand({ Bucket, Key: copy.key, Body: changed }))
  const options = { mode: "new", name: "shop_changed" } as const
  const { data } = await on.controller.call(createRestore, { body: { backupId: on.good.id, options } })
  expect(await on.controller.restoreDone(data.id)).toMatchObject({
    status: "failed",
    error: { code: "copy-mismatch", hint: expect.stringContaining("Restore another backup") },
  })
  const names = await on.server.sql("postgres", "select datname from pg_database")
  expect(names.split("\n")).not.toContain("shop_changed")
  await s3.send(new aws.PutObjectCommand({ Bucket, Key: copy.key, Body: whole }))
})

test("after all of it the last good backup is as it was: every row comes back", async () => {
  await on.stillRestores("shop_again")
})
