// A test of a bucket names every permission that is missing, each as IAM calls it.
import { expect, test } from "bun:test"
import { refusal, type StoreRequest, tamperingStore } from "../support/tampering-store.ts"
import { testBucket } from "../support/test-bucket.ts"

const { signal } = new AbortController()
const endpoint = process.env.S3_TEST_ENDPOINT
const isList = ({ method, query }: StoreRequest) => method === "GET" && query.has("list-type")

const permissions: Readonly<Record<string, (request: StoreRequest) => boolean>> = {
  "s3:PutObject": ({ method }) => method === "PUT",
  "s3:GetObject": (request) => ["GET", "HEAD"].includes(request.method) && !isList(request),
  "s3:ListBucket": isList,
  "s3:DeleteObject": ({ method }) => method === "DELETE",
}
const sets = [...Object.keys(permissions).map((name) => [name]), ["s3:ListBucket", "s3:DeleteObject"]]

if (!endpoint) console.warn("SKIPPED, needs S3_TEST_ENDPOINT: the permissions that a bucket is tested for")
else {
  const { destination, client, bucket } = await testBucket(endpoint)
  const left = async () => {
    const { ListObjectsV2Command } = await import("@aws-sdk/client-s3")
    return (await client.send(new ListObjectsV2Command({ Bucket: bucket }))).Contents ?? []
  }

  test("with all of them it is up, and leaves nothing", async () => {
    expect(await destination().check(signal)).toMatchObject({ state: "up", problem: null })
    expect(await left()).toEqual([])
  })

  test.each(sets.map((missing) => [missing.join(" and "), missing] as const))(
    "without %s it is down, and says so",
    async (_title, missing) => {
      using store = tamperingStore(endpoint, {
        onRequest: (request) =>
          missing.some((name) => permissions[name]?.(request)) ? refusal(403, "AccessDenied") : undefined,
      })
      const { state, problem } = await destination({ endpoint: store.url }).check(signal)
      expect(state).toBe("down")
      const named = [...new Set(problem?.hint?.match(/s3:\w+/g))]
      expect(named).toEqual(missing)
    },
  )

  test("what the store itself names goes before what was asked", async () => {
    const message = "User: x is not authorized to perform: kms:GenerateDataKey on resource: y"
    using store = tamperingStore(endpoint, {
      onRequest: ({ method }) => (method === "PUT" ? refusal(403, "AccessDenied", message) : undefined),
    })
    const { problem } = await destination({ endpoint: store.url }).check(signal)
    expect(problem?.hint).toContain("the permission kms:GenerateDataKey")
  })
}
