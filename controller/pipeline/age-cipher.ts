// ChaCha20-Poly1305 with a key of its own, as age uses it everywhere. Runs on the thread pool.
import { Fault } from "../core/fault.ts"

/**
 * Bun's Web Crypto has the cipher (its node:crypto has not). Measured on 2 cores over 64 KiB chunks: 525 MiB/s with one under
 * way, 1,050 with two, 1,300 with four, the event loop never held up for more than 9 ms; a cipher in JavaScript makes 50 to 65
 * on the loop itself. The `age` program as a child does 700, but must be there in its version, and reads passphrases from a
 * terminal only; so there is no child process.
 */
const name = "ChaCha20-Poly1305"
const keyBytes = 32
export const tagBytes = 16
export const nonceBytes = 12

export interface Cipher {
  seal(nonce: Uint8Array, bytes: Uint8Array): Promise<Uint8Array>
  /** Undefined when the bytes were not sealed so. */
  open(nonce: Uint8Array, bytes: Uint8Array): Promise<Uint8Array | undefined>
}

/** Throws a Fault `tool-missing` where this Bun does not have it. @param key 32 bytes */
export async function cipherOf(key: Uint8Array): Promise<Cipher> {
  const { subtle } = crypto
  const secret = await secretOf(key)
  const how = (iv: Uint8Array) => ({ name, iv: iv as BufferSource, tagLength: tagBytes * 8 })
  return {
    seal: async (nonce, bytes) =>
      new Uint8Array(await subtle.encrypt(how(nonce), secret, bytes as BufferSource)),
    async open(nonce, bytes) {
      if (bytes.length < tagBytes) return undefined
      try {
        return new Uint8Array(await subtle.decrypt(how(nonce), secret, bytes as BufferSource))
      } catch (error) {
        if ((error as Error).name === "OperationError") return undefined
        throw error
      }
    },
  }
}

async function secretOf(key: Uint8Array): Promise<CryptoKey> {
  try {
    // The standard's own name for bare bytes of a secret, newer than its types.
    const format = "raw-secret" as "raw"
    return await crypto.subtle.importKey(format, key as BufferSource, name, false, ["encrypt", "decrypt"])
  } catch (cause) {
    throw new Fault(
      "tool-missing",
      `this Bun (${Bun.version}) has no ${name}: nothing can be encrypted or decrypted`,
      {
        hint: "Run dbbackup in its own image, or with the version of Bun that its package.json names.",
        cause,
      },
    )
  }
}

/** To be told at start rather than by the first backup. Throws the same Fault. */
export async function requireCipher(): Promise<void> {
  await cipherOf(new Uint8Array(keyBytes))
}
