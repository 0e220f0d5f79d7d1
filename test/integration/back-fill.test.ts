// An S3 outage, for real: the local copy is good all the same, and the bucket gets its own once the store is back, over a kill -9.
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test"
import { createHash } from "node:crypto"
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net"
import * as aws from "@aws-sdk/client-s3"
import { guideKey } from "../../controller/core/restore-guide.ts"
import { createBackup, getBackup, getRunLogs, uploadToS3 } from "../../schemas/api.ts"
import type { CompletedBackup } from "../../schemas/backup.ts"
import { type BucketStore, startBucketStore } from "../support/bucket-store.ts"
import { type Controller, type Place, place, startController } from "../support/controller.ts"
import { startServer, type TestServer } from "../support/servers.ts"
import { until } from "../support/until.ts"

setDefaultTimeout(120_000)

let here: Place
let server: TestServer
let store: BucketStore
let way: { readonly url: string; cut(): void; mend(): Promise<void> }
let s3: aws.S3Client
let controller: Controller | undefined
let backup: CompletedBackup
const credentials = { accessKeyId: "test", secretAccessKey: "test-secret" }

beforeAll(async () => {
  here = place()
  store = await startBucketStore()
  way = await wayTo(store.endpoint)
  s3 = new aws.S3Client({ endpoint: store.endpoint, region: "us-east-1", forcePathStyle: true, credentials })
  await s3.send(new aws.CreateBucketCommand({ Bucket: "backups" }))
  const label = (key: string, value: string) => ({ [`${here.prefix}.${key}`]: value })
  server = await startServer("postgres:17", { ...label("enable", "true"), ...label("schedule", "manual") }, [
    "--network",
    "none",
  ])
  await server.ready()
  await server.sql("postgres", "create database shop")
  await server.sql("shop", "create table t as select i, md5(i::text) as x from generate_series(1, 300000) i")
})
afterAll(async () => {
  await controller?.end("SIGTERM")
  way?.cut()
  await server?.remove()
  await store?.remove()
  here?.remove()
})

const start = async () => {
  controller = await startController(here, {
    S3_BUCKET: "backups",
    S3_ENDPOINT: way.url,
    S3_ACCESS_KEY_ID: credentials.accessKeyId,
    S3_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  })
  return controller
}
const objects = async () =>
  ((await s3.send(new aws.ListObjectsV2Command({ Bucket: "backups" }))).Contents ?? [])
    .map(({ Key = "" }) => Key)
    .filter((key) => key !== guideKey)
const now = async (on: Controller) =>
  (await on.call(getBackup, { params: { id: backup.id } })).data as CompletedBackup
const healed = (on: Controller) =>
  until("the bucket has its copy", async () => {
    const found = await now(on)
    return found.copies.every(({ state }) => state === "stored") ? found : undefined
  })

test("a backup made while the store is away is good, and says what is missing where", async () => {
  way.cut()
  const on = await start()
  const { id: databaseId } = await on.database("shop", ({ state }) => state === "never")
  const { data } = await on.call(createBackup, { body: { databaseId } })
  const done = await on.backupDone(data.id)
  if (done.status !== "completed") throw new Error(`not completed: ${JSON.stringify(done)}`)
  backup = done
  expect(done.copies.map(({ state, destination }) => [destination, state])).toEqual([
    ["local", "stored"],
    ["s3", "failed"],
  ])
  expect(await objects()).toEqual([])
})

test("asked for at once while the store is still away, it is accepted and goes on waiting", async () => {
  if (!controller) throw new Error("the first test has begun no controller")
  const { data } = await controller.call(uploadToS3, { params: { id: backup.id } })
  expect((data as CompletedBackup).copies.map(({ state }) => state)).toEqual(["stored", "failed"])
  const { data: lines } = await controller.call(getRunLogs, { params: { id: backup.runId } })
  expect(lines.map(({ message }) => message)).toContain("a copy of shop at s3 was asked for")
  expect(await objects()).toEqual([])
})

test("after kill -9, and with the store back, the bucket gets the same bytes by itself, and the log says so", async () => {
  await controller?.end("SIGKILL")
  await way.mend()
  const on = await start()
  const found = await healed(on)
  const copy = found.copies.find(({ destination }) => destination === "s3")
  const { Body } = await s3.send(new aws.GetObjectCommand({ Bucket: "backups", Key: copy?.key }))
  const bytes = Buffer.from((await Body?.transformToByteArray()) ?? [])
  expect(createHash("sha256").update(bytes).digest("hex")).toBe(found.proof.storedSha256)
  expect(bytes.length).toBe(found.proof.storedBytes)
  expect((await objects()).toSorted()).toEqual([copy?.key ?? "", `${copy?.key}.manifest.json`])
  const { data: lines } = await on.call(getRunLogs, { params: { id: found.runId } })
  expect(lines.map(({ message }) => message).join("\n")).toContain(
    "the copy of shop at s3 was made from local",
  )
  expect(await on.call(uploadToS3, { params: { id: backup.id } }).catch(({ message }) => message)).toContain(
    "nothing is left to be copied",
  )
})

/** A way to a server that can be cut and mended, at one address. */
async function wayTo(target: string) {
  const { hostname, port } = new URL(target)
  const sockets = new Set<Socket>()
  let server: Server
  let own = 0
  const mend = async () => {
    server = createServer((near) => {
      const far = connect(Number(port), hostname)
      for (const socket of [near, far]) sockets.add(socket.on("error", () => {}))
      near.pipe(far).pipe(near)
    })
    await new Promise<void>((resolve) => server.listen(own, "127.0.0.1", resolve))
    own = (server.address() as AddressInfo).port
  }
  await mend()
  return {
    url: `http://127.0.0.1:${own}`,
    mend,
    cut() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
