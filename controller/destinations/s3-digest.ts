// The digest that a store computes of what it holds, computed of what was sent: equal, the copy is proven without reading it.
import { createHash } from "node:crypto"

/** `md5`: the object's ETag. `sha256`: its x-amz-checksum-sha256. */
export type DigestKind = "md5" | "sha256"

const digest = (kind: DigestKind, bytes: Buffer): Buffer => createHash(kind).update(bytes).digest()

export interface Digests {
  readonly kind: DigestKind
  /** Of one part, or of an object in one piece. */
  of(bytes: Buffer): Buffer
  inOnePiece(digest: Buffer): string
  /** As stores have it of an object that came in parts: the digest of the parts' digests, and how many there were. */
  inParts(digests: readonly Buffer[]): string
}

export function digestsOf(kind: DigestKind): Digests {
  const text = (bytes: Buffer): string => bytes.toString(kind === "md5" ? "hex" : "base64")
  return {
    kind,
    of: (bytes) => digest(kind, bytes),
    inOnePiece: text,
    inParts: (digests) => `${text(digest(kind, Buffer.concat(digests)))}-${digests.length}`,
  }
}
