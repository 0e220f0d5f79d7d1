// Seals secrets that must be kept in the catalogue (specification, 9.2): AES-256-GCM, under a key derived from ENCRYPTION_KEY by PBKDF2.
import { createCipheriv, createDecipheriv, pbkdf2Sync, randomBytes } from "node:crypto"
import { Fault } from "../core/fault.ts"
import type { Vault } from "../ports.ts"

/** `v1:salt:iv:tag:bytes`, each part but the first in base64. The salt makes the key; the version says how. */
const version = "v1"
const saltBytes = 16
const ivBytes = 12
/** OWASP's figure for PBKDF2 with SHA-256, 2023. Half a second on a slow core, so a salt's key is derived once. */
const iterations = 600_000
const keyBytes = 32

/** Sealed text opens with the passphrase it was sealed with, and for the same purpose only. */
export function createVault(passphrase: string): Vault {
  const keys = new Map<string, Buffer>()
  const ownSalt = randomBytes(saltBytes)
  const keyFor = (salt: Buffer): Buffer => {
    const name = salt.toString("base64")
    const key = keys.get(name) ?? pbkdf2Sync(passphrase, salt, iterations, keyBytes, "sha256")
    keys.set(name, key)
    return key
  }
  return {
    seal(secret, purpose) {
      const iv = randomBytes(ivBytes)
      const cipher = createCipheriv("aes-256-gcm", keyFor(ownSalt), iv).setAAD(Buffer.from(purpose))
      const bytes = Buffer.concat([cipher.update(secret, "utf8"), cipher.final()])
      return [version, ...[ownSalt, iv, cipher.getAuthTag(), bytes].map((it) => it.toString("base64"))].join(
        ":",
      )
    },
    open(sealed, purpose) {
      const [head, ...parts] = sealed.split(":")
      const [salt, iv, tag, bytes] = parts.map((part) => Buffer.from(part, "base64"))
      if (head !== version || !salt || !iv || !tag || !bytes) throw unreadable()
      try {
        const decipher = createDecipheriv("aes-256-gcm", keyFor(salt), iv)
          .setAAD(Buffer.from(purpose))
          .setAuthTag(tag)
        return decipher.update(bytes, undefined, "utf8") + decipher.final("utf8")
      } catch (cause) {
        throw unreadable(cause)
      }
    },
  }
}

/** Null without a passphrase: then nothing can be sealed or opened. */
export const vaultOf = (passphrase: string | null): Vault | null =>
  passphrase === null ? null : createVault(passphrase)

function unreadable(cause?: unknown): Fault {
  return new Fault("settings-invalid", "a stored secret cannot be opened with this ENCRYPTION_KEY", {
    hint: "Put back the ENCRYPTION_KEY it was stored with, or enter the secret again.",
    cause,
  })
}
