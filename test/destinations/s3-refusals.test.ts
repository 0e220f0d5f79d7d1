// What a store says when it refuses, over real HTTP and through the real SDK, becomes a sentence about what to do.
import { expect, test } from "bun:test"
import { s3Destination } from "../../controller/destinations/s3.ts"

const refusals: readonly [status: number, name: string, code: string, hint: RegExp][] = [
  [403, "AccessDenied", "destination-unavailable", /s3:PutObject/],
  [404, "NoSuchBucket", "destination-unavailable", /Create the bucket/],
  [403, "InvalidAccessKeyId", "destination-unavailable", /access key/],
  [403, "SignatureDoesNotMatch", "destination-unavailable", /secret/],
  [403, "RequestTimeTooSkewed", "destination-unavailable", /clock/],
  [400, "AuthorizationHeaderMalformed", "destination-unavailable", /region/],
  [507, "XMinioStorageFull", "disk-full", /space/],
  [403, "QuotaExceeded", "disk-full", /space/],
  [418, "SomethingNew", "destination-unavailable", /message/],
]

test.each(refusals)("%i %s", async (status, name, code, hint) => {
  using server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: () =>
      new Response(`<Error><Code>${name}</Code><Message>says the store</Message></Error>`, { status }),
  })
  const at = s3Destination({
    name: "offsite",
    bucket: "backups",
    prefix: "/prod/",
    endpoint: server.url.origin,
    forcePathStyle: true,
    credentials: { accessKeyId: "key", secretAccessKey: "very-secret" },
  })
  const { state, problem } = await at.check(new AbortController().signal)
  expect({ state, problem }).toMatchObject({
    state: "down",
    problem: { code, hint: expect.stringMatching(hint) },
  })
  expect(problem?.message).toStartWith("offsite (s3://backups/prod)")
  expect(problem?.message).toContain("says the store")
  expect(JSON.stringify(problem)).not.toContain("very-secret")
})
