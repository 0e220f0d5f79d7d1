// The way to a store: authorities of one's own, keys that are changed in the middle, requests that stall, a pace to keep.
import { describe, expect, test } from "bun:test"
import { randomBytes } from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { createPace } from "../../controller/destinations/pace.ts"
import { partBytes } from "../../controller/destinations/s3-part-size.ts"
import { faultOf } from "../contract/destination.ts"
import { isPart, refusal, tamperingStore } from "../support/tampering-store.ts"
import { testBucket } from "../support/test-bucket.ts"

const { signal } = new AbortController()
const endpoint = process.env.S3_TEST_ENDPOINT
const caFile = join(import.meta.dir, "tls/cert.pem")
const tls = {
  key: readFileSync(join(import.meta.dir, "tls/key.pem"), "utf8"),
  cert: readFileSync(caFile, "utf8"),
}

if (!endpoint) console.warn("SKIPPED, needs S3_TEST_ENDPOINT: the way to a store")
else {
  const { destination } = await testBucket(endpoint)

  test("a certificate is trusted when the settings name its authority, and only then", async () => {
    using store = tamperingStore(endpoint, {}, tls)
    const trusting = destination({ prefix: "tls", endpoint: store.url, caFile })
    expect(await trusting.check(signal)).toMatchObject({ state: "up" })
    const { state, problem } = await destination({ endpoint: store.url }).check(signal)
    expect([state, problem?.hint]).toEqual(["down", expect.stringContaining("caFile")])
    const missing = await destination({ endpoint: store.url, caFile: "/no/such.pem" }).check(signal)
    expect(missing.problem).toMatchObject({ hint: expect.stringContaining("caFile") })
  })

  test("keys that are changed during an upload are read again, and no part is lost", async () => {
    let inForce = "first"
    let asked = 0
    using store = tamperingStore(endpoint, {
      onRequest: ({ headers }) =>
        headers.get("authorization")?.includes(`Credential=${inForce}/`)
          ? undefined
          : refusal(403, "InvalidAccessKeyId"),
    })
    const at = destination({
      prefix: "rotated",
      endpoint: store.url,
      credentials: async () => {
        asked++
        const expiration = new Date(Date.now() + 600_000)
        return { accessKeyId: inForce, secretAccessKey: "x", expiration }
      },
    })
    const bytes = randomBytes(22 << 20)
    const writer = await at.create("a.dump", signal)
    await writer.write(bytes.subarray(0, 11 << 20))
    inForce = "second"
    await writer.write(bytes.subarray(11 << 20))
    await writer.commit()
    expect(Buffer.concat(await (await at.read("a.dump", signal)).toArray()).equals(bytes)).toBe(true)
    expect(asked).toBeGreaterThan(1)
  })

  test("keys that are wrong for good are refused after one more try, as they are", async () => {
    let requests = 0
    using store = tamperingStore(endpoint, {
      onRequest: () => {
        requests++
        return refusal(403, "InvalidAccessKeyId")
      },
    })
    const keys = async () => ({ accessKeyId: "wrong", secretAccessKey: "x" })
    const at = destination({ endpoint: store.url, credentials: keys })
    expect(await faultOf(at.put("a", Buffer.from("x"), signal))).toBe("destination-unavailable")
    expect(requests).toBe(2)
  })

  test("an upload on which nothing moves is given up after the stall timeout, and leaves nothing claimed", async () => {
    using store = tamperingStore(endpoint, {
      onRequest: async (request) => {
        if (isPart(request) && request.query.get("partNumber") === "2") await Bun.sleep(20_000)
        return undefined
      },
    })
    const at = destination({ prefix: "stall", endpoint: store.url, stallSeconds: 1 })
    const writer = await at.create("a.dump", signal)
    const began = performance.now()
    const code = await faultOf(writer.write(randomBytes(16 << 20)).then(() => writer.commit()))
    expect(code).toBe("destination-unavailable")
    expect(performance.now() - began).toBeLessThan(15_000)
    await writer.abort(new Error("stalled"))
    expect(await at.size("a.dump", signal)).toBeNull()
  }, 40_000)

  test("an upload sends two parts at a time when the dump would wait for the store", async () => {
    let [now, seen] = [0, 0]
    using store = tamperingStore(endpoint, {
      onRequest: async (request) => {
        if (!isPart(request)) return undefined
        seen = Math.max(seen, ++now)
        await Bun.sleep(600)
        return undefined
      },
      onResponse(request) {
        if (isPart(request)) now--
        return undefined
      },
    })
    const writer = await destination({ prefix: "at-once", endpoint: store.url }).create("a.dump", signal)
    await writer.write(randomBytes(28 << 20))
    await writer.commit()
    expect(seen).toBe(2)
  }, 60_000)

  test("a bucket with a rate limit takes an upload no faster", async () => {
    const at = destination({ prefix: "slow", bytesPerSecond: 10 << 20 })
    const writer = await at.create("a.dump", signal)
    const began = performance.now()
    await writer.write(randomBytes(21 << 20))
    await writer.commit()
    // The last part may still be under way at the limit's own pace.
    expect(performance.now() - began).toBeGreaterThan(((21 - 6) / 10) * 1000)
  })
}

describe("a pace", () => {
  test("lets the first bytes go at once, and the next when the limit allows", async () => {
    const waits: number[] = []
    let now = 0
    const pace = createPace(
      100,
      () => now,
      async (milliseconds) => {
        waits.push(milliseconds)
        now += milliseconds
      },
    )
    for (const bytes of [50, 100, 10]) await pace.turn(bytes, signal)
    now += 10_000
    await pace.turn(1, signal)
    expect(waits).toEqual([500, 1000])
  })

  test("ends a wait that is given up", async () => {
    const pace = createPace(1)
    await pace.turn(1000, signal)
    const given = new AbortController()
    const turn = pace.turn(1, given.signal)
    given.abort(new Error("enough"))
    expect(await turn.catch(({ message }) => message)).toBe("enough")
  })
})

describe("parts of a known size", () => {
  const total = (expected: number) => {
    let bytes = 0
    for (let number = 1; number <= 10_000; number++) bytes += partBytes(number, expected)
    return bytes
  }
  const gib = 2 ** 30

  test.each([0, 1, 5 * gib, 40 * gib, 400 * gib, 5000 * gib])(
    "of %i bytes hold twice as much",
    (expected) => {
      expect(total(expected)).toBeGreaterThan(2 * expected)
      const equal = partBytes(1, expected)
      expect(equal % (1 << 20)).toBe(0)
      expect(equal).toBeGreaterThanOrEqual(5 << 20)
      // What was expected, and a little more, needs no part of another size.
      expect(9000 * equal).toBeGreaterThanOrEqual(expected * 1.2)
      expect(partBytes(9000, expected)).toBe(equal)
      expect(partBytes(10_000, expected)).toBeLessThanOrEqual(5 * gib)
    },
  )

  test("are as small as S3 takes them for all that is below 35 GiB", () => {
    expect(partBytes(1, 35 * gib)).toBe(5 << 20)
    expect(partBytes(1, 36 * gib)).toBe(6 << 20)
  })
})
