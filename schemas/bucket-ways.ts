// How a bucket is used, wherever it is named: in the section `s3`, under `destinations`, over the API.
import { z } from "zod"
import { Bool, Duration, Size } from "./scalar.ts"

/** As S3 has them; a store that lacks one refuses what is stored in it. */
export const storageClasses = [
  "STANDARD",
  "STANDARD_IA",
  "ONEZONE_IA",
  "INTELLIGENT_TIERING",
  "GLACIER_IR",
  "REDUCED_REDUNDANCY",
  "EXPRESS_ONEZONE",
] as const

/** Names of AWS have at most 63 letters, those of some stores more; an access point's is an ARN. */
export const BucketName = z
  .string()
  .regex(
    /^([A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]|arn:.+)$/,
    "write the name of a bucket: at least 3 letters, digits, dots and dashes",
  )

const needsRestart = { needsRestart: true } as const
const flag = { type: ["boolean", "string"], ...needsRestart } as const
const anyOf = <const T extends readonly [string, ...string[]]>(words: T) =>
  z.enum(words, `write ${words.join(", ")}`).optional()

export const bucketWays = {
  prefix: z
    .string()
    .regex(/^[^/].*[^/]$|^[^/]$/, "write a folder such as backups/host-1, without slashes around it")
    .optional()
    .meta({ ...needsRestart, description: "Folder inside the bucket (the whole bucket)." }),
  pathStyle: Bool.optional().meta({
    ...flag,
    description: "`endpoint/bucket/key` rather than `bucket.endpoint/key` (true where there is an endpoint).",
  }),
  storageClass: anyOf(storageClasses).meta({
    ...needsRestart,
    description: "Storage class of what is stored (the bucket's own).",
  }),
  sse: anyOf(["AES256", "aws:kms"]).meta({
    ...needsRestart,
    description: "Encryption by the store, `AES256` or `aws:kms` (the bucket's own).",
  }),
  kmsKeyId: z
    .string()
    .min(1, "write a value")
    .optional()
    .meta({ ...needsRestart, description: "Key of `sse: aws:kms` (the store's own)." }),
  tags: Bool.optional().meta({
    ...flag,
    description:
      "Tag objects with `server`, `database`, `job` and `backup`, which they have as metadata anyway. Takes the permission s3:PutObjectTagging.",
  }),
  lockMode: anyOf(["GOVERNANCE", "COMPLIANCE"]).meta({
    ...needsRestart,
    description:
      "How the label `lock` keeps copies from being deleted, in a bucket with object lock: `GOVERNANCE` or `COMPLIANCE` (it cannot).",
  }),
  caFile: z
    .string()
    .regex(/^\//, "write a path that begins with /")
    .optional()
    .meta({ ...needsRestart, description: "PEM file of a certificate authority of one's own." }),
  connectTimeout: Duration.optional().meta({
    ...needsRestart,
    description: "How long a connection may take to come about (`10s`).",
  }),
  stallTimeout: Duration.optional().meta({
    ...needsRestart,
    description: "A request on which nothing moves for this long is given up, and tried again (`60s`).",
  }),
  rateLimit: Size.optional().meta({
    ...needsRestart,
    description:
      "Bytes a second, such as `20MiB`, over all uploads there. A dump waits for its slowest destination.",
  }),
  digest: anyOf(["sha256", "md5"]).meta({
    ...needsRestart,
    description:
      "What the store computes of an upload by itself, to be compared: `sha256` (AWS) or `md5` (where there is an endpoint).",
  }),
  readBack: anyOf(["auto", "always", "never"]).meta({
    ...needsRestart,
    description:
      "Whether a copy is read back to be hashed: `auto`, where the store tells no digest of it; `always`; `never`: then its size is compared.",
  }),
} as const

const Ways = z.object(bucketWays)
export type BucketWays = z.output<typeof Ways>
