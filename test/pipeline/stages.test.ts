import { expect, setDefaultTimeout, test } from "bun:test"
import { randomBytes } from "node:crypto"
import { Writable } from "node:stream"
import { pipeline } from "node:stream/promises"
import fc from "fast-check"
import { Fault } from "../../controller/core/fault.ts"
import { endOf } from "../../controller/pipeline/end.ts"
import { holdBack } from "../../controller/pipeline/hold-back.ts"
import { meter } from "../../controller/pipeline/meter.ts"
import { paced } from "../../controller/pipeline/progress.ts"
import { failureOf, inChunks, sha256, trailer } from "./sample.ts"

setDefaultTimeout(120_000)

const collector = (): { sink: Writable; bytes(): Buffer } => {
  const chunks: Buffer[] = []
  const sink = new Writable({
    write(chunk: Buffer, _encoding, next) {
      chunks.push(chunk)
      next()
    },
  })
  return { sink, bytes: () => Buffer.concat(chunks) }
}

test("a meter counts and hashes what passes, and changes nothing, however it is cut", async () => {
  const cut = fc.asyncProperty(
    fc.uint8Array({ maxLength: 5000 }),
    fc.integer({ min: 1, max: 600 }),
    async (array, size) => {
      const bytes = Buffer.from(array)
      const { sink, bytes: passed } = collector()
      const totals: number[] = []
      const stage = meter((total) => totals.push(total))
      await pipeline([inChunks(bytes, size), stage.stream, sink])
      expect(passed().equals(bytes)).toBe(true)
      expect(stage.result()).toEqual({ bytes: bytes.length, sha256: sha256(bytes) })
      expect(totals.at(-1) ?? 0).toBe(bytes.length)
    },
  )
  await fc.assert(cut, { numRuns: 50 })
})

test("a meter gives no result before the end", () => {
  expect(() => meter().result()).toThrow("before the end")
})

test("the end stage passes everything on and says what end was seen", async () => {
  const { sink, bytes } = collector()
  const stage = endOf(trailer())
  await pipeline([inChunks(Buffer.from("some rows\n-- done\n"), 3), stage.stream, sink])
  expect(stage.result()).toBe("the trailer")
  expect(bytes().toString()).toBe("some rows\n-- done\n")
})

test("a stream without its end fails with the detector's fault", async () => {
  const { sink } = collector()
  const failure = await failureOf(
    pipeline([inChunks(Buffer.from("some rows\n-- do"), 4), endOf(trailer()).stream, sink]),
  )
  expect(failure).toMatchObject({ code: "dump-truncated" })
})

test("a detector that throws on a chunk fails the stream, not the process", async () => {
  const broken = {
    push() {
      throw new Fault("dump-truncated", "not an archive")
    },
    finish: () => "",
    held: () => ({}),
  }
  const failure = await failureOf(
    pipeline([inChunks(Buffer.from("x"), 1), endOf(broken).stream, collector().sink]),
  )
  expect(failure).toMatchObject({ message: "not an archive" })
})

const wrong = (what: string): Fault => new Fault("copy-mismatch", what)

test("the hold-back passes on everything when size and hash are right", async () => {
  const bytes = randomBytes(300_000)
  const { sink, bytes: passed } = collector()
  await pipeline([
    inChunks(bytes, 65_536),
    holdBack({ bytes: bytes.length, sha256: sha256(bytes) }, wrong, () => {}),
    sink,
  ])
  expect(passed().equals(bytes)).toBe(true)
})

test("the hold-back keeps the last chunk when a byte, the end or the size is wrong", async () => {
  const bytes = randomBytes(300_000)
  const flipped = Buffer.from(bytes)
  flipped[10] = (flipped[10] ?? 0) ^ 1
  const changes = [flipped, bytes.subarray(0, -1), Buffer.concat([bytes, Buffer.from("x")])]
  for (const changed of changes) {
    const { sink, bytes: passed } = collector()
    const held = holdBack({ bytes: bytes.length, sha256: sha256(bytes) }, wrong, () => {})
    expect(await failureOf(pipeline([inChunks(changed, 65_536), held, sink]))).toMatchObject({
      code: "copy-mismatch",
    })
    expect(passed().length).toBeLessThanOrEqual(4 * 65_536)
  }
})

test("progress is reported at once, then a few times a second, however many chunks pass", () => {
  let now = 0
  let reports = 0
  const tick = paced(
    () => reports++,
    250,
    () => now,
  )
  for (; now <= 1000; now += 5) tick()
  expect(reports).toBe(5)
})
