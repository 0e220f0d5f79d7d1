// A bucket of one's own at the store of the tests, and its client.
import { randomUUID } from "node:crypto"
import * as aws from "@aws-sdk/client-s3"
import { s3Destination } from "../../controller/destinations/s3.ts"
import type { S3Options } from "../../controller/destinations/s3-options.ts"
import type { Destination } from "../../controller/ports.ts"

export const testKeys = { accessKeyId: "test", secretAccessKey: "test-secret" }

export async function testBucket(endpoint: string, more: Partial<aws.CreateBucketCommandInput> = {}) {
  const bucket = `test-${randomUUID()}`
  const client = new aws.S3Client({
    endpoint,
    region: "us-east-1",
    forcePathStyle: true,
    credentials: testKeys,
  })
  await client.send(new aws.CreateBucketCommand({ Bucket: bucket, ...more }))
  return {
    bucket,
    client,
    destination: (options: Partial<S3Options> = {}): Destination =>
      s3Destination({
        name: "offsite",
        bucket,
        endpoint,
        forcePathStyle: true,
        credentials: testKeys,
        ...options,
      }),
  }
}
