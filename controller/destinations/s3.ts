// A destination that is a bucket and a prefix. The one place that knows the AWS SDK, and loads it only when it is used.
import type { Readable } from "node:stream"
import type { ListMultipartUploadsCommandOutput, StorageClass } from "@aws-sdk/client-s3"
import type { Destination } from "../ports.ts"
import { type Bucket, bucketDestination } from "./s3-bucket.ts"
import { isAbsent, type S3Action, s3Fault } from "./s3-fault.ts"
import { wholeBody } from "./s3-read.ts"

export interface S3Options {
  readonly name: string
  readonly bucket: string
  /** Folder inside the bucket; the whole bucket when absent. */
  readonly prefix?: string
  readonly region?: string
  /** URL of a store that is not AWS. */
  readonly endpoint?: string
  /** `endpoint/bucket/key` instead of `bucket.endpoint/key`. */
  readonly forcePathStyle?: boolean
  /** Of what is stored; the bucket's own when absent. */
  readonly storageClass?: StorageClass
  /** The keys, or how to get them. Absent: the SDK's own search (environment, role of the machine). */
  readonly credentials?: AwsKeys | (() => Promise<AwsKeys>)
}

interface AwsKeys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
  readonly expiration?: Date
}

const connectSeconds = 10
/** A request on which nothing moves for this long is given up, and tried again by the SDK. */
const stallSeconds = 60

export function s3Destination(options: S3Options): Destination {
  const prefix = options.prefix?.replace(/^\/+|\/+$/g, "") ?? ""
  const location = `s3://${options.bucket}/${prefix}`
  return bucketDestination(options.name, location, prefix, bucketOf(options, location))
}

function bucketOf(options: S3Options, location: string): Bucket {
  const Bucket = options.bucket
  const kept = options.storageClass ? { StorageClass: options.storageClass } : {}
  let loading: ReturnType<typeof load> | undefined
  const faultOf = (action: S3Action, error: unknown): Error =>
    s3Fault({ name: options.name, location, action }, error)

  type Loaded = Awaited<ReturnType<typeof load>> & { readonly abort: { abortSignal?: AbortSignal } }
  async function ask<T>(
    action: S3Action,
    signal: AbortSignal | null,
    work: (loaded: Loaded) => Promise<T>,
  ): Promise<T> {
    try {
      signal?.throwIfAborted()
      loading ??= load(options)
      return await work({ ...(await loading), abort: signal ? { abortSignal: signal } : {} })
    } catch (error) {
      throw signal?.aborted ? signal.reason : faultOf(action, error)
    }
  }

  return {
    head: (Key, signal) =>
      ask("s3:GetObject", signal, async ({ sdk, client, abort }) => {
        try {
          const { ContentLength } = await client.send(new sdk.HeadObjectCommand({ Bucket, Key }), abort)
          return ContentLength ?? 0
        } catch (error) {
          if (!isAbsent(error)) throw error
          // HEAD says the same of a missing bucket, and not seeing is not the same as none.
          await client.send(new sdk.ListObjectsV2Command({ Bucket, Prefix: Key, MaxKeys: 1 }), abort)
          return null
        }
      }),
    put: (Key, Body, signal) =>
      ask("s3:PutObject", signal, async ({ sdk, client, abort }) => {
        await client.send(new sdk.PutObjectCommand({ Bucket, Key, Body, ...kept }), abort)
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
    beginUpload: (Key) =>
      ask("s3:PutObject", null, async ({ sdk, client }) => {
        const { UploadId } = await client.send(new sdk.CreateMultipartUploadCommand({ Bucket, Key, ...kept }))
        if (UploadId === undefined) throw new Error("the store began an upload without an id")
        return UploadId
      }),
    uploadPart: ({ object: Key, id: UploadId }, PartNumber, Body) =>
      ask("s3:PutObject", null, async ({ sdk, client }) => {
        const part = { Bucket, Key, UploadId, PartNumber, Body }
        const { ETag } = await client.send(new sdk.UploadPartCommand(part))
        if (ETag === undefined) throw new Error(`the store gave part ${PartNumber} no tag`)
        return ETag
      }),
    completeUpload: ({ object: Key, id: UploadId }, parts) =>
      ask("s3:PutObject", null, async ({ sdk, client }) => {
        const Parts = parts.map(({ number, tag }) => ({ PartNumber: number, ETag: tag }))
        const upload = { Bucket, Key, UploadId, MultipartUpload: { Parts } }
        await client.send(new sdk.CompleteMultipartUploadCommand(upload))
      }),
    delete: (Key, signal) =>
      ask("s3:DeleteObject", signal, async ({ sdk, client, abort }) => {
        await client.send(new sdk.DeleteObjectCommand({ Bucket, Key }), abort)
      }),
    async *list(Prefix, signal) {
      let ContinuationToken: string | undefined
      do {
        const query = { Bucket, Prefix, ContinuationToken }
        const page = await ask("s3:ListBucket", signal, ({ sdk, client, abort }) =>
          client.send(new sdk.ListObjectsV2Command(query), abort),
        )
        for (const { Key = "" } of page.Contents ?? []) yield Key
        ContinuationToken = page.NextContinuationToken
      } while (ContinuationToken !== undefined)
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

async function load({ region, endpoint, forcePathStyle, credentials }: S3Options) {
  const sdk = await import("@aws-sdk/client-s3")
  const client = new sdk.S3Client({
    region: region ?? "us-east-1",
    forcePathStyle: forcePathStyle ?? false,
    requestHandler: { connectionTimeout: connectSeconds * 1000, socketTimeout: stallSeconds * 1000 },
    ...(credentials ? { credentials } : {}),
    // Several compatible stores refuse the SDK's own checksums. The manifest's sha-256 is what counts.
    ...(endpoint
      ? {
          endpoint,
          requestChecksumCalculation: "WHEN_REQUIRED",
          responseChecksumValidation: "WHEN_REQUIRED",
        }
      : {}),
  })
  return { sdk, client }
}
