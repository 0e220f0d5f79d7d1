// A bucket as the API has it: configured by a person there, or in the settings, where it can only be read.
import { z } from "zod"
import { BucketName, bucketWays } from "./bucket-ways.ts"
import { DestinationName } from "./destination.ts"
import { Problem } from "./errors.ts"
import { Instant } from "./scalar.ts"
import { JobId } from "./server.ts"

const { prefix, storageClass, sse, kmsKeyId, lockMode, caFile, digest, readBack } = bucketWays
const seconds = z.number().int().min(1).max(86_400).optional()

/** The settings' own keys, with durations in seconds and sizes in bytes, as everywhere on the wire. */
export const BucketPlaced = z.strictObject({
  bucket: BucketName,
  region: z.string().min(1).prefault("us-east-1"),
  endpoint: z
    .url({ protocol: /^https?$/, error: "write a URL that begins with http:// or https://" })
    .nullable()
    .optional(),
  prefix,
  pathStyle: z.boolean().optional(),
  storageClass,
  sse,
  kmsKeyId,
  tags: z.boolean().optional(),
  lockMode,
  caFile,
  connectTimeout: seconds,
  stallTimeout: seconds,
  rateLimit: z.number().int().min(1024).optional(),
  digest,
  readBack,
})
export type BucketPlaced = z.output<typeof BucketPlaced>

const keys = {
  accessKeyId: z.string().min(1).max(256).optional(),
  secretAccessKey: z.string().min(1).max(1024).optional(),
}
const together = {
  when: ({ accessKeyId, secretAccessKey }: { accessKeyId?: unknown; secretAccessKey?: unknown }) =>
    (accessKeyId === undefined) === (secretAccessKey === undefined),
  message: "accessKeyId and secretAccessKey belong together",
}
const kms = {
  when: ({ sse, kmsKeyId }: { sse?: unknown; kmsKeyId?: unknown }) =>
    kmsKeyId === undefined || sse === "aws:kms",
  message: "kmsKeyId is given without sse: aws:kms, which would use it",
}

/** Without keys the AWS SDK searches by itself. */
export const NewS3Config = BucketPlaced.extend({ name: DestinationName, ...keys })
  .refine(together.when, together.message)
  .refine(kms.when, kms.message)
export type NewS3Config = z.output<typeof NewS3Config>

/** All of it anew, but for the name, and for keys that are left out: they stay. */
export const ChangedS3Config = BucketPlaced.extend(keys)
  .refine(together.when, together.message)
  .refine(kms.when, kms.message)
export type ChangedS3Config = z.output<typeof ChangedS3Config>

export const S3Config = BucketPlaced.extend({
  /** Of one from the settings: its name. */
  id: z.string().min(1),
  /** Of the destination, for the label `destinations`. */
  name: z.string().min(1),
  managed: z.enum(["file", "api"]),
  /** Where its keys are: sealed in the catalogue, where the settings say, or wherever the AWS SDK finds some. */
  keys: z.enum(["sealed", "settings", "search"]),
  /** The last four characters; null where this program does not keep it. */
  accessKeyId: z
    .string()
    .regex(/^….{0,4}$/u)
    .nullable(),
  /** Backups that are stored there, and jobs whose labels or settings name it. */
  copies: z.number().int().nonnegative(),
  jobs: z.array(JobId),
  /** Why it cannot be used, as far as that can be told without asking it. */
  problem: Problem.nullable(),
  createdAt: Instant.nullable(),
  updatedAt: Instant.nullable(),
})
export type S3Config = z.output<typeof S3Config>
