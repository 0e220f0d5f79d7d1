// A destination made of a bucket's few requests. Decides on keys, visibility and refusals; how to ask is s3.ts's.
import type { Readable } from "node:stream"
import type { StoredFile } from "../../schemas/restore-source.ts"
import { Fault } from "../core/fault.ts"
import type { Destination, Keeping } from "../ports.ts"
import { isHidden, segmentsOf } from "./key.ts"
import { createPace } from "./pace.ts"
import { checkByProbe } from "./probe.ts"
import type { Digests } from "./s3-digest.ts"
import type { S3Options } from "./s3-options.ts"
import { s3Writer } from "./s3-writer.ts"

/** Requests on objects by their full name in the bucket. They reject with Faults, and with the signal's reason when it is aborted. */
export interface Bucket {
  /** Those that this store computes by itself. */
  readonly digests: Digests
  /** Null when there is no such object in the bucket, which must exist. */
  head(object: string, signal: AbortSignal | null): Promise<FoundObject | null>
  /** `digest`: of the body, for the store to compare it with. */
  put(
    object: string,
    body: Buffer,
    digest: Buffer,
    keeping: Keeping | undefined,
    signal: AbortSignal | null,
  ): Promise<void>
  /** Null when there is no such object. */
  get(object: string, signal: AbortSignal): Promise<Readable | null>
  beginUpload(object: string, keeping: Keeping | undefined): Promise<string>
  /** Resolves with the part's tag. */
  uploadPart(upload: UnfinishedUpload, number: number, body: Buffer, digest: Buffer): Promise<string>
  completeUpload(upload: UnfinishedUpload, parts: readonly UploadedPart[]): Promise<void>
  /** Sees to it that what was uploaded in parts is locked, where the settings have a way to. */
  ensureLocked(object: string, until: Date): Promise<void>
  /** For good, with every version of it. Rejects with `in-use` while it is locked. */
  delete(object: string, signal: AbortSignal | null): Promise<void>
  /** Each as `delete` does, with few requests where that can be. Why some were not, by name. */
  deleteMany(objects: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, unknown>>
  list(prefix: string, signal: AbortSignal): AsyncIterable<ListedObject>
  /** What has the prefix, up to the next `/`, by name: those that end with it stand for all that begins so. */
  level(prefix: string, after: string | null, most: number, signal: AbortSignal): Promise<readonly Level[]>
  unfinishedUploads(prefix: string, signal: AbortSignal): AsyncIterable<UnfinishedUpload>
  abortUpload(upload: UnfinishedUpload, signal: AbortSignal | null): Promise<void>
}
export interface FoundObject {
  readonly bytes: number
  /** As the store computed it; null when it tells none. */
  readonly digest: string | null
  readonly lockedUntil: Date | null
}
export interface ListedObject {
  readonly object: string
  readonly bytes: number
  readonly changedAt: Date
}
export type Level = ListedObject | { readonly folder: string }
export interface UnfinishedUpload {
  readonly object: string
  readonly id: string
}
export interface UploadedPart {
  readonly number: number
  readonly tag: string
  readonly digest: Buffer
}

type BucketOptions = Pick<S3Options, "name" | "lockMode" | "readBack" | "bytesPerSecond">

/** `prefix`: a folder in the bucket, empty or without slashes around it. */
export function bucketDestination(
  { name, lockMode, readBack = "auto", bytesPerSecond }: BucketOptions,
  location: string,
  prefix: string,
  bucket: Bucket,
): Destination {
  const under = prefix === "" ? "" : `${prefix}/`
  const objectOf = (key: string): string => under + segmentsOf(key).join("/")
  const claimed = new Set<string>()
  const pace = createPace(bytesPerSecond)

  async function claim(object: string): Promise<() => void> {
    if (claimed.has(object)) throw taken(location, object)
    claimed.add(object)
    const release = (): void => void claimed.delete(object)
    try {
      if ((await bucket.head(object, null)) !== null) throw taken(location, object)
      return release
    } catch (error) {
      release()
      throw error
    }
  }

  const destination: Destination = {
    name,
    kind: "s3",
    location,
    canLock: lockMode !== undefined,
    lockedUntil: async (key, signal) => (await bucket.head(objectOf(key), signal))?.lockedUntil ?? null,
    async create(key, signal, keeping) {
      const object = objectOf(key)
      // Finds a missing bucket or permission before the dump begins.
      if ((await bucket.head(object, signal)) !== null) throw taken(location, object)
      const target = { destination: name, object, bucket, pace, readBack, ...(keeping && { keeping }) }
      return s3Writer(target, () => claim(object))
    },
    put: async (key, body, signal, keeping) =>
      await bucket.put(objectOf(key), body, bucket.digests.of(body), keeping, signal),
    async read(key, signal) {
      const body = await bucket.get(objectOf(key), signal)
      if (body) return body
      throw new Fault("copy-missing", `${key} is not in ${location}`, {
        hint: "It was deleted or moved by something else. Restore another backup, or put the object back.",
      })
    },
    size: async (key, signal) => (await bucket.head(objectOf(key), signal))?.bytes ?? null,
    async storedSha256(key, signal) {
      if (bucket.digests.kind !== "sha256" || readBack === "always") return null
      const digest = (await bucket.head(objectOf(key), signal))?.digest ?? null
      // Of an object in parts there is only a digest of digests.
      return digest === null || digest.includes("-") ? null : Buffer.from(digest, "base64").toString("hex")
    },
    remove: async (key, signal) => await bucket.delete(objectOf(key), signal),
    async removeAll(keys, signal) {
      const keyOf = new Map(keys.map((key) => [objectOf(key), key]))
      const failed = await bucket.deleteMany([...keyOf.keys()], signal)
      return new Map([...failed].map(([object, error]) => [keyOf.get(object) ?? object, error]))
    },
    async *list(start, signal) {
      for await (const { key } of destination.entries(start, signal)) yield key
    },
    async *entries(start, signal) {
      for await (const { object, bytes, changedAt } of bucket.list(under + start, signal)) {
        const key = object.slice(under.length)
        if (!isHidden(key)) yield { key, bytes, changedAt }
      }
    },
    async browse(folder, after, most, signal) {
      if (folder !== "") objectOf(folder.slice(0, -1))
      const start = after === null ? null : under + after
      const found = await bucket.level(under + folder, start, most, signal)
      return found.flatMap((each): StoredFile[] => {
        if ("folder" in each) {
          const key = each.folder.slice(under.length)
          return [{ key, kind: "folder", bytes: null, modifiedAt: null }]
        }
        const key = each.object.slice(under.length)
        // Some programs make folders as empty objects of that name.
        if (key === folder || isHidden(key)) return []
        return [{ key, kind: "file", bytes: each.bytes, modifiedAt: each.changedAt.toISOString() }]
      })
    },
    check: async (signal) => await checkByProbe(destination, null, signal),
    async sweep(signal) {
      const left = await Array.fromAsync(bucket.unfinishedUploads(under, signal))
      for (const upload of left) await bucket.abortUpload(upload, signal)
      return left.length
    },
  }
  return destination
}

function taken(location: string, object: string): Fault {
  return new Fault(
    "destination-unavailable",
    `${object} exists in ${location} already and is not overwritten`,
    {
      hint: "Two backups were given one name. Move the object away if it is not a backup.",
    },
  )
}
