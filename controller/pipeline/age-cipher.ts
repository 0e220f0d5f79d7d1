// ChaCha20-Poly1305 with a key of its own, as age uses it everywhere. Runs on the thread pool.

/**
 * Bun's Web Crypto has the cipher (its node:crypto has not). Measured on 2 cores over 64 KiB chunks: 525 MiB/s with one under
 * way, 1,050 with two, 1,300 with four, the event loop never held up for more than 9 ms; a cipher in JavaScript makes 50 to 65
 * on the loop itself. The `age` program as a child does 700, but must be there in its version, and reads passphrases from a
 * terminal only; so there is no child process.
 */
const name = "ChaCha20-Poly1305"
export const tagBytes = 16
export const nonceBytes = 12

export interface Cipher {
  seal(nonce: Uint8Array, bytes: Uint8Array): Promise<Uint8Array>
  /** Undefined when the bytes were not sealed so. */
  open(nonce: Uint8Array, bytes: Uint8Array): Promise<Uint8Array | undefined>
}

/** @param key 32 bytes */
export async function cipherOf(key: Uint8Array): Promise<Cipher> {
  const { subtle } = crypto
  // The standard's own name for bare bytes of a secret, newer than its types.
  const format = "raw-secret" as "raw"
  const secret = await subtle.importKey(format, key as BufferSource, name, false, ["encrypt", "decrypt"])
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
