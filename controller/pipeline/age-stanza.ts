// The key of one age file, wrapped for a recipient or a passphrase, and unwrapped with an identity.
import { diffieHellman, hkdfSync, randomBytes, scrypt } from "node:crypto"
import { promisify } from "node:util"
import { exactBytes, type Stanza, unpadded } from "../core/age-header.ts"
import { identityBytes, privateKey, publicBytes, publicKey, recipientBytes } from "../core/age-key.ts"
import { cipherOf, nonceBytes } from "./age-cipher.ts"

export const fileKeyBytes = 16
const keyBytes = 32
/** A wrapping key is used once, so its nonce need not change. */
const onlyNonce = Buffer.alloc(nonceBytes)

export function derivedKey(secret: Uint8Array, salt: Uint8Array, purpose: string): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, salt, purpose, keyBytes))
}

const x25519Type = "X25519"
const x25519Purpose = "age-encryption.org/v1/X25519"

/** Different each time, from a key pair that is thrown away. */
export async function wrapFor(recipient: string, fileKey: Uint8Array): Promise<Stanza> {
  const theirs = recipientBytes(recipient)
  const once = privateKey(randomBytes(keyBytes))
  const share = publicBytes(once)
  const secret = diffieHellman({ privateKey: once, publicKey: publicKey(theirs) })
  return {
    type: x25519Type,
    args: [unpadded(share)],
    body: await wrapped(derivedKey(secret, Buffer.concat([share, theirs]), x25519Purpose), fileKey),
  }
}

/** Undefined when the stanza is not for this identity. Throws an Error for one that no client writes. */
export async function unwrapWith(identity: string, stanza: Stanza): Promise<Uint8Array | undefined> {
  if (stanza.type !== x25519Type) return undefined
  const [shareText = "", ...more] = stanza.args
  const share = exactBytes(shareText)
  if (more.length > 0 || share.length !== keyBytes || stanza.body.length !== 32)
    throw new Error("its header is damaged")
  const mine = privateKey(identityBytes(identity))
  const secret = diffieHellman({ privateKey: mine, publicKey: publicKey(share) })
  const salt = Buffer.concat([share, publicBytes(mine)])
  return (await cipherOf(derivedKey(secret, salt, x25519Purpose))).open(onlyNonce, stanza.body)
}

const scryptSalt = "age-encryption.org/v1/scrypt"
const slow = promisify<Uint8Array, Uint8Array, number, object, Buffer>(scrypt)

/** Such a stanza stands alone in its header. It takes about a second, and 256 MiB, as in age itself: whoever guesses has to wait, too. */
export async function wrapForPassphrase(
  passphrase: string,
  fileKey: Uint8Array,
  logRounds = 18,
): Promise<Stanza> {
  const salt = randomBytes(16)
  const key = await slow(Buffer.from(passphrase), Buffer.concat([Buffer.from(scryptSalt), salt]), keyBytes, {
    N: 2 ** logRounds,
    r: 8,
    p: 1,
    maxmem: 2 ** (logRounds + 11),
  })
  return { type: "scrypt", args: [unpadded(salt), String(logRounds)], body: await wrapped(key, fileKey) }
}

async function wrapped(key: Uint8Array, fileKey: Uint8Array): Promise<Buffer> {
  return Buffer.from(await (await cipherOf(key)).seal(onlyNonce, fileKey))
}
