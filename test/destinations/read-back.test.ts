// A copy counts only when what the destination holds is what was written: whatever the store lost, changed or mixed up is found.
import { afterEach, beforeEach, describe, expect, test } from "bun:test"
import { createHash, randomBytes } from "node:crypto"
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { localDestination } from "../../controller/destinations/local.ts"
import { digestsOf } from "../../controller/destinations/s3-digest.ts"
import type { Destination } from "../../controller/ports.ts"
import { faultOf } from "../contract/destination.ts"
import { flipped, isPart, refusal, tamperingStore } from "../support/tampering-store.ts"
import { testBucket } from "../support/test-bucket.ts"

const { signal } = new AbortController()
const mib = 1 << 20

async function stored(at: Destination, bytes: Buffer, key = "a.dump") {
  const writer = await at.create(key, signal)
  for (let from = 0; from < bytes.length; from += 700_000)
    await writer.write(bytes.subarray(from, from + 700_000))
  await writer.commit()
  const written = { bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") }
  return () => writer.readBack?.(written, signal) ?? Promise.reject(new Error("it has no readBack"))
}

describe("a folder", () => {
  let folder: string
  const at = () => localDestination("local", folder)
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "dbbackup-read-back-"))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  test.each([0, 1, mib, 3 * mib + 17])("holds the %i bytes that were written", async (size) => {
    expect(await (await stored(at(), randomBytes(size)))()).toBe("hash")
  })

  test("is found out when one bit of the file is another", async () => {
    const readBack = await stored(at(), randomBytes(3 * mib + 17))
    const file = join(folder, "a.dump")
    writeFileSync(file, flipped(readFileSync(file), 2 * mib + 5))
    expect(await faultOf(readBack())).toBe("copy-mismatch")
  })

  test("is found out when the file is shorter or longer", async () => {
    const readBack = await stored(at(), randomBytes(2 * mib))
    truncateSync(join(folder, "a.dump"), 2 * mib - 1)
    expect(await faultOf(readBack())).toBe("copy-mismatch")
    const other = await stored(at(), randomBytes(10), "b.dump")
    writeFileSync(join(folder, "b.dump"), randomBytes(1), { flag: "a" })
    expect(await faultOf(other())).toBe("copy-mismatch")
  })
})

test("the digest of parts is the digest of their digests, and how many there are", () => {
  const parts = [Buffer.from("one"), Buffer.from("two")]
  const md5 = (bytes: Buffer) => createHash("md5").update(bytes).digest()
  const { of, inParts, inOnePiece } = digestsOf("md5")
  expect(inParts(parts.map(of))).toBe(`${md5(Buffer.concat(parts.map(md5))).toString("hex")}-2`)
  expect(inOnePiece(of(Buffer.from("one")))).toBe(md5(Buffer.from("one")).toString("hex"))
  expect(digestsOf("sha256").inOnePiece(Buffer.from("x"))).toBe("eA==")
})

