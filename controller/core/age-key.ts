// age's X25519 keys (https://age-encryption.org/v1): text to bytes, and the public one of a secret one.
import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto"
import { fromBech32, toBech32 } from "../../schemas/bech32.ts"
import { identityWord, keyBytes, recipientWord } from "../../schemas/encryption.ts"

/** RFC 8410: what stands before the 32 bytes of a private X25519 key in PKCS #8. */
const pkcs8Head = Buffer.from("302e020100300506032b656e04220420", "hex")

export function publicKey(bytes: Uint8Array): KeyObject {
  const x = Buffer.from(bytes).toString("base64url")
  return createPublicKey({ key: { kty: "OKP", crv: "X25519", x }, format: "jwk" })
}

export function privateKey(bytes: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([pkcs8Head, bytes]), format: "der", type: "pkcs8" })
}

export function publicBytes(secret: KeyObject): Buffer {
  const { x = "" } = createPublicKey(secret as unknown as Parameters<typeof createPublicKey>[0]).export({
    format: "jwk",
  })
  return Buffer.from(x, "base64url")
}

/** Of text that `Recipient` has accepted. */
export function recipientBytes(recipient: string): Uint8Array {
  return keyIn(recipientWord, recipient)
}

/** Of text that `isIdentity` has accepted. */
export function identityBytes(identity: string): Uint8Array {
  return keyIn(identityWord, identity)
}

function keyIn(word: string, text: string): Uint8Array {
  const bytes = fromBech32(word, text)
  // The text is in no message: it may be a secret.
  if (bytes?.length !== keyBytes) throw new Error("not an X25519 key of age")
  return bytes
}

/** @param bytes 32 random ones */
export function identityText(bytes: Uint8Array): string {
  return toBech32(identityWord, bytes).toUpperCase()
}

/** `age1…`, what is encrypted for the identity. */
export function recipientOf(identity: string): string {
  return toBech32(recipientWord, publicBytes(privateKey(identityBytes(identity))))
}
