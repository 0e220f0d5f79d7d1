// A file on its way in: counted and hashed as it was handed in, decrypted, unpacked, and looked at from its beginning before anything
// is stored.
import { type Duplex, Readable } from "node:stream"
import { pipeline } from "node:stream/promises"
import { headerLength, longestHeaderBytes, parseHeader } from "../core/age-header.ts"
import { recipientOf } from "../core/age-key.ts"
import { headBytes, peelable, unsupported, wrappingOf } from "../core/dump-kind.ts"
import { Fault } from "../core/fault.ts"
import { unwrapWith } from "./age-stanza.ts"
import { decompressor } from "./compress.ts"
import { decryptor } from "./encrypt.ts"
import { meter } from "./meter.ts"
import type { Measure } from "./stage.ts"

export interface Unpacked {
  /** The first bytes of what is inside. */
  readonly head: Buffer
  /** All of it, once. Breaks with a Fault when the file is damaged or too large. */
  readonly stream: Readable
  /** What is around it, from the outside, and what it is compressed with, also inside of that. */
  readonly wrapping: "none" | "gzip" | "zstd" | "age"
  readonly compression: "none" | "gzip" | "zstd"
  /** The public half of what has opened it; null when it is not encrypted. */
  readonly recipient: string | null
  /** Of the file as it was handed in; once all of it was read. */
  measure(): Measure
}

type Bytes = AsyncGenerator<Buffer>
const magicBytes = 32

/**
 * Throws a Fault for a wrapping that is not known, a file that is damaged at its beginning, or (`key-missing`) one that nothing opens.
 * @param identities asked when it is encrypted. @param mostBytes as it is handed in, and as often unpacked
 */
export async function unpack(
  file: Readable,
  mostBytes: number,
  signal: AbortSignal,
  identities: () => readonly string[] = () => [],
): Promise<Unpacked> {
  const handed = meter()
  const source = limited(file, mostBytes, "the file has")
  const outer = await peeked(through(source, handed.stream, "none", signal), magicBytes)
  const wrapping = peelable(wrappingOf(outer.head))
  let recipient: string | null = null
  let inner = outer
  if (wrapping === "age") {
    const opened = await decrypted(outer, identities(), signal)
    recipient = opened.recipient
    inner = await peeked(opened.bytes, magicBytes)
  }
  const compression = wrapping === "age" ? peelable(wrappingOf(inner.head)) : wrapping
  if (compression === "age") throw unsupported("the file is encrypted twice", "Decrypt it once.")
  const opened = decompressor(compression)
  const plain = opened ? through(inner.bytes, opened, compression, signal) : inner.bytes
  const { head, bytes } = await peeked(limited(plain, mostBytes, "unpacked, the file has"), headBytes)
  const stream = Readable.from(bytes, { objectMode: false })
  return { head, stream, wrapping, compression, recipient, measure: () => handed.result() }
}

/** Finds what opens it, and opens it. */
async function decrypted(
  file: { readonly bytes: Bytes },
  identities: readonly string[],
  signal: AbortSignal,
): Promise<{ readonly bytes: Bytes; readonly recipient: string }> {
  const { head, bytes } = await peeked(file.bytes, longestHeaderBytes)
  const identity = await identityFor(head, identities)
  return {
    recipient: recipientOf(identity),
    bytes: through(bytes, decryptor(identity), "age", signal),
  }
}

async function identityFor(head: Buffer, identities: readonly string[]): Promise<string> {
  try {
    const length = headerLength(head)
    if (length === undefined) throw new Error("it ends inside its header")
    const { stanzas } = parseHeader(head.subarray(0, length))
    for (const identity of identities)
      for (const stanza of stanzas) if (await unwrapWith(identity, stanza)) return identity
  } catch (error) {
    throw asFault(error, "age")
  }
  throw new Fault("key-missing", "the file is encrypted, in the age format, and no identity for it is here", {
    hint: "Give the identity that opens it with the request (dbbackup restore --identity FILE), or name it in the settings, encryption.keys; or decrypt the file yourself: age -d -i KEY.txt FILE.",
  })
}

/** What comes out of a stage. Damage in it becomes a Fault. */
async function* through(
  source: AsyncIterable<Buffer>,
  stage: Duplex,
  what: string,
  signal: AbortSignal,
): Bytes {
  const going = pipeline([Readable.from(source, { objectMode: false }), stage], { signal })
  going.catch((error) => void stage.destroy(asFault(error, what)))
  try {
    for await (const chunk of stage) yield Buffer.from(chunk as Uint8Array)
  } catch (error) {
    throw asFault(error, what)
  } finally {
    stage.destroy()
  }
}

/** Its first bytes, fewer only when there are no more, and all of it again. */
async function peeked(
  bytes: Bytes,
  wanted: number,
): Promise<{ readonly head: Buffer; readonly bytes: Bytes }> {
  let head: Buffer = Buffer.alloc(0)
  while (head.length < wanted) {
    const next = await bytes.next()
    if (next.done) break
    head = Buffer.concat([head, next.value])
  }
  return { head, bytes: whole(head, bytes) }
}

async function* whole(head: Buffer, rest: Bytes): Bytes {
  try {
    if (head.length > 0) yield head
    yield* rest
  } finally {
    await rest.return(undefined)
  }
}

async function* limited(source: AsyncIterable<Buffer>, mostBytes: number, has: string): Bytes {
  let bytes = 0
  for await (const chunk of source) {
    bytes += chunk.length
    if (bytes > mostBytes)
      throw new Fault("import-refused", `${has} more than ${mostBytes} bytes`, {
        hint: "Raise the setting backup.importLimit.",
      })
    yield chunk
  }
}

function asFault(error: unknown, what: string): Fault {
  if (error instanceof Fault) return error
  const message = error instanceof Error ? error.message : String(error)
  if (what === "none")
    return new Fault("import-refused", `the file did not come to its end: ${message}`, {
      hint: "Send it again.",
    })
  const test = what === "age" ? "age -d" : `${what} -t`
  return new Fault("import-refused", `the file is not a whole ${what} file: ${message}`, {
    hint: `Try ${test} FILE where it comes from, and send it again.`,
    cause: error,
  })
}
