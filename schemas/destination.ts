// A destination that the operator names in `dbbackup.yaml`, beside `local` and `s3`: a folder, or a bucket.
import { z } from "zod"
import { BucketName, bucketWays } from "./bucket-ways.ts"

const Text = z.string().min(1, "write a value")

/** What labels call it. */
export const DestinationName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,31}$/, "write a name of lower-case letters, digits and dashes, a letter first")
  .refine((name) => name !== "local" && name !== "s3", "is taken: backup.storagePath and s3 define it")

const absolute = Text.regex(/^\//, "write a path that begins with /")

export const FolderPlace = z.strictObject({
  type: z.literal("local"),
  path: absolute.meta({ description: "A folder that is there: a mounted volume, a share." }),
})

export const BucketPlace = z
  .strictObject({
    type: z.literal("s3"),
    bucket: BucketName.meta({ description: "Name of the bucket." }),
    region: Text.prefault("us-east-1").meta({ description: "Region of the bucket." }),
    endpoint: z
      .url({ protocol: /^https?$/, error: "write a URL that begins with http:// or https://" })
      .optional()
      .meta({ description: "URL of a store that is not AWS." }),
    ...bucketWays,
    accessKeyIdFile: absolute.optional().meta({ description: "File that holds the access key." }),
    accessKeyIdVariable: Text.optional().meta({ description: "Variable that holds the access key." }),
    secretAccessKeyFile: absolute.optional().meta({ description: "File that holds the secret key." }),
    secretAccessKeyVariable: Text.optional().meta({ description: "Variable that holds the secret key." }),
  })
  .superRefine((place, context) => {
    const refuse = (key: string, message: string) =>
      context.addIssue({ code: "custom", path: [key], message })
    for (const key of ["accessKeyId", "secretAccessKey"] as const)
      if (place[`${key}File`] !== undefined && place[`${key}Variable`] !== undefined)
        refuse(`${key}Variable`, `is given, and so is ${key}File: one of them must go`)
    if (place.kmsKeyId !== undefined && place.sse !== "aws:kms")
      refuse("kmsKeyId", "is given without sse: aws:kms, which would use it")
    const has = (key: "accessKeyId" | "secretAccessKey") =>
      (place[`${key}File`] ?? place[`${key}Variable`]) !== undefined
    if (has("accessKeyId") !== has("secretAccessKey"))
      refuse(
        has("accessKeyId") ? "secretAccessKeyFile" : "accessKeyIdFile",
        "is missing: the access key and the secret key belong together",
      )
  })

export const DestinationPlace = z.discriminatedUnion("type", [FolderPlace, BucketPlace], {
  error: (issue) => (issue.code === "invalid_union" ? "write local or s3" : undefined),
})
export type DestinationPlace = z.output<typeof DestinationPlace>
