// The bucket, on a real S3 protocol server: a store named by S3_TEST_ENDPOINT, said loudly when there is none.
import { expect, setDefaultTimeout, test } from "bun:test"
import { randomBytes, randomUUID } from "node:crypto"
import { type AddressInfo, connect, createServer, type Socket } from "node:net"
import * as aws from "@aws-sdk/client-s3"
import { s3Destination } from "../../controller/destinations/s3.ts"
import { maxParts, partBytes } from "../../controller/destinations/s3-part-size.ts"
import { describeDestination, faultOf } from "../contract/destination.ts"
import { until } from "../support/until.ts"

setDefaultTimeout(120_000)

const endpoint = process.env.S3_TEST_ENDPOINT
const credentials = { accessKeyId: "test", secretAccessKey: "test-secret" }
const { signal } = new AbortController()

if (!endpoint) {
  console.warn("SKIPPED, needs S3_TEST_ENDPOINT: the contract of destinations, by a bucket")
} else {
  const bucket = `contract-${randomUUID()}`
  const client = new aws.S3Client({ endpoint, region: "us-east-1", forcePathStyle: true, credentials })
  await client.send(new aws.CreateBucketCommand({ Bucket: bucket }))

  let count = 0
  describeDestination("a bucket", async () => {
    const prefix = `run-${count++}`
    const common = { Bucket: bucket, Prefix: `${prefix}/` }
    return {
      destination: s3Destination({
        name: "offsite",
        bucket,
        prefix,
        endpoint,
        forcePathStyle: true,
        credentials,
      }),
      async traces() {
        const { Contents = [] } = await client.send(new aws.ListObjectsV2Command(common))
        const { Uploads = [] } = await client.send(new aws.ListMultipartUploadsCommand(common))
        const objects = Contents.map(({ Key = "" }) => Key.slice(prefix.length + 1))
        return [...objects.toSorted(), ...Uploads.map(({ Key }) => `${Key} (unfinished)`)]
      },
      close: async () => {},
    }
  })

  test("a store that goes away in the middle breaks the writer; the next start sweeps what is left there", async () => {
    const way = await cuttable(endpoint)
    const options = { name: "offsite", bucket, prefix: "cut", forcePathStyle: true, credentials }
    const writer = await s3Destination({ ...options, endpoint: way.url }).create("x.dump", signal)
    const direct = s3Destination({ ...options, endpoint })
    await writer.write(randomBytes(24 << 20))
    const begun = { Bucket: bucket, Prefix: "cut/" }
    await until(
      "the upload to begin",
      async () => (await client.send(new aws.ListMultipartUploadsCommand(begun))).Uploads,
    )
    way.cut()
    let code: string | undefined
    while (code === undefined) code = await faultOf(writer.write(randomBytes(1 << 20)))
    expect(code).toBe("destination-unavailable")
    await writer.abort(new Error("the store is gone"))
    expect(await direct.size("x.dump", signal)).toBeNull()
    expect(await direct.sweep(signal)).toBe(1)
  }, 60_000)

  test("what is stored gets the storage class that was asked for, in one piece and in parts", async () => {
    const at = s3Destination({
      name: "offsite",
      bucket,
      prefix: "cold",
      endpoint,
      forcePathStyle: true,
      storageClass: "STANDARD_IA",
      credentials: async () => ({ ...credentials, expiration: new Date(Date.now() + 600_000) }),
    })
    await at.put("small", Buffer.from("x"), signal)
    const writer = await at.create("large", signal)
    await writer.write(randomBytes(6 << 20))
    await writer.commit()
    const { Contents = [] } = await client.send(
      new aws.ListObjectsV2Command({ Bucket: bucket, Prefix: "cold/" }),
    )
    expect(Contents.map(({ Key, StorageClass }) => [Key, StorageClass])).toEqual([
      ["cold/large", "STANDARD_IA"],
      ["cold/small", "STANDARD_IA"],
    ])
  })

  test("a bucket that does not exist is unavailable in every method", async () => {
    const at = s3Destination({
      name: "offsite",
      bucket: "no-such-bucket",
      endpoint,
      forcePathStyle: true,
      credentials,
    })
    expect(await faultOf(at.create("x.dump", signal))).toBe("destination-unavailable")
    expect(await faultOf(at.put("x.json", Buffer.from("{}"), signal))).toBe("destination-unavailable")
    expect(await faultOf(at.read("x.dump", signal))).toBe("destination-unavailable")
    expect(await faultOf(at.size("x.dump", signal))).toBe("destination-unavailable")
    expect(await faultOf(Array.fromAsync(at.list("", signal)))).toBe("destination-unavailable")
    expect((await at.check(signal)).problem).toMatchObject({ hint: expect.stringContaining("bucket") })
  })
}

/** A way to a server that can be cut, for good. */
async function cuttable(target: string): Promise<{ readonly url: string; cut(): void }> {
  const { hostname, port } = new URL(target)
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(Number(port), hostname)
    for (const socket of [near, far]) sockets.add(socket.on("error", () => {}))
    near.pipe(far).pipe(near)
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port: own } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${own}`,
    cut() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

test("an endpoint where nobody listens is unavailable, with what to look at", async () => {
  const at = s3Destination({
    name: "offsite",
    bucket: "bkt",
    endpoint: "http://127.0.0.1:9",
    forcePathStyle: true,
    credentials,
  })
  expect(await at.check(signal)).toMatchObject({
    state: "down",
    problem: { code: "destination-unavailable", hint: expect.stringContaining("endpoint") },
  })
})

test("parts are equal at first and grow then, to more than 300 GiB in the 10,000 that S3 takes", () => {
  const sizes = Array.from({ length: maxParts }, (_, n) => partBytes(n + 1))
  expect(new Set(sizes.slice(0, 5000))).toEqual(new Set([5 << 20]))
  expect(sizes.every((size, n) => size >= (sizes[n - 1] ?? 0))).toBe(true)
  expect(sizes.reduce((total, size) => total + size, 0) / 2 ** 30).toBeGreaterThan(300)
  expect(sizes.at(-1)).toBe(160 << 20)
})
