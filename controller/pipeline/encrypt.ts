// Encrypts and decrypts the byte path in the age format, in flat memory. What it writes, any age client opens, and the other way round.
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto"
import { Transform } from "node:stream"
import { headerLength, parseHeader, type Stanza, signedPart, unpadded } from "../core/age-header.ts"
import { Fault } from "../core/fault.ts"
import { type Cipher, cipherOf, nonceBytes, tagBytes } from "./age-cipher.ts"
import { derivedKey, fileKeyBytes, unwrapWith, wrapFor, wrapForPassphrase } from "./age-stanza.ts"
import { type Blocks, createBlocks, type Work } from "./blocks.ts"

/** The format's own. */
const chunkBytes = 64 << 10
const payloadNonceBytes = 16
/** More gain nothing, see age-cipher.ts. */
const chunksInFlight = 4

/** For whom: each of the recipients can open it alone. */
export function encryptor(recipients: readonly string[]): Transform {
  return encrypting((fileKey) => Promise.all(recipients.map((recipient) => wrapFor(recipient, fileKey))))
}

/** A small text for whoever knows the passphrase. @param logRounds fewer are for tests */
export async function encryptedWithPassphrase(
  text: string,
  passphrase: string,
  logRounds?: number,
): Promise<Buffer> {
  const stream = encrypting(async (fileKey) => [await wrapForPassphrase(passphrase, fileKey, logRounds)])
  stream.end(Buffer.from(text))
  return Buffer.concat(await Array.fromAsync(stream as AsyncIterable<Buffer>))
}

function encrypting(wrap: (fileKey: Uint8Array) => Promise<readonly Stanza[]>): Transform {
  let blocks: Blocks | undefined
  const begin = async (): Promise<Blocks> => {
    const fileKey = randomBytes(fileKeyBytes)
    const signed = signedPart(await wrap(fileKey))
    const nonce = randomBytes(payloadNonceBytes)
    stream.push(Buffer.concat([signed, Buffer.from(` ${unpadded(macOf(fileKey, signed))}\n`), nonce]))
    const cipher = await payloadCipher(fileKey, nonce)
    const work: Work = (chunk, isLast) => cipher.seal(next(isLast), chunk)
    const next = nonces()
    return createBlocks(chunkBytes, chunksInFlight, work, (bytes) => void stream.push(bytes))
  }
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const take = async () => {
        blocks ??= await begin()
        await blocks.take(chunk)
      }
      take().then(() => done(), done)
    },
    flush(done) {
      const end = async () => (blocks ?? (await begin())).end()
      end().then(() => done(), done)
    },
  })
  return stream
}

/**
 * Nothing of a chunk comes out before all of it is proven. Fails with a Fault `key-missing` when the identity is of another key,
 * and with an Error that says what is wrong with damaged bytes; a cut between two chunks is one.
 */
export function decryptor(identity: string): Transform {
  let head: Buffer | undefined = Buffer.alloc(0)
  let blocks: Blocks | undefined

  /** Undefined while the head is not all there. */
  const begin = async (): Promise<Blocks | undefined> => {
    const bytes = head ?? Buffer.alloc(0)
    const length = headerLength(bytes)
    if (length === undefined || bytes.length < length + payloadNonceBytes) return undefined
    const fileKey = await fileKeyIn(bytes.subarray(0, length), identity)
    const start = length + payloadNonceBytes
    const cipher = await payloadCipher(fileKey, bytes.subarray(length, start))
    head = bytes.subarray(start)
    const next = nonces()
    let chunks = 0
    const work: Work = async (chunk, isLast) => {
      const number = ++chunks
      const opened = await cipher.open(next(isLast), chunk)
      if (opened === undefined)
        throw new Error(`its chunk ${number} is damaged, or the file ends there too early`)
      if (opened.length === 0 && number > 1) throw new Error("its last chunk is empty")
      return opened
    }
    return createBlocks(
      chunkBytes + tagBytes,
      chunksInFlight,
      work,
      (bytes) => void (bytes.length > 0 && stream.push(bytes)),
    )
  }
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const take = async () => {
        if (blocks) return blocks.take(chunk)
        head = Buffer.concat([head ?? Buffer.alloc(0), chunk])
        blocks = await begin()
        if (!blocks) return
        const rest = head
        head = undefined
        await blocks.take(rest)
      }
      take().then(() => done(), done)
    },
    flush(done) {
      const end = async () => {
        if (!blocks) throw new Error("it ends inside its header")
        await blocks.end()
      }
      end().then(() => done(), done)
    },
  })
  return stream
}

async function fileKeyIn(bytes: Buffer, identity: string): Promise<Uint8Array> {
  const { stanzas, signed, mac } = parseHeader(bytes)
  for (const stanza of stanzas) {
    const fileKey = await unwrapWith(identity, stanza)
    if (fileKey === undefined) continue
    if (!timingSafeEqual(macOf(fileKey, signed), mac)) throw new Error("its header was changed")
    return fileKey
  }
  throw new Fault("key-missing", "the file is not encrypted for this identity", {
    hint: "Use the identity of one of the recipients that the manifest names.",
  })
}

function macOf(fileKey: Uint8Array, signed: Buffer): Buffer {
  return createHmac("sha256", derivedKey(fileKey, Buffer.alloc(0), "header"))
    .update(signed)
    .digest()
}

function payloadCipher(fileKey: Uint8Array, nonce: Uint8Array): Promise<Cipher> {
  return cipherOf(derivedKey(fileKey, nonce, "payload"))
}

/** Each chunk's own: 11 bytes that count, and one that is 1 for the last chunk. */
function nonces(): (isLast: boolean) => Buffer {
  let chunk = 0
  return (isLast) => {
    const nonce = Buffer.alloc(nonceBytes)
    nonce.writeUIntBE(chunk++, nonceBytes - 7, 6)
    nonce[nonceBytes - 1] = isLast ? 1 : 0
    return nonce
  }
}
