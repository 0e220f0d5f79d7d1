import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test"
import { connect } from "node:net"
import fc from "fast-check"
import { contentDisposition } from "../../controller/api/download.ts"
import { listen } from "../../controller/api/listen.ts"
import { parseRange } from "../../controller/api/range.ts"
import { addGood, keyOf } from "../state/samples.ts"
import { ask, aWorld, storeBackup, type World } from "./samples.ts"

setDefaultTimeout(120_000)

const bytes = Buffer.from(Array.from({ length: 200_000 }, (_, n) => n % 251))
let world: World
beforeEach(() => {
  world = aWorld()
})
afterEach(() => world.remove())

const fetchPart = async (range: string, more: Record<string, string> = {}) => {
  const response = await world.app.request("/api/backups/b1/download", { headers: { range, ...more } })
  return { response, body: Buffer.from(await response.arrayBuffer()) }
}

/** Resolves once `check` holds; a test that never gets there ends by its own timeout. */
async function until(check: () => boolean): Promise<void> {
  while (!check()) await new Promise((resolve) => setTimeout(resolve, 5))
}

describe("a download", () => {
  test("is the stored bytes under the backup's file name, with size and hash", async () => {
    const { sha256 } = storeBackup(world, "b1", bytes)
    const response = await world.app.request("/api/backups/b1/download")
    expect(response.status).toBe(200)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "application/octet-stream",
      "content-length": "200000",
      "accept-ranges": "bytes",
      etag: `"${sha256}"`,
      "content-disposition":
        "attachment; filename=\"shop_daily_20260301_020000_b1.dump\"; filename*=UTF-8''shop_daily_20260301_020000_b1.dump",
    })
    expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true)
    expect(world.local.reading.open).toBe(0)
  })

  test("comes from the next copy when the first is gone or cut", async () => {
    const { key } = storeBackup(world, "b1", bytes, [world.local, world.offsite])
    world.local.objects.set(key, bytes.subarray(1))
    const response = await world.app.request("/api/backups/b1/download")
    expect(response.headers.get("accept-ranges")).toBe("none")
    expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true)
    expect(world.log.map(({ message }) => message)).toContain("backup b1 cannot be read from local")
    const looked = (await ask(world, "/api/verifications")).body.data
    expect(looked).toMatchObject([
      { backupId: "b1", level: "checksum", destination: "local", askedBy: "person" },
    ])
  })

  test("of bytes that are gone or cut is refused before it begins", async () => {
    const { key } = storeBackup(world, "b1", bytes)
    world.local.objects.set(key, bytes.subarray(1))
    const cut = await ask(world, "/api/backups/b1/download")
    expect([cut.status, cut.body.error.message]).toEqual([
      500,
      expect.stringContaining("has 199999 bytes, its proof says 200000"),
    ])
    world.local.objects.delete(key)
    const gone = await ask(world, "/api/backups/b1/download")
    expect([gone.status, gone.body.error.code, gone.body.error.message]).toEqual([
      404,
      "NOT_FOUND",
      `${keyOf("b1")} is not at local any more`,
    ])
  })

  test("from a destination that is not defined any more, of an unknown or an unfinished backup is 404", async () => {
    addGood(world.catalogue, "b1")
    const undefinedOne = aWorld({ destination: () => undefined })
    addGood(undefinedOne.catalogue, "b1")
    expect((await ask(undefinedOne, "/api/backups/b1/download")).body.error.message).toContain(
      "not defined any more",
    )
    undefinedOne.remove()
    expect((await ask(world, "/api/backups/nobody/download")).status).toBe(404)
    const queued = await ask(world, "/api/backups", { method: "POST", json: { databaseId: "shop~db:shop" } })
    expect((await ask(world, `/api/backups/${queued.body.data.id}/download`)).status).toBe(404)
  })

  test("opens nothing for HEAD, which tells the size", async () => {
    storeBackup(world, "b1", bytes)
    const response = await world.app.request("/api/backups/b1/download", { method: "HEAD" })
    expect([response.status, response.headers.get("content-length")]).toEqual([200, "200000"])
    expect(world.local.reading).toEqual({ open: 0, bytes: 0 })
  })
})

