// What an output begins with is looked at, and then read by somebody else as if nobody had looked.
import { expect, setDefaultTimeout, test } from "bun:test"
import { PassThrough, Readable } from "node:stream"
import fc from "fast-check"
import { firstBytes } from "../../controller/pipeline/first-bytes.ts"

setDefaultTimeout(120_000)

const holds = (word: string) => (seen: Buffer) => seen.includes(word)
const read = async (stream: Readable): Promise<string> => {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

test("every byte is still there, wherever the chunks were cut and whether there was enough or not", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ minLength: 1, maxLength: 5 })),
      fc.string({ maxLength: 2 }),
      async (chunks, word) => {
        const whole = chunks.join("")
        const source = Readable.from(
          chunks.map((chunk) => Buffer.from(chunk)),
          { objectMode: false },
        )
        const { stdout, outcome } = await firstBytes(source, holds(word), 60_000)
        expect(outcome).toBe(chunks.length > 0 && whole.includes(word) ? "enough" : "over")
        expect(await read(stdout)).toBe(whole)
      },
    ),
  )
})

test("what comes after enough is not waited for", async () => {
  const source = new PassThrough()
  source.write("head bo")
  const looking = firstBytes(source, holds("body"), 60_000)
  source.write("dy")
  const { stdout, outcome } = await looking
  expect(outcome).toBe("enough")
  source.end(" and rest")
  expect(await read(stdout)).toBe("head body and rest")
})

test("an output that is silent is left when the time is over, whole", async () => {
  const source = new PassThrough()
  source.write("head")
  const { stdout, outcome } = await firstBytes(source, holds("body"), 1)
  expect(outcome).toBe("late")
  source.end(" body")
  expect(await read(stdout)).toBe("head body")
})

test("one that breaks tells so to its reader", async () => {
  const source = new PassThrough()
  const looking = firstBytes(source, holds("body"), 60_000)
  source.write("head")
  source.destroy(new Error("cut"))
  const { stdout, outcome } = await looking
  expect(outcome).toBe("over")
  expect(await read(stdout).catch((error: Error) => error.message)).toBe("cut")
})
