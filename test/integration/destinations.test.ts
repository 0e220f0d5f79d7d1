// Destinations that the settings file names, for real: one dump into a folder and a bucket with a prefix, keys from files, chosen by label.
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test"
import { createHash } from "node:crypto"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as aws from "@aws-sdk/client-s3"
import { guideKey } from "../../controller/core/restore-guide.ts"
import { createBackup, getSettings, getStatus, uploadToS3 } from "../../schemas/api.ts"
import type { CompletedBackup } from "../../schemas/backup.ts"
import { type BucketStore, startBucketStore } from "../support/bucket-store.ts"
import { type Controller, type Place, place, startController } from "../support/controller.ts"
import { startServer, type TestServer } from "../support/servers.ts"
import { storedFiles } from "../support/stored-files.ts"
import { until } from "../support/until.ts"

setDefaultTimeout(120_000)

let here: Place
let server: TestServer
let store: BucketStore
let s3: aws.S3Client
let controller: Controller
let backup: CompletedBackup
const credentials = { accessKeyId: "test", secretAccessKey: "test-secret" }

beforeAll(async () => {
  here = place()
  store = await startBucketStore()
  s3 = new aws.S3Client({ endpoint: store.endpoint, region: "us-east-1", forcePathStyle: true, credentials })
  await s3.send(new aws.CreateBucketCommand({ Bucket: "offsite" }))
  await s3.send(new aws.CreateBucketCommand({ Bucket: "spare" }))
  const at = (name: string) => join(here.folder, name)
  mkdirSync(at("nas"))
  writeFileSync(at("id"), `${credentials.accessKeyId}\n`)
  writeFileSync(at("key"), `${credentials.secretAccessKey}\n`)
  const bucket = `type: s3, endpoint: "${store.endpoint}", accessKeyIdFile: ${at("id")}, secretAccessKeyFile: ${at("key")}`
  writeFileSync(
    at("dbbackup.yaml"),
    `destinations:
  nas: {type: local, path: ${at("nas")}}
  offsite: {bucket: offsite, prefix: host-1, ${bucket}}
  spare: {bucket: spare, ${bucket}}
`,
  )
  const label = (key: string, value: string) => ({ [`${here.prefix}.${key}`]: value })
  server = await startServer(
    "postgres:17",
    { ...label("enable", "true"), ...label("schedule", "manual"), ...label("destinations", "nas,offsite") },
    ["--network", "none"],
  )
  await server.ready()
  await server.sql("postgres", "create database shop")
  await server.sql("shop", "create table t as select i, md5(i::text) as x from generate_series(1, 1000) i")
  controller = await startController(here, { DBBACKUP_SETTINGS: at("dbbackup.yaml") })
})
afterAll(async () => {
  await controller?.end("SIGTERM")
  await server?.remove()
  await store?.remove()
  here?.remove()
})

const inBucket = async (Bucket: string) =>
  ((await s3.send(new aws.ListObjectsV2Command({ Bucket }))).Contents ?? [])
    .map(({ Key = "" }) => Key)
    .filter((key) => !key.endsWith(guideKey))

test("each is up, and shown with where it is and never with its keys", async () => {
  const { data } = await controller.call(getStatus)
  expect(data.destinations.map(({ name, state }) => [name, state])).toEqual([
    ["local", "up"],
    ["nas", "up"],
    ["offsite", "up"],
    ["spare", "up"],
  ])
  const { data: settings } = await controller.call(getSettings)
  const shown = settings.settings.find(({ key }) => key === "destinations.offsite")
  expect(shown?.value).toContain("prefix: host-1")
  expect(JSON.stringify(settings)).not.toContain(credentials.secretAccessKey)
})

test("a backup goes to those that the label names, and to no other", async () => {
  const { id: databaseId } = await controller.database("shop", ({ state }) => state === "never")
  const { data } = await controller.call(createBackup, { body: { databaseId } })
  const done = await controller.backupDone(data.id)
  if (done.status !== "completed") throw new Error(`not completed: ${JSON.stringify(done)}`)
  backup = done
  expect(done.copies.map(({ destination, state }) => [destination, state])).toEqual([
    ["nas", "stored"],
    ["offsite", "stored"],
  ])
  const key = done.copies[0]?.key ?? ""
  const sha256 = createHash("sha256")
    .update(readFileSync(join(here.folder, "nas", key)))
    .digest("hex")
  expect(sha256).toBe(done.proof.storedSha256)
  expect((await inBucket("offsite")).toSorted()).toEqual([`host-1/${key}`, `host-1/${key}.manifest.json`])
  expect(await inBucket("spare")).toEqual([])
  expect(storedFiles(join(here.folder, "backups"))).toEqual([])
})

test("a bucket that it was not meant for gets it when somebody asks", async () => {
  const { data } = await controller.call(uploadToS3, { params: { id: backup.id } })
  expect(data.id).toBe(backup.id)
  const key = backup.copies[0]?.key
  await until("the spare bucket has it", async () => (await inBucket("spare")).length === 2)
  expect((await inBucket("spare")).toSorted()).toEqual([key ?? "", `${key}.manifest.json`])
})
