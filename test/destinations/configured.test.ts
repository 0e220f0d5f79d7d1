// What the settings say, as destinations: their names and order, where they write, and where the keys of a bucket are from.
import { afterEach, beforeEach, describe, expect, test } from "bun:test"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { readSettings } from "../../controller/core/settings.ts"
import { destinationsFrom } from "../../controller/destinations/configured.ts"
import { keysOf } from "../../controller/destinations/credentials.ts"
import { BucketPlace } from "../../schemas/destination.ts"

const { signal } = new AbortController()
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "dbbackup-configured-"))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function settings(file: Parameters<typeof readSettings>[1], variables = {}) {
  const reading = readSettings({ BACKUP_STORAGE_PATH: join(folder, "own"), ...variables }, file)
  if (reading.kind === "bad") throw new Error(JSON.stringify(reading.mistakes))
  return reading.settings
}
const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

test("the folder comes first, then the bucket of the environment, then what the file names, in its order", () => {
  const named = {
    nas: { type: "local", path: "/mnt/nas" },
    far: { type: "s3", bucket: "bkt", prefix: "host-1", endpoint: "http://store" },
  }
  const all = destinationsFrom(settings({ destinations: named }, { S3_BUCKET: "main" }), {})
  expect([...all].map(([key, { name, kind, location }]) => [key, name, kind, location])).toEqual([
    ["local", "local", "local", join(folder, "own")],
    ["s3", "s3", "s3", "s3://main/"],
    ["nas", "nas", "local", "/mnt/nas"],
    ["far", "far", "s3", "s3://bkt/host-1"],
  ])
})

test("a named folder is written to, and one that is not there is down, not made", async () => {
  const path = join(folder, "nas")
  const named = settings({ destinations: { nas: { type: "local", path } } })
  const nas = destinationsFrom(named, {}).get("nas")
  expect((await nas?.check(signal))?.state).toBe("down")
  mkdirSync(path)
  await nas?.put("x.json", Buffer.from("{}"), signal)
  expect(readFileSync(join(path, "x.json"), "utf8")).toBe("{}")
})

describe("the keys of a bucket", () => {
  const place = (keys: object) => BucketPlace.parse({ type: "s3", bucket: "bkt", ...keys })

  test("are read from files and variables when they are needed, and again when they have changed", async () => {
    const id = file("id", "AKIA\n")
    const keys = keysOf(
      "far",
      place({ accessKeyIdFile: id, secretAccessKeyVariable: "KEY" }),
      { KEY: "s" },
      () => 0,
    )
    expect(await keys?.()).toMatchObject({ accessKeyId: "AKIA", secretAccessKey: "s" })
    file("id", "NEW")
    const again = await keys?.()
    expect(again?.accessKeyId).toBe("NEW")
    expect(again?.expiration.getTime()).toBe(600_000)
  })

  test("are searched by the SDK when the settings name none", () => {
    expect(keysOf("far", place({}), {})).toBeNull()
  })

  test.each([
    [
      "a file that is not there",
      { accessKeyIdFile: "/nowhere/id", secretAccessKeyVariable: "KEY" },
      "/nowhere/id",
    ],
    ["a variable that is not set", { accessKeyIdVariable: "NONE", secretAccessKeyVariable: "KEY" }, "NONE"],
  ])(
    "from %s make the destination unavailable, with where they should be and not what they are",
    async (_, keys, where) => {
      const destinations = settings({
        destinations: { far: { type: "s3", bucket: "bkt", endpoint: "http://127.0.0.1:9", ...keys } },
      })
      const status = await destinationsFrom(destinations, { KEY: "hush" }).get("far")?.check(signal)
      expect(status).toMatchObject({ state: "down", problem: { code: "destination-unavailable" } })
      expect(status?.problem?.message).toContain(where)
      expect(JSON.stringify(status)).not.toContain("hush")
    },
  )
})
