// Docker's framing, split anywhere: no byte lost, added, or out of order, and no cut unnoticed.
import { expect, setDefaultTimeout, test } from "bun:test"
import fc from "fast-check"
import { demux } from "../../controller/docker/demux.ts"

setDefaultTimeout(120_000)

interface Frame {
  readonly stream: 1 | 2
  readonly payload: Uint8Array
}
const frame = fc.record({
  stream: fc.constantFrom(1 as const, 2 as const),
  payload: fc.uint8Array({ maxLength: 300 }),
})
const frames = fc.array(frame, { maxLength: 12 })

function encode(all: readonly Frame[]): Buffer {
  return Buffer.concat(
    all.flatMap(({ stream, payload }) => {
      const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0])
      header.writeUInt32BE(payload.length, 4)
      return [header, payload]
    }),
  )
}

function collector() {
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  const parts = demux({ stdout: (chunk) => stdout.push(chunk), stderr: (chunk) => stderr.push(chunk) })
  return { parts, stdout, stderr }
}

const of = (all: readonly Frame[], stream: number) =>
  Buffer.concat(all.filter((one) => one.stream === stream).map((one) => one.payload))

/** The bytes cut at these places. */
function split(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const at = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b)
  return [...at, bytes.length].map((end, index) => bytes.subarray(at[index - 1] ?? 0, end))
}

test("any frames, split anywhere, come out whole and in order", () => {
  fc.assert(
    fc.property(frames, fc.array(fc.nat(), { maxLength: 40 }), (all, cuts) => {
      const { parts, stdout, stderr } = collector()
      for (const chunk of split(encode(all), cuts)) parts.push(chunk)
      parts.end()
      expect(Buffer.concat(stdout)).toEqual(of(all, 1))
      expect(Buffer.concat(stderr)).toEqual(of(all, 2))
    }),
  )
})

test("byte by byte gives the same as all at once", () => {
  fc.assert(
    fc.property(frames, (all) => {
      const { parts, stdout } = collector()
      for (const byte of encode(all)) parts.push(Buffer.from([byte]))
      parts.end()
      expect(Buffer.concat(stdout)).toEqual(of(all, 1))
    }),
  )
})

test("an end anywhere but between two frames is an error", () => {
  fc.assert(
    fc.property(frames, fc.nat(), (all, cut) => {
      const bytes = encode(all)
      const length = cut % (bytes.length + 1)
      const ends = all.map((_, index) => encode(all.slice(0, index + 1)).length)
      const { parts } = collector()
      parts.push(bytes.subarray(0, length))
      if (length === 0 || ends.includes(length)) parts.end()
      else expect(() => parts.end()).toThrow("docker's stream ended")
    }),
  )
})

test("a byte that names no stream is an error, and nothing after it comes out", () => {
  fc.assert(
    fc.property(frames, fc.integer({ min: 0, max: 255 }), frames, (before, stream, after) => {
      fc.pre(stream !== 1 && stream !== 2)
      const { parts, stdout } = collector()
      const bytes = Buffer.concat([
        encode(before),
        Buffer.from([stream, 0, 0, 0, 0, 0, 0, 1, 65]),
        encode(after),
      ])
      expect(() => parts.push(bytes)).toThrow("is no frame header")
      expect(Buffer.concat(stdout)).toEqual(of(before, 1))
    }),
  )
})

test("a stream that has slipped by some bytes is noticed at the next header", () => {
  const all: Frame[] = Array.from({ length: 3 }, () => ({ stream: 1, payload: Buffer.alloc(50, 1) }))
  for (const lost of [1, 2, 3, 4, 5, 6, 7]) {
    const { parts } = collector()
    expect(() => {
      parts.push(encode(all).subarray(lost))
      parts.end()
    }).toThrow()
  }
})

test("payload is handed on as soon as some of it is there, without a copy", () => {
  const { parts, stdout } = collector()
  const chunk = encode([{ stream: 1, payload: Buffer.alloc(1_000_000) }]).subarray(0, 5_000)
  parts.push(chunk)
  expect(stdout.map((part) => part.length)).toEqual([4_992])
  expect(stdout[0]?.buffer).toBe(chunk.buffer)
})
