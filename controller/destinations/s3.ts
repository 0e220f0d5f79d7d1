// A destination that is a bucket and a prefix: its few requests, in the words of the AWS SDK.
import type { Readable } from "node:stream"
import type { ListMultipartUploadsCommandOutput } from "@aws-sdk/client-s3"
import type { Destination } from "../ports.ts"
import { type Bucket, bucketDestination } from "./s3-bucket.ts"
import { s3Client } from "./s3-client.ts"
import { deleteMany } from "./s3-delete-many.ts"
import { digestsOf } from "./s3-digest.ts"
import { isAbsent } from "./s3-fault.ts"
import { keepingFields } from "./s3-keeping.ts"
import { ensureLocked, eraseVersions, hasVersions } from "./s3-locked.ts"
import { digestKindOf, locationOf, prefixOf, type S3Options } from "./s3-options.ts"
import { wholeBody } from "./s3-read.ts"

export function s3Destination(options: S3Options): Destination {
  return bucketDestination(options, locationOf(options), prefixOf(options), bucketOf(options))
}

function bucketOf(options: S3Options): Bucket {
  const Bucket = options.bucket
  const { ask, faultOf } = s3Client(options)
  const digests = digestsOf(digestKindOf(options))
  const isMd5 = digests.kind === "md5"
  const sent = (digest: Buffer) =>
    isMd5 ? { ContentMD5: digest.toString("base64") } : { ChecksumSHA256: digest.toString("base64") }

  const erase = (Key: string, signal: AbortSignal | null) =>
    eraseVersions(ask, { Bucket, Key }, options.name, new Date(), signal)
  return {
    digests,
    head: (Key, signal) =>
      ask("s3:GetObject and s3:ListBucket", signal, async ({ sdk, client, abort }) => {
        const checksum = isMd5 ? {} : { ChecksumMode: "ENABLED" as const }
        try {
          const found = await client.send(new sdk.HeadObjectCommand({ Bucket, Key, ...checksum }), abort)
          return {
            bytes: found.ContentLength ?? 0,
            digest: (isMd5 ? found.ETag?.replaceAll('"', "") : found.ChecksumSHA256) ?? null,
            lockedUntil: found.ObjectLockRetainUntilDate ?? null,
          }
        } catch (error) {
          if (!isAbsent(error)) throw error
          // HEAD says the same of a missing bucket, and not seeing is not the same as none.
          await client.send(new sdk.ListObjectsV2Command({ Bucket, Prefix: Key, MaxKeys: 1 }), abort)
          return null
        }
      }),
    put: (Key, Body, digest, keeping, signal) =>
      ask("s3:PutObject", signal, async ({ sdk, client, abort }) => {
        const object = { Bucket, Key, Body, ...sent(digest), ...keepingFields(options, keeping) }
        await client.send(new sdk.PutObjectCommand(object), abort)
      }),
    get: (Key, signal) =>
      ask("s3:GetObject", signal, async ({ sdk, client, abort }) => {
        try {
          const { Body, ContentLength } = await client.send(new sdk.GetObjectCommand({ Bucket, Key }), abort)
          return wholeBody(Body as Readable, ContentLength, (error) => faultOf("s3:GetObject", error))
        } catch (error) {
          if (isAbsent(error)) return null
          throw error
        }
      }),
    beginUpload: (Key, keeping) =>
      ask("s3:PutObject", null, async ({ sdk, client }) => {
        const checksum = isMd5 ? {} : { ChecksumAlgorithm: "SHA256" as const }
        const upload = { Bucket, Key, ...checksum, ...keepingFields(options, keeping) }
        const { UploadId } = await client.send(new sdk.CreateMultipartUploadCommand(upload))
        if (UploadId === undefined) throw new Error("the store began an upload without an id")
        return UploadId
      }),
    uploadPart: ({ object: Key, id: UploadId }, PartNumber, Body, digest) =>
      ask("s3:PutObject", null, async ({ sdk, client }) => {
        const part = { Bucket, Key, UploadId, PartNumber, Body, ...sent(digest) }
        const { ETag } = await client.send(new sdk.UploadPartCommand(part))
        if (ETag === undefined) throw new Error(`the store gave part ${PartNumber} no tag`)
        return ETag
      }),
    completeUpload: ({ object: Key, id: UploadId }, parts) =>
      ask("s3:PutObject", null, async ({ sdk, client }) => {
        const Parts = parts.map(({ number, tag, digest }) => ({
          PartNumber: number,
          ETag: tag,
          ...(isMd5 ? {} : sent(digest)),
        }))
        const upload = { Bucket, Key, UploadId, MultipartUpload: { Parts } }
        await client.send(new sdk.CompleteMultipartUploadCommand(upload))
      }),
    async ensureLocked(Key, until) {
      if (options.lockMode) await ensureLocked(ask, { Bucket, Key }, options.lockMode, until)
    },
    delete: erase,
    deleteMany: deleteMany(ask, Bucket, {
      erase,
      isVersioned: (Key, signal) => hasVersions(ask, { Bucket, Key }, signal),
    }),
    async *list(Prefix, signal) {
      let ContinuationToken: string | undefined
      do {
        const query = { Bucket, Prefix, ContinuationToken }
        const page = await ask("s3:ListBucket", signal, ({ sdk, client, abort }) =>
          client.send(new sdk.ListObjectsV2Command(query), abort),
        )
        for (const { Key = "", Size = 0, LastModified = new Date() } of page.Contents ?? [])
          yield { object: Key, bytes: Size, changedAt: LastModified }
        ContinuationToken = page.NextContinuationToken
      } while (ContinuationToken !== undefined)
    },
    async level(Prefix, after, MaxKeys, signal) {
      const query = {
        Bucket,
        Prefix,
        Delimiter: "/",
        MaxKeys,
        ...(after && { StartAfter: pastFolder(after) }),
      }
      const page = await ask("s3:ListBucket", signal, ({ sdk, client, abort }) =>
        client.send(new sdk.ListObjectsV2Command(query), abort),
      )
      const folders = (page.CommonPrefixes ?? []).map(({ Prefix: folder = "" }) => ({ name: folder, folder }))
      const files = (page.Contents ?? []).map(({ Key = "", Size = 0, LastModified = new Date() }) => ({
        ...{ name: Key, object: Key, bytes: Size, changedAt: LastModified },
      }))
      return [...folders, ...files].sort((a, b) => (a.name < b.name ? -1 : 1))
    },
    async *unfinishedUploads(Prefix, signal) {
      let page: ListMultipartUploadsCommandOutput | undefined
      do {
        const query = {
          Bucket,
          Prefix,
          KeyMarker: page?.NextKeyMarker,
          UploadIdMarker: page?.NextUploadIdMarker,
        }
        page = await ask("s3:ListBucketMultipartUploads", signal, ({ sdk, client, abort }) =>
          client.send(new sdk.ListMultipartUploadsCommand(query), abort),
        )
        for (const { Key = "", UploadId = "" } of page.Uploads ?? []) yield { object: Key, id: UploadId }
      } while (page.IsTruncated && page.NextKeyMarker)
    },
    abortUpload: ({ object, id }, signal) =>
      ask("s3:AbortMultipartUpload", signal, async ({ sdk, client, abort }) => {
        await client.send(new sdk.AbortMultipartUploadCommand({ Bucket, Key: object, UploadId: id }), abort)
      }),
  }
}

/** After everything in a folder. The last of all characters, as stores compare bytes. */
const pastFolder = (key: string) => (key.endsWith("/") ? `${key}\u{10FFFF}` : key)
