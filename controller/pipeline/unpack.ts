// A file on its way in: counted and hashed as it was handed in, unpacked, and looked at from its beginning before anything is stored.
import { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"
import { headBytes, peelable, wrappingOf } from "../core/dump-kind.ts"
import { Fault } from "../core/fault.ts"
import { decompressor } from "./compress.ts"
import { meter } from "./meter.ts"
import type { Measure } from "./stage.ts"

export interface Unpacked {
  /** The first bytes of what is inside. */
  readonly head: Buffer
  /** All of it, once. Breaks with a Fault when the file is damaged or too large. */
  readonly stream: Readable
  /** Of the file as it was handed in; once all of it was read. */
  measure(): Measure
}

/** Throws a Fault for a wrapping that is not known, or a file that is damaged at its beginning. */
export async function unpack(file: Readable, mostBytes: number, signal: AbortSignal): Promise<Unpacked> {
  const chunks = file[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  const first = await upTo(chunks, 32)
  const wrapping = peelable(wrappingOf(first))
  const handed = meter()
  const opened = decompressor(wrapping)
  const source = Readable.from(limited(first, chunks, mostBytes), { objectMode: false })
  const out = opened ?? handed.stream
  const going = pipeline(opened ? [source, handed.stream, opened] : [source, handed.stream], { signal })
  going.catch((error) => void out.destroy(asFault(error, wrapping)))
  const inside = read(out, wrapping)
  try {
    const head = await upTo(inside, headBytes)
    return {
      head,
      stream: Readable.from(whole(head, inside), { objectMode: false }),
      measure: () => handed.result(),
    }
  } catch (error) {
    out.destroy()
    throw error
  }
}

async function* read(out: Readable, wrapping: string): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of out) yield Buffer.from(chunk as Uint8Array)
  } catch (error) {
    throw asFault(error, wrapping)
  } finally {
    out.destroy()
  }
}

async function* whole(head: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  if (head.length > 0) yield head
  yield* rest
}

async function* limited(
  first: Buffer,
  rest: AsyncIterator<Buffer>,
  mostBytes: number,
): AsyncGenerator<Buffer> {
  let bytes = first.length
  if (bytes > 0) yield first
  for (let next = await rest.next(); !next.done; next = await rest.next()) {
    bytes += next.value.length
    if (bytes > mostBytes)
      throw new Fault("import-refused", `the file has more than ${mostBytes} bytes`, {
        hint: "Raise the setting backup.importLimit.",
      })
    yield next.value
  }
}

/** Fewer only at the end. */
async function upTo(chunks: AsyncIterator<Buffer>, bytes: number): Promise<Buffer> {
  let head: Buffer = Buffer.alloc(0)
  while (head.length < bytes) {
    const next = await chunks.next()
    if (next.done) break
    head = Buffer.concat([head, next.value])
  }
  return head
}

function asFault(error: unknown, wrapping: string): Fault {
  if (error instanceof Fault) return error
  const message = error instanceof Error ? error.message : String(error)
  if (wrapping === "none")
    return new Fault("import-refused", `the file did not come to its end: ${message}`, {
      hint: "Send it again.",
    })
  return new Fault("import-refused", `the file is not a whole ${wrapping} file: ${message}`, {
    hint: `Try ${wrapping} -t FILE where it comes from, and send it again.`,
    cause: error,
  })
}