const endpoint = process.env.S3_TEST_ENDPOINT
if (!endpoint) {
  console.warn("SKIPPED, needs S3_TEST_ENDPOINT: buckets that do not hold what was written")
} else {
  const { bucket, destination } = await testBucket(endpoint)
  const small = randomBytes(40_000)
  const large = randomBytes(11 * mib)
  let count = 0
  const fresh = () => ({ prefix: `read-back-${count++}` })
  /** Counts how often the bytes of an object were asked for. */
  const watched = () => {
    const seen = { reads: 0 }
    const store = tamperingStore(endpoint, {
      onRequest: ({ method, path }) => {
        if (method === "GET" && path.endsWith(".dump")) seen.reads++
        return undefined
      },
    })
    return { seen, ...store }
  }

  describe("a bucket", () => {
    test("that tells the digest of a piece proves it unread", async () => {
      using store = watched()
      const readBack = await stored(destination({ ...fresh(), endpoint: store.url }), small)
      expect([await readBack(), store.seen.reads]).toEqual(["hash", 0])
    })

    test.each([
      ["a piece", small],
      ["parts", large],
    ])("that tells the sha-256 of %s, as AWS does, proves it unread", async (_what, bytes) => {
      const sha256 = (body: Buffer) => createHash("sha256").update(body).digest()
      const parts = new Map<number, Buffer>()
      let reads = 0
      using store = tamperingStore(endpoint, {
        onRequest({ method, path, query, headers, body }) {
          if (method === "GET" && path.endsWith(".dump")) reads++
          if (method !== "PUT") return undefined
          if (headers.get("x-amz-checksum-sha256") !== sha256(body).toString("base64"))
            return refusal(400, "BadDigest")
          parts.set(Number(query.get("partNumber") ?? 0), sha256(body))
          return undefined
        },
        onResponse({ method }, response) {
          if (method !== "HEAD" || response.status !== 200) return undefined
          const inOrder = [...parts].toSorted(([a], [b]) => a - b).map(([, digest]) => digest)
          const whole = parts.has(0)
            ? (parts.get(0) as Buffer).toString("base64")
            : `${sha256(Buffer.concat(inOrder)).toString("base64")}-${inOrder.length}`
          const headers = new Headers(response.headers)
          headers.set("x-amz-checksum-sha256", whole)
          headers.set("etag", '"of another kind"')
          return new Response(null, { status: 200, headers })
        },
      })
      const at = destination({ ...fresh(), endpoint: store.url, digest: "sha256" })
      expect([await (await stored(at, bytes))(), reads]).toEqual(["hash", 0])
      // Of parts the store has only a digest of digests, which is no hash of the copy.
      const whole = bytes === small ? createHash("sha256").update(bytes).digest("hex") : null
      expect([await at.storedSha256?.("a.dump", signal), reads]).toEqual([whole, 0])
    })

    test("that tells the digest of the parts' digests proves them unread", async () => {
      using store = watched()
      const readBack = await stored(destination({ ...fresh(), endpoint: store.url }), large)
      expect([await readBack(), store.seen.reads]).toEqual(["hash", 0])
    })

    test("is read back always, or never, where the settings say so", async () => {
      using store = watched()
      const at = (readBack: "always" | "never") => destination({ ...fresh(), endpoint: store.url, readBack })
      expect([await (await stored(at("always"), large))(), store.seen.reads]).toEqual(["hash", 1])
      expect([await (await stored(at("never"), large))(), store.seen.reads]).toEqual(["hash", 1])
    })

    test("whose tags are of another kind is read back, and by its size alone when that is not wanted", async () => {
      using store = tamperingStore(endpoint, {
        onResponse({ method }, response) {
          if (method !== "HEAD" || response.status !== 200) return undefined
          const headers = new Headers(response.headers)
          headers.set("etag", '"0123456789abcdef0123456789abcdef"')
          return new Response(null, { status: 200, headers })
        },
      })
      const at = (readBack: "auto" | "never") => destination({ ...fresh(), endpoint: store.url, readBack })
      expect(await (await stored(at("auto"), large))()).toBe("hash")
      expect(await (await stored(at("never"), large))()).toBe("size")
    })

    test.each([
      ["a piece", small],
      ["a part", large],
    ])("that flips one bit of %s is found out", async (_what, bytes) => {
      using store = tamperingStore(endpoint, {
        onRequest: (request) =>
          request.method === "PUT" && (bytes === small || isPart(request))
            ? flipped(request.body)
            : undefined,
      })
      const readBack = await stored(destination({ ...fresh(), endpoint: store.url }), bytes)
      expect(await faultOf(readBack())).toBe("copy-mismatch")
    })

    test("that drops a part is found out", async () => {
      using store = tamperingStore(endpoint, {
        onRequest: ({ method, query, body }) => {
          if (method !== "POST" || !query.has("uploadId")) return undefined
          return Buffer.from(body.toString().replace(/<Part>(?:(?!<Part>).)*<PartNumber>2<.*?<\/Part>/s, ""))
        },
      })
      const readBack = await stored(destination({ ...fresh(), endpoint: store.url }), large)
      expect(await faultOf(readBack())).toBe("copy-mismatch")
    })

    test("that gives another object of the same size is found out", async () => {
      const { prefix } = fresh()
      await stored(destination({ prefix }), randomBytes(small.length), "other.dump")
      using store = tamperingStore(endpoint, {
        onRequest: async ({ method, path, headers }) => {
          if (method !== "HEAD" && method !== "GET") return undefined
          if (!path.endsWith("a.dump") || !committed) return undefined
          return await fetch(`${endpoint}/${bucket}/${prefix}/other.dump`, { method, headers })
        },
      })
      let committed = false
      const readBack = await stored(destination({ prefix, endpoint: store.url }), small)
      committed = true
      expect(await faultOf(readBack())).toBe("copy-mismatch")
    })

    test("that lost the object is found out", async () => {
      const at = destination(fresh())
      const readBack = await stored(at, small)
      await at.remove("a.dump", signal)
      expect(await faultOf(readBack())).toBe("copy-mismatch")
    })
  })
}
