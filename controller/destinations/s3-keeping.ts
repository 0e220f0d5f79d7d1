// How an object is kept, as the requests that make one say it: encryption, class, lock, and what it is of.
import type { Keeping } from "../ports.ts"
import type { S3Options } from "./s3-options.ts"

const longestTag = 256

/** Fields of PutObject and of CreateMultipartUpload. */
export function keepingFields(options: S3Options, { lockedUntil, about = {} }: Keeping = {}) {
  const { storageClass, sse, kmsKeyId, tags, lockMode } = options
  const named = Object.keys(about).length > 0
  return {
    ...(storageClass && { StorageClass: storageClass }),
    ...(sse && { ServerSideEncryption: sse }),
    ...(kmsKeyId && { SSEKMSKeyId: kmsKeyId }),
    ...(lockMode &&
      lockedUntil && { ObjectLockMode: lockMode, ObjectLockRetainUntilDate: wholeSecond(lockedUntil) }),
    ...(named && { Metadata: mapped(about, metadataText) }),
    ...(named && tags && { Tagging: new URLSearchParams(mapped(about, tagText)).toString() }),
  }
}

const mapped = (about: Readonly<Record<string, string>>, text: (value: string) => string) =>
  Object.fromEntries(Object.entries(about).map(([key, value]) => [key, text(value)]))

/** A header holds ASCII. */
const metadataText = (value: string): string => encodeURIComponent(value).slice(0, longestTag)

/** Letters and digits of any language, and what S3 allows beside them. */
const tagText = (value: string): string =>
  value.replace(/[^\p{L}\p{N} +\-=._:/@]/gu, "_").slice(0, longestTag)

/** Up: a lock never ends before it should. */
export const wholeSecond = (at: Date): Date => new Date(Math.ceil(at.getTime() / 1000) * 1000)
