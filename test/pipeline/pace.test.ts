import { expect, setDefaultTimeout, test } from "bun:test"
import fc from "fast-check"
import { dumpBytes } from "../../controller/pipeline/dump-bytes.ts"
import { rate } from "../../controller/pipeline/pace.ts"
import { unwatched } from "../../controller/pipeline/stall.ts"
import { childTool } from "./child-tool.ts"
import { explain, failureOf } from "./sample.ts"

setDefaultTimeout(120_000)

const never = new AbortController().signal
const chunks = fc.array(fc.integer({ min: 1, max: 200_000 }), { minLength: 1, maxLength: 300 })

test("whatever the chunks, as much passes as was asked for, to a tenth of a second", () => {
  fc.assert(
    fc.property(chunks, fc.integer({ min: 1024, max: 50_000_000 }), (sizes, bytesPerSecond) => {
      let now = 0
      const { pauseAfter } = rate(bytesPerSecond, () => now)
      for (const bytes of sizes) now += pauseAfter(bytes)
      const wanted = (sizes.reduce((sum, bytes) => sum + bytes, 0) / bytesPerSecond) * 1000
      expect(now).toBeLessThanOrEqual(wanted + 1)
      expect(now).toBeGreaterThan(wanted - 100)
    }),
  )
})

test("pauses are few: none is shorter than a twentieth of a second", () => {
  fc.assert(
    fc.property(chunks, fc.integer({ min: 1024, max: 50_000_000 }), (sizes, bytesPerSecond) => {
      let now = 0
      const { pauseAfter } = rate(bytesPerSecond, () => now)
      for (const bytes of sizes) {
        const pause = pauseAfter(bytes)
        expect(pause === 0 || pause >= 50).toBe(true)
        now += pause
      }
    }),
  )
})

test("what a silent tool leaves unused is no licence for a burst: a second of it at most", () => {
  let now = 0
  const { pauseAfter } = rate(1000, () => now)
  now = 3_600_000
  let passed = 0
  while (pauseAfter(100) === 0) passed += 100
  expect(passed).toBeLessThanOrEqual(1050)
})

test("a tool is read at the pace that was asked for, to a tenth", async () => {
  const bytesPerSecond = 4_000_000
  const began = performance.now()
  let bytes = 0
  const source = dumpBytes(
    async () => childTool("head -c 8000000 /dev/zero"),
    explain,
    never,
    unwatched,
    bytesPerSecond,
  )
  for await (const chunk of source) bytes += chunk.length
  const seconds = (performance.now() - began) / 1000
  expect(bytes).toBe(8_000_000)
  expect(seconds).toBeGreaterThan(1.8)
  // An idle machine needs 2.0 s; one that is busy with other things may be late, never early.
  expect(seconds).toBeLessThan(process.env.CI ? 10 : 6)
})

test("a pause ends at once when the dump is cancelled", async () => {
  const stop = new AbortController()
  const began = performance.now()
  const source = dumpBytes(async () => childTool("yes"), explain, stop.signal, unwatched, 100)
  const failure = failureOf(Array.fromAsync(source))
  setTimeout(() => stop.abort(new Error("enough")), 200)
  expect(await failure).toMatchObject({ message: "enough" })
  expect(performance.now() - began).toBeLessThan(5000)
})
