// What one bucket is asked with: where it is, how what is stored there is kept, and how patient to be.
import type { StorageClass } from "@aws-sdk/client-s3"
import { type BucketWays, bucketWays } from "../../schemas/bucket-ways.ts"
import type { DigestKind } from "./s3-digest.ts"

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
  /** Encryption by the store; the bucket's own when absent. */
  readonly sse?: "AES256" | "aws:kms"
  readonly kmsKeyId?: string
  /** Also tag objects with what they are of: that takes a permission of its own. */
  readonly tags?: boolean
  /** How locks of copies are made. Absent: there are none. */
  readonly lockMode?: "GOVERNANCE" | "COMPLIANCE"
  /** PEM file of authorities to trust beside the usual ones. */
  readonly caFile?: string
  readonly connectSeconds?: number
  /** A request on which nothing moves for this long is given up, and tried again by the SDK. */
  readonly stallSeconds?: number
  /** Of all uploads together; as fast as it goes when absent. */
  readonly bytesPerSecond?: number
  /** Which digest the store is asked for: what it computes by itself differs. */
  readonly digest?: DigestKind
  /** Whether a copy is read back to be hashed: where the store tells no hash, always, or never. */
  readonly readBack?: "auto" | "always" | "never"
}

export interface AwsKeys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
  readonly expiration?: Date
}

export interface BucketAsSet extends BucketWays {
  readonly bucket: string
  readonly region: string
  readonly endpoint?: string | null | undefined
}

/** Without what is said of its keys. */
export function bucketAsSet(set: BucketAsSet): BucketAsSet {
  const ways = Object.keys(bucketWays).flatMap((key) => {
    const value = set[key as keyof BucketWays]
    return value === undefined ? [] : [[key, value] as const]
  })
  const { bucket, region, endpoint = null } = set
  return { bucket, region, endpoint, ...Object.fromEntries(ways) }
}

/** What the operator set of a bucket, as options. @param credentials null for the SDK's own search */
export function optionsOf(
  name: string,
  set: BucketAsSet,
  credentials: NonNullable<S3Options["credentials"]> | null,
): S3Options {
  const { bucket, region, prefix, storageClass, sse, kmsKeyId, tags, lockMode, caFile, digest, readBack } =
    set
  const given = {
    endpoint: set.endpoint ?? undefined,
    prefix,
    storageClass,
    sse,
    kmsKeyId,
    tags,
    lockMode,
    caFile,
    digest,
    readBack,
    connectSeconds: set.connectTimeout,
    stallSeconds: set.stallTimeout,
    bytesPerSecond: set.rateLimit,
    credentials: credentials ?? undefined,
  }
  return {
    name,
    bucket,
    region,
    // A store that is not AWS is mostly addressed by path.
    forcePathStyle: set.pathStyle ?? Boolean(set.endpoint),
    ...(Object.fromEntries(
      Object.entries(given).filter(([, value]) => value !== undefined),
    ) as Partial<S3Options>),
  }
}

export const prefixOf = ({ prefix }: S3Options): string => prefix?.replace(/^\/+|\/+$/g, "") ?? ""
export const locationOf = (options: S3Options): string => `s3://${options.bucket}/${prefixOf(options)}`

/**
 * Any store gives the MD5 of what it was sent as the object's tag, but AWS where it encrypts with a key of KMS; that has
 * checksums, which several compatible stores refuse.
 */
export const digestKindOf = ({ digest, endpoint }: S3Options): DigestKind =>
  digest ?? (endpoint === undefined ? "sha256" : "md5")