describe("a part of a download", () => {
  test("is the bytes asked for, whichever they are", async () => {
    const { sha256 } = storeBackup(world, "b1", bytes)
    const place = fc.integer({ min: 0, max: bytes.length - 1 })
    await fc.assert(
      fc.asyncProperty(place, place, async (a, b) => {
        const [start, end] = a < b ? [a, b] : [b, a]
        const { response, body } = await fetchPart(`bytes=${start}-${end}`)
        expect(response.status).toBe(206)
        expect(response.headers.get("content-range")).toBe(`bytes ${start}-${end}/${bytes.length}`)
        expect(response.headers.get("content-length")).toBe(String(end - start + 1))
        expect(body.equals(bytes.subarray(start, end + 1))).toBe(true)
      }),
      { numRuns: 50 },
    )
    const tail = await fetchPart("bytes=-5", { "if-range": `"${sha256}"` })
    expect(tail.body.equals(bytes.subarray(-5))).toBe(true)
    expect(world.local.reading.open).toBe(0)
  })

  test("is the whole when the client's part is of something else, or several parts are asked for", async () => {
    storeBackup(world, "b1", bytes)
    for (const [range, more] of [
      ["bytes=0-4", { "if-range": '"other"' }],
      ["bytes=0-4,8-9", {}],
      ["lines=0-4", {}],
    ] as const) {
      const { response, body } = await fetchPart(range, more)
      expect([response.status, body.length]).toEqual([200, bytes.length])
    }
  })

  test("that lies beyond the end is refused with the size", async () => {
    storeBackup(world, "b1", bytes)
    const { response } = await fetchPart("bytes=200000-")
    expect([response.status, response.headers.get("content-range")]).toEqual([416, "bytes */200000"])
  })

  test("is read as RFC 9110 says", () => {
    const part = (start: number, end: number) => ({ kind: "part" as const, start, end })
    expect(parseRange("bytes=0-", 10)).toEqual(part(0, 9))
    expect(parseRange("bytes=9-100", 10)).toEqual(part(9, 9))
    expect(parseRange("bytes=-100", 10)).toEqual(part(0, 9))
    expect(parseRange("bytes=-0", 10)).toEqual({ kind: "unsatisfiable" })
    expect(parseRange("bytes=10-", 10)).toEqual({ kind: "unsatisfiable" })
    for (const all of [undefined, "", "bytes=-", "bytes=5-2", "bytes=a-b"]) {
      expect(parseRange(all, 10)).toEqual({ kind: "all" })
    }
  })
})

describe("over a real socket", () => {
  async function overSocket(act: (origin: string) => Promise<void>): Promise<void> {
    const server = listen(world.app, { hostname: "127.0.0.1", port: 0 })
    try {
      await act(`http://127.0.0.1:${server.port}`)
    } finally {
      await server.stop()
    }
  }

  test("the bytes arrive whole", () =>
    overSocket(async (origin) => {
      storeBackup(world, "b1", bytes)
      const response = await fetch(`${origin}/api/backups/b1/download`)
      expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true)
      const head = await fetch(`${origin}/api/backups/b1/download`, { method: "HEAD" })
      expect(head.headers.get("content-length")).toBe("200000")
    }))

  test("a copy whose bytes were changed never arrives whole: the connection breaks off", () =>
    overSocket(async (origin) => {
      const { key } = storeBackup(world, "b1", bytes)
      const changed = Buffer.from(bytes)
      changed[100] = 255
      world.local.objects.set(key, changed)
      const response = await fetch(`${origin}/api/backups/b1/download`)
      await expect(response.arrayBuffer()).rejects.toThrow()
      await until(() => world.log.some(({ message }) => message.includes("broke off")))
      expect(JSON.stringify(world.log)).toContain("sha-256 differs")
      await until(() => world.local.reading.open === 0)
    }))

  test("a client that takes nothing is waited for, and one that leaves ends the reading", () =>
    overSocket(async (origin) => {
      const large = Buffer.alloc(64 * 1024 * 1024, 7)
      storeBackup(world, "b1", large)
      const socket = connect(Number(new URL(origin).port), "127.0.0.1")
      socket.pause()
      socket.write("GET /api/backups/b1/download HTTP/1.1\r\nHost: localhost\r\n\r\n")
      await until(() => world.local.reading.bytes > 0)
      let before = -1
      await until(() => {
        const settled = before === world.local.reading.bytes
        before = world.local.reading.bytes
        return settled
      })
      expect(world.local.reading.bytes).toBeLessThan(large.length / 2)
      socket.destroy()
      await until(() => world.local.reading.open === 0)
      expect(world.local.reading.bytes).toBeLessThan(large.length)
    }))
})

test("a file name of any kind becomes a safe header", () => {
  expect(contentDisposition('a"b\r\n/Größe (1).dump')).toBe(
    "attachment; filename=\"a_b___Gr__e__1_.dump\"; filename*=UTF-8''a%22b%0D%0A%2FGr%C3%B6%C3%9Fe%20%281%29.dump",
  )
})
