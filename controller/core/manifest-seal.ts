// What shows that a manifest was changed after it was written: a hash over what it says, whatever its white space and the order of
// its keys, and, where the operator has a secret, a signature by it. A hash alone finds accidents; whoever changes a manifest on
// purpose can write a new hash, and no signature.
import { createHash, createHmac, pbkdf2Sync, timingSafeEqual } from "node:crypto"
import { Seal } from "../../schemas/manifest.ts"
import { Fault } from "./fault.ts"

export interface Signer {
  /** Tells one secret's signatures from another's, and nothing of the secret. */
  key(): string
  sign(text: string): string
  /** By the secret that was in force before: it signs nothing any more, and what it has signed is believed. */
  readonly before?: Signer | null
}

/**
 * `none`: written before there were seals. `hash`: it says what it said, and nobody signed it. `signed`: by this installation's
 * secret; `signed-before`: by the one that it had before. `foreign`: by another one, or there is none here.
 */
export type SealState = "none" | "hash" | "signed" | "signed-before" | "foreign"

/** As for what the catalogue keeps sealed (state/vault.ts). The salt is fixed, so that ten thousand manifests take one key. */
const iterations = 600_000
const salt = "dbbackup manifest v1"
const keyBytes = 32

/**
 * Null without a secret. Its key is made when it is first used: that takes half a second.
 * @param old the secret until it was changed, for as long as the operator still names it
 */
export function signerOf(secret: string | null, old: string | null = null): Signer | null {
  if (secret === null) return null
  let made: Buffer | undefined
  const secretKey = () => (made ??= pbkdf2Sync(secret, salt, iterations, keyBytes, "sha256"))
  const mac = (text: string) => createHmac("sha256", secretKey()).update(text).digest("hex")
  const before = old === secret ? null : signerOf(old)
  return { key: () => mac("key").slice(0, 16), sign: (text) => mac(`manifest\n${text}`), before }
}

/** Of data as JSON has it. */
export function sealOf(data: unknown, signer: Signer | null): Seal {
  const text = canonical(data)
  const sha256 = createHash("sha256").update(text).digest("hex")
  return signer === null ? { sha256 } : { sha256, signature: { key: signer.key(), hmac: signer.sign(text) } }
}

/** Of a manifest as it was read. Throws a Fault `copy-mismatch` when it was changed. */
export function checkSeal(data: unknown, signer: Signer | null): SealState {
  if (!isObject(data) || data.seal === undefined) return "none"
  const { seal, ...rest } = data
  const parsed = Seal.safeParse(seal)
  if (!parsed.success) throw changed("its seal cannot be read")
  const wanted = sealOf(rest, null)
  if (parsed.data.sha256 !== wanted.sha256) throw changed("its hash is another one")
  const { signature } = parsed.data
  if (signature === undefined) return "hash"
  const by = [signer, signer?.before].find((one) => one?.key() === signature.key)
  if (!by) return "foreign"
  if (!equal(signature.hmac, by.sign(canonical(rest)))) throw changed("its signature is not of this text")
  return by === signer ? "signed" : "signed-before"
}

/** Keys sorted, no white space: one text for what reads the same. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`
  if (!isObject(value)) return JSON.stringify(value) ?? "null"
  const pairs = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`)
  return `{${pairs.join(",")}}`
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const equal = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))

function changed(how: string): Fault {
  return new Fault("copy-mismatch", `the manifest was changed since it was written: ${how}`, {
    hint: "Use another copy. The bytes beside it may be right all the same: load them by hand if you know what they are.",
  })
}
