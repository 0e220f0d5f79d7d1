// Buckets of the API as they are kept: one whose row cannot be read hides no other, and does not stop the start.
import { Database } from "bun:sqlite"
import { expect, test } from "bun:test"
import { minute, temporaryCatalogue } from "./samples.ts"

test("a bucket whose row cannot be read is named in the log, and the others are there", () => {
  const { catalogue, path, complaints, remove } = temporaryCatalogue()
  const bucket = (id: string) => ({
    ...{ id, name: id, place: { bucket: `bucket-${id}`, region: "us-east-1" }, keys: null },
    ...{ createdAt: minute(0), updatedAt: minute(0) },
  })
  catalogue.saveBucket(bucket("a"))
  catalogue.saveBucket(bucket("b"))
  const other = new Database(path)
  other.run(`UPDATE s3_configs SET settings = '{"bucket":"x"}' WHERE id = 'a'`)
  other.close()
  expect(catalogue.keptBuckets()).toEqual([bucket("b")])
  expect(complaints.join()).toContain("bucket a cannot be read")
  remove()
})
