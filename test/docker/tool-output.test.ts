// A tool's stdout out of docker's stream: every byte once and in order, however frames and reads are cut, in few pieces.
import { expect, setDefaultTimeout, test } from "bun:test"
import { Readable } from "node:stream"
import { buffer } from "node:stream/consumers"
import fc from "fast-check"
import { pidLine } from "../../controller/docker/pid-line.ts"
import { stderrTail } from "../../controller/docker/stderr-tail.ts"
import { toolOutput } from "../../controller/docker/tool-output.ts"

setDefaultTimeout(120_000)

const line = "dbbackup-pid:42 (sh) S 1 42 42 0 -1 4 0 0 0 0 0 0 0 0 20 0 1 0 98765 2 3\n"

function frame(stream: 1 | 2, payload: Uint8Array): Buffer {
  const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0])
  header.writeUInt32BE(payload.length, 4)
  return Buffer.concat([header, payload])
}

/** Copies: what is passed on may be written to by whoever it is passed on to. */
const inPieces = (bytes: Buffer, size: number) =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    Buffer.from(bytes.subarray(i * size, (i + 1) * size)),
  )

const frames = fc.array(
  fc.record({
    stream: fc.constantFrom(1 as const, 1 as const, 2 as const),
    payload: fc.uint8Array({ maxLength: 200 }),
  }),
  { maxLength: 20 },
)

test("gives stdout without the pid line, and stderr aside, wherever frames and reads are cut", async () => {
  await fc.assert(
    fc.asyncProperty(frames, fc.integer({ min: 1, max: 900 }), async (all, size) => {
      const stderr = stderrTail()
      const output = toolOutput(pidLine(), stderr, () => {})
      const stream = Buffer.concat([
        frame(1, Buffer.from(line)),
        ...all.map(({ stream, payload }) => frame(stream, payload)),
      ])
      Readable.from(inPieces(stream, size)).pipe(output)
      const of = (wanted: number) =>
        Buffer.concat(all.filter(({ stream }) => stream === wanted).map(({ payload }) => payload))
      expect(await buffer(output)).toEqual(of(1))
      expect(stderr.text()).toBe(of(2).toString("utf8"))
    }),
  )
})

test("passes on the frames of one read as one piece", async () => {
  const output = toolOutput(pidLine(), stderrTail(), () => {})
  const read = Buffer.concat([frame(1, Buffer.from(line)), ...Array(9).fill(frame(1, Buffer.from("part")))])
  output.end(read)
  const pieces = await output.toArray()
  expect(pieces.map(String)).toEqual(["part".repeat(9)])
})

test("a long output that comes slowly is whole, too", async () => {
  const output = toolOutput(pidLine(), stderrTail(), () => {})
  const payload = Buffer.alloc(10_000, "0123456789")
  const count = 1100
  async function* slowly() {
    yield frame(1, Buffer.from(line))
    for (let i = 0; i < count; i++) yield frame(1, payload)
  }
  Readable.from(slowly()).pipe(output)
  const bytes = await buffer(output)
  expect(bytes.length).toBe(count * payload.length)
  expect(Bun.hash(bytes)).toBe(Bun.hash(Buffer.concat(Array(count).fill(payload))))
})
