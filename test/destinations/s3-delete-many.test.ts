// Deleting many objects with few requests, on a real S3 protocol server; and with one that refuses, forgets, or is gone.
import { beforeEach, describe, expect, test } from "bun:test"
import * as aws from "@aws-sdk/client-s3"
import { refusal, type StoreRequest, type Tampering, tamperingStore } from "../support/tampering-store.ts"
import { testBucket } from "../support/test-bucket.ts"

const { signal } = new AbortController()
const endpoint = process.env.S3_TEST_ENDPOINT

if (!endpoint) console.warn("SKIPPED, needs S3_TEST_ENDPOINT: deleting many objects at once")
else {
  const isMany = ({ method, query }: StoreRequest) => method === "POST" && query.has("delete")
  const keys = Array.from({ length: 30 }, (_, i) => `server/db/2026/11/größe & <co>_${i}.dump`)
  let asked: string[] = []
  beforeEach(() => {
    asked = []
  })

  /** A bucket with these objects, reached through what counts and tampers. */
  async function stored(tampering: Tampering = {}, versions = false, of: readonly string[] = keys) {
    const made = await testBucket(endpoint ?? "")
    if (versions)
      await made.client.send(
        new aws.PutBucketVersioningCommand({
          Bucket: made.bucket,
          VersioningConfiguration: { Status: "Enabled" },
        }),
      )
    const put = (key: string) =>
      made.client.send(new aws.PutObjectCommand({ Bucket: made.bucket, Key: `prod/${key}`, Body: "x" }))
    await Promise.all([...of, "kept"].map(put))
    if (versions) await put(of[1] ?? "")
    const counting: Tampering = {
      ...tampering,
      onRequest(request) {
        asked.push(isMany(request) ? "many" : request.method)
        return tampering.onRequest?.(request)
      },
    }
    const store = tamperingStore(endpoint ?? "", counting)
    const at = made.destination({ endpoint: store.url, prefix: "prod" })
    const left = async () =>
      (await Array.fromAsync(made.destination({ prefix: "prod" }).list("", signal))).sort()
    const removeAll = (some: readonly string[]) => at.removeAll?.(some, signal) ?? Promise.reject("none")
    const layers = async () => {
      const { Versions = [], DeleteMarkers = [] } = await made.client.send(
        new aws.ListObjectVersionsCommand({ Bucket: made.bucket }),
      )
      return [...Versions, ...DeleteMarkers].map(({ Key }) => Key)
    }
    return { removeAll, left, layers, [Symbol.dispose]: () => store[Symbol.dispose]() }
  }

  test("one request deletes many, what is not there already included, and nothing else", async () => {
    using bucket = await stored()
    expect(await bucket.removeAll([...keys, "never/was.dump"])).toEqual(new Map())
    expect(await bucket.left()).toEqual(["kept"])
    expect(asked).toEqual(["HEAD", "many"])
  })

  test("a thousand go with one request, what is more with another", async () => {
    const many = Array.from({ length: 1001 }, (_, i) => `n/${i}`)
    using bucket = await stored({}, false, many.slice(0, 3))
    expect(await bucket.removeAll(many)).toEqual(new Map())
    expect(await bucket.left()).toEqual(["kept"])
    expect(asked.filter((what) => what === "many")).toHaveLength(2)
  })

  test("in a bucket with versions every version goes, and no marker is left", async () => {
    using bucket = await stored({}, true)
    expect(await bucket.removeAll(keys)).toEqual(new Map())
    expect(await bucket.layers()).toEqual(["prod/kept"])
    expect(asked).not.toContain("many")
  })

  test("versions that the first key does not tell of are found by the markers that were made", async () => {
    using bucket = await stored({}, true)
    expect(await bucket.removeAll(["never/was.dump", ...keys])).toEqual(new Map())
    expect(asked).toContain("many")
    expect(await bucket.layers()).toEqual(["prod/kept"])
  })

  describe("a store that", () => {
    test.each([
      ["does not know the request", 501, "NotImplemented", 1],
      ["wants another digest", 400, "MissingContentMD5", 1],
      ["refuses it to these keys", 403, "AccessDenied", 2],
    ])("%s is asked for one at a time, and not again", async (_, status, code, times) => {
      using bucket = await stored({
        onRequest: (request) => (isMany(request) ? refusal(status, code) : undefined),
      })
      expect(await bucket.removeAll(keys.slice(0, 10))).toEqual(new Map())
      expect(await bucket.removeAll(keys.slice(10))).toEqual(new Map())
      expect(await bucket.left()).toEqual(["kept"])
      expect(asked.filter((what) => what === "many")).toHaveLength(times)
    })

    test("names some that it did not delete, or leaves them out, is asked for these again", async () => {
      using bucket = await stored({
        onRequest: (request) => {
          if (!isMany(request)) return undefined
          const error = `<Error><Key>prod/${keys[0]?.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")}</Key><Code>InternalError</Code></Error>`
          return new Response(`<DeleteResult>${error}</DeleteResult>`, { status: 200 })
        },
      })
      expect(await bucket.removeAll(keys.slice(0, 2))).toEqual(new Map())
      expect(asked.filter((what) => what === "DELETE")).toHaveLength(2)
      expect(await bucket.left()).toEqual([...keys.slice(2), "kept"].sort())
    })

    test("will not let go of one keeps that one, and says why", async () => {
      const stuck = encodeURIComponent("_7.dump")
      using bucket = await stored({
        onRequest: (request) => {
          if (isMany(request)) return refusal(501, "NotImplemented")
          return request.method === "DELETE" && request.path.endsWith(decodeURIComponent(stuck))
            ? refusal(409, "OperationAborted")
            : undefined
        },
      })
      const failed = await bucket.removeAll(keys)
      expect([...failed.keys()]).toContain(keys[7] ?? "?")
      expect(failed.get(keys[7] ?? "?")).toMatchObject({
        message: expect.stringContaining("OperationAborted"),
      })
      expect(await bucket.left()).toContain(keys[7] ?? "?")
    })

    test("is gone fails for all of them at once", async () => {
      const made = await testBucket(endpoint)
      const at = made.destination({ endpoint: "http://127.0.0.1:9", prefix: "prod" })
      const failed = await at.removeAll?.(keys, signal)
      expect([...(failed?.keys() ?? [])]).toEqual(keys)
      expect(failed?.get(keys[29] ?? "")).toMatchObject({ code: "destination-unavailable" })
    })
  })

  test("a key that leads out of the prefix is refused, and nothing is asked", async () => {
    using bucket = await stored()
    expect(bucket.removeAll(["fine.dump", "../kept"])).rejects.toMatchObject({ code: "request-invalid" })
    expect(asked).toEqual([])
  })

  test("an abort ends it", async () => {
    const made = await testBucket(endpoint)
    const reason = new Error("enough")
    expect(made.destination().removeAll?.(keys, AbortSignal.abort(reason))).rejects.toBe(reason)
  })
}
