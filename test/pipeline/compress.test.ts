import { describe, expect, setDefaultTimeout, test } from "bun:test"
import { spawnSync } from "node:child_process"
import { randomBytes } from "node:crypto"
import { Readable, Writable } from "node:stream"
import { pipeline } from "node:stream/promises"
import { gzipSync, zstdCompressSync } from "node:zlib"
import fc from "fast-check"
import { compressor, decompressor } from "../../controller/pipeline/compress.ts"
import { failureOf, inChunks } from "./sample.ts"

setDefaultTimeout(120_000)

type Algorithm = "zstd" | "gzip"

async function through(
  bytes: Buffer,
  chunkBytes: number,
  stage: NodeJS.ReadWriteStream | null,
): Promise<Buffer> {
  if (!stage) throw new Error("no stage")
  const chunks: Buffer[] = []
  const sink = new Writable({
    write(chunk: Uint8Array, _encoding, next) {
      chunks.push(Buffer.from(chunk))
      next()
    },
  })
  await pipeline([inChunks(bytes, chunkBytes), stage, sink])
  return Buffer.concat(chunks)
}
const compress = (bytes: Buffer, algorithm: Algorithm, level = 3, chunk = 65_536): Promise<Buffer> =>
  through(bytes, chunk, compressor({ algorithm, level }))
const decompress = (bytes: Buffer, algorithm: Algorithm, chunk = 65_536): Promise<Buffer> =>
  through(bytes, chunk, decompressor(algorithm))

/** Text with repeats, larger than a few blocks. */
const text = Buffer.from(
  Array.from({ length: 60_000 }, (_, n) => `INSERT INTO orders VALUES (${n},'${(n * 7919) % 1000}');`).join(
    "\n",
  ),
)

test("nothing is done, and nothing undone, for none", () => {
  expect(compressor({ algorithm: "none", level: 0 })).toBeNull()
  expect(decompressor("none")).toBeNull()
})

describe.each(["zstd", "gzip"] as const)("%s", (algorithm) => {
  const hasTool = Bun.which(algorithm) !== null
  if (!hasTool) console.warn(`SKIPPED, needs the command ${algorithm}: compatibility with the bare tool`)

  test("gives back what went in, at every size and cut", async () => {
    const sizes = fc.constantFrom(
      0,
      1,
      65_536,
      (512 << 10) - 1,
      512 << 10,
      (512 << 10) + 1,
      1 << 20,
      1_600_000,
    )
    const cuts = fc.integer({ min: 1000, max: 900_000 })
    const property = fc.asyncProperty(sizes, cuts, fc.boolean(), async (size, cut, noise) => {
      const bytes = noise ? randomBytes(size) : text.subarray(0, size)
      const compressed = await compress(bytes, algorithm, 1, cut)
      expect((await decompress(compressed, algorithm, cut)).equals(bytes)).toBe(true)
    })
    await fc.assert(property, { numRuns: 25 })
  }, 60_000)

  test.skipIf(!hasTool)("writes what the bare tool reads", async () => {
    const compressed = await compress(text, algorithm)
    const bare = spawnSync(algorithm, ["-dc"], { input: compressed, maxBuffer: 1 << 30 })
    expect(bare.stderr.toString()).toBe("")
    expect(bare.stdout.equals(text)).toBe(true)
    expect(spawnSync(algorithm, ["-t"], { input: compressed }).status).toBe(0)
    expect(compressed.length).toBeLessThan(text.length / 3)
  })

  test.skipIf(!hasTool)("reads what the bare tool writes", async () => {
    const bare = spawnSync(algorithm, ["-c"], { input: text, maxBuffer: 1 << 30 })
    expect((await decompress(bare.stdout, algorithm)).equals(text)).toBe(true)
  })

  test("refuses input that ends early, wherever, and what follows the end", async () => {
    const whole = algorithm === "zstd" ? zstdCompressSync(text) : gzipSync(text)
    for (const length of [0, 1, 3, 5, 1000, whole.length >> 1, whole.length - 9, whole.length - 1]) {
      expect(await failureOf(decompress(whole.subarray(0, length), algorithm))).toBeInstanceOf(Error)
    }
    const ours = await compress(text, algorithm)
    for (const length of [5, ours.length >> 1, ours.length - 1]) {
      expect(await failureOf(decompress(ours.subarray(0, length), algorithm))).toBeInstanceOf(Error)
    }
    expect(await failureOf(decompress(Buffer.concat([ours, Buffer.from("tail")]), algorithm))).toBeInstanceOf(
      Error,
    )
  })

  test("refuses a flipped bit", async () => {
    const compressed = await compress(text, algorithm)
    for (const at of [20, compressed.length >> 1, compressed.length - 2]) {
      const flipped = Buffer.from(compressed)
      flipped[at] = (flipped[at] ?? 0) ^ 4
      expect(await failureOf(decompress(flipped, algorithm))).toBeInstanceOf(Error)
    }
  })

  test("uses its level", async () => {
    const [fast, thorough] = await Promise.all([compress(text, algorithm, 1), compress(text, algorithm, 9)])
    expect(thorough.length).toBeLessThan(fast.length)
  })

  test("can be stopped in the middle", async () => {
    const stop = new AbortController()
    const stage = compressor({ algorithm, level: 9 })
    if (!stage) throw new Error("no stage")
    const endless = Readable.from(
      (function* () {
        for (;;) yield text
      })(),
    )
    const sink = new Writable({
      write(_chunk, _encoding, next) {
        stop.abort(new Error("enough"))
        next()
      },
    })
    expect(await failureOf(pipeline([endless, stage, sink], { signal: stop.signal }))).toBeInstanceOf(Error)
  })
})
