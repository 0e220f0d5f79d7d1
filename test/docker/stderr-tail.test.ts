// The last words of a tool, whatever it said before.
import { expect, setDefaultTimeout, test } from "bun:test"
import fc from "fast-check"
import { stderrTail, tailBytes } from "../../controller/docker/stderr-tail.ts"

setDefaultTimeout(120_000)

test("is the last 16 KiB of any chunks", () => {
  const size = fc.oneof(
    fc.nat({ max: 200 }),
    fc.constantFrom(tailBytes - 1, tailBytes, tailBytes + 1, 3 * tailBytes),
  )
  fc.assert(
    fc.property(fc.array(size, { maxLength: 12 }), (sizes) => {
      const tail = stderrTail()
      let next = 0
      const all = sizes.map((length) => Buffer.from(Array.from({ length }, () => 32 + (next++ % 90))))
      for (const chunk of all) tail.take(chunk)
      expect(tail.text()).toBe(Buffer.concat(all).subarray(-tailBytes).toString())
    }),
  )
})

test("does not begin inside a character", () => {
  for (let before = 0; before < 4; before++) {
    const tail = stderrTail()
    tail.take(Buffer.from("x".repeat(before) + "🐘".repeat(tailBytes / 4)))
    expect(tail.text()).toMatch(/^x*🐘+$/u)
  }
})

test("keeps what it has when the chunk is reused", () => {
  const tail = stderrTail()
  const chunk = Buffer.from("before")
  tail.take(chunk)
  chunk.fill("x")
  expect(tail.text()).toBe("before")
})
