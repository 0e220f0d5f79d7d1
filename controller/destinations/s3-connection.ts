// A way to a bucket: as a destination, and for a look at its neighbours.
import type { BucketConnection } from "../ports.ts"
import { s3Destination } from "./s3.ts"
import { s3Client } from "./s3-client.ts"
import type { S3Options } from "./s3-options.ts"

export function s3Connection(options: S3Options): BucketConnection {
  return {
    destination: s3Destination(options),
    buckets: async (signal) =>
      await s3Client(options).ask("s3:ListAllMyBuckets", signal, async ({ sdk, client, abort }) => {
        const { Buckets = [] } = await client.send(new sdk.ListBucketsCommand({}), abort)
        return Buckets.flatMap(({ Name }) => Name ?? [])
      }),
  }
}
