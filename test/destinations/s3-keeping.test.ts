// How a bucket keeps what is stored in it: encryption, tags, locks, versions; on a real S3 protocol server.
import { describe, expect, test } from "bun:test"
import { randomBytes } from "node:crypto"
import * as aws from "@aws-sdk/client-s3"
import type { Destination } from "../../controller/ports.ts"
import { faultOf } from "../contract/destination.ts"
import { testBucket } from "../support/test-bucket.ts"

const { signal } = new AbortController()
const endpoint = process.env.S3_TEST_ENDPOINT
const about = { server: "shop/db", database: "größe & co", job: "default", backup: "b1" }
const hour = 3_600_000

if (!endpoint) console.warn("SKIPPED, needs S3_TEST_ENDPOINT: how a bucket keeps what is stored in it")
else {
  const { bucket, client, destination } = await testBucket(endpoint)
  const store = async (at: Destination, key: string, bytes: number, keeping = {}) => {
    const writer = await at.create(key, signal, keeping)
    await writer.write(randomBytes(bytes))
    await writer.commit()
  }
  const head = (Key: string, Bucket = bucket) => client.send(new aws.HeadObjectCommand({ Bucket, Key }))

  describe.each([
    ["in one piece", 1000],
    ["in parts", 6 << 20],
  ])("%s", (title, size) => {
    const prefix = title.replaceAll(" ", "-")

    test("it is encrypted by the store as the settings say", async () => {
      await store(destination({ prefix, sse: "AES256" }), "aes", size)
      await store(destination({ prefix, sse: "aws:kms", kmsKeyId: "key-1" }), "kms", size)
      expect(await head(`${prefix}/aes`)).toMatchObject({ ServerSideEncryption: "AES256" })
      expect(await head(`${prefix}/kms`)).toMatchObject({
        ServerSideEncryption: "aws:kms",
        SSEKMSKeyId: expect.stringContaining("key-1"),
      })
    })

    test("it says what it is of, in tags as well where they are wanted", async () => {
      await store(destination({ prefix }), "plain", size, { about })
      await store(destination({ prefix, tags: true }), "tagged", size, { about })
      const text = { ...about, database: encodeURIComponent(about.database), server: "shop%2Fdb" }
      expect((await head(`${prefix}/plain`)).Metadata).toEqual(text)
      const tags = async (name: string) =>
        (await client.send(new aws.GetObjectTaggingCommand({ Bucket: bucket, Key: `${prefix}/${name}` })))
          .TagSet
      expect(await tags("plain")).toEqual([])
      expect(await tags("tagged")).toEqual([
        { Key: "server", Value: "shop/db" },
        { Key: "database", Value: "größe _ co" },
        { Key: "job", Value: "default" },
        { Key: "backup", Value: "b1" },
      ])
    })
  })

  test("without a lockMode nothing is locked, and nothing claims to be", async () => {
    const at = destination({ prefix: "free" })
    expect(at.canLock).toBe(false)
    await store(at, "a", 10, { lockedUntil: new Date(Date.now() + hour) })
    expect(await at.lockedUntil?.("a", signal)).toBeNull()
    await at.remove("a", signal)
  })

  test("a bucket without object lock says so, when it is to lock", async () => {
    const at = destination({ prefix: "none", lockMode: "GOVERNANCE" })
    const lockedUntil = new Date(Date.now() + hour)
    const error = await at.put("a", Buffer.from("x"), signal, { lockedUntil }).catch((fault) => fault)
    expect(error).toMatchObject({
      code: "destination-unavailable",
      hint: expect.stringContaining("lockMode"),
    })
  })

  test.each(["GOVERNANCE", "COMPLIANCE"] as const)(
    "a copy that is locked by %s stays, and says until when; it goes after that",
    async (lockMode) => {
      const vault = await testBucket(endpoint, { ObjectLockEnabledForBucket: true })
      const at = vault.destination({ lockMode })
      expect(at.canLock).toBe(true)
      const lockedUntil = new Date(Math.floor((Date.now() + 4000) / 1000) * 1000)
      await store(at, "small", 10, { lockedUntil })
      await store(at, "large", 6 << 20, { lockedUntil })
      for (const key of ["small", "large"]) {
        expect(await head(key, vault.bucket)).toMatchObject({ ObjectLockMode: lockMode })
        expect(await at.lockedUntil?.(key, signal)).toEqual(lockedUntil)
        const refused = await at.remove(key, signal).catch((fault) => fault)
        expect(refused).toMatchObject({
          code: "in-use",
          message: expect.stringContaining(lockedUntil.toISOString()),
        })
        expect(await at.size(key, signal)).toBeGreaterThan(0)
      }
      await Bun.sleep(Math.max(0, lockedUntil.getTime() - Date.now() + 1500))
      for (const key of ["small", "large"]) await at.remove(key, signal)
      expect(await versionsIn(vault)).toEqual([])
    },
    30_000,
  )

  test("deleting in a bucket with versions leaves neither a version nor a marker", async () => {
    const versioned = await testBucket(endpoint)
    await versioned.client.send(
      new aws.PutBucketVersioningCommand({
        Bucket: versioned.bucket,
        VersioningConfiguration: { Status: "Enabled" },
      }),
    )
    const at = versioned.destination()
    await store(at, "a.dump", 6 << 20)
    await at.put("a.manifest.json", Buffer.from("{}"), signal)
    await at.put("a.manifest.json", Buffer.from("{ }"), signal)
    await store(at, "kept.dump", 10)
    // Notes are written again and again over the years.
    const notes = Array.from({ length: 101 }, (_, n) => at.put("a.notes.json", Buffer.from(`${n}`), signal))
    await Promise.all(notes)
    expect(await versionsIn(versioned)).toHaveLength(105)
    await at.remove("a.dump", signal)
    for (const name of ["manifest", "notes"]) await at.remove(`a.${name}.json`, signal)
    await at.remove("never-was", signal)
    expect(await versionsIn(versioned)).toEqual(["kept.dump"])
    expect(await at.check(signal)).toMatchObject({ state: "up" })
    expect(await versionsIn(versioned)).toEqual(["kept.dump"])
    expect(await faultOf(at.read("a.dump", signal))).toBe("copy-missing")
  })

  async function versionsIn({ client, bucket }: Awaited<ReturnType<typeof testBucket>>) {
    const found = await client.send(new aws.ListObjectVersionsCommand({ Bucket: bucket }))
    return [...(found.Versions ?? []), ...(found.DeleteMarkers ?? [])].map(({ Key }) => Key)
  }
}
