// Buckets over the API: a destination at once, keys that go in and never come out, and a place that nobody loses copies by.
import { afterEach, beforeEach, describe, expect, test } from "bun:test"
import { readFileSync } from "node:fs"
import type { Destination } from "../../controller/ports.ts"
import {
  type BucketConfigDeps,
  createBucketConfigs,
  type OpenKeys,
} from "../../controller/reconcile/bucket-configs.ts"
import { createVault } from "../../controller/state/vault.ts"
import type { JobId } from "../../schemas/server.ts"
import { minute, temporaryCatalogue } from "../state/samples.ts"
import { memoryDestination } from "./memory-destination.ts"
import { ask, aWorld, storeBackup, theJob, type World } from "./samples.ts"

const passphrase = "a passphrase of the operator's own, long enough"
const keys = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG" }
const offsite = { name: "vault", bucket: "backups", endpoint: "https://store.example.com", prefix: "host-1" }

let file: ReturnType<typeof temporaryCatalogue>
let world: World
let destinations: Map<string, Destination>
let connected: { readonly name: string; readonly keys: (() => Promise<OpenKeys>) | null }[]
let changes: number
let jobs = [theJob]

function start(changed: Partial<BucketConfigDeps> = {}): void {
  let count = 0
  destinations = new Map([["local", memoryDestination("local")]])
  connected = []
  const buckets = createBucketConfigs({
    store: file.catalogue,
    vault: createVault(passphrase),
    destinations,
    set: [
      {
        name: "s3",
        place: { bucket: "main", region: "eu-central-1" },
        keys: "settings",
        connection: { destination: memoryDestination("s3", "s3"), buckets: async () => ["main"] },
      },
    ],
    connect: (name, _place, keys) => {
      connected.push({ name, keys })
      return { destination: memoryDestination(name, "s3"), buckets: async () => [`seen by ${name}`] }
    },
    jobs: () => jobs,
    clock: () => minute(10),
    newId: () => `id-${count++}`,
    log() {},
    changed: () => {
      changes++
    },
    ...changed,
  })
  world = aWorld({ buckets })
}
beforeEach(() => {
  file = temporaryCatalogue()
  changes = 0
  jobs = [theJob]
  start()
})
afterEach(() => {
  world.remove()
  file.remove()
})

const create = (json: object = { ...offsite, ...keys }) =>
  ask(world, "/api/s3-configs", { method: "POST", json })
const put = (id: string, json: object) => ask(world, `/api/s3-configs/${id}`, { method: "PUT", json })
const remove = (id: string) => ask(world, `/api/s3-configs/${id}`, { method: "DELETE" })
const list = async () => (await ask(world, "/api/s3-configs")).body.data

describe("a bucket that is added", () => {
  test("is a destination at once, and is shown without its keys", async () => {
    const { status, body, headers } = await create({
      ...offsite,
      ...keys,
      sse: "AES256",
      rateLimit: 1_048_576,
    })
    expect([status, headers.get("location")]).toEqual([200, "/api/s3-configs/id-0"])
    expect(body.data).toEqual({
      id: "id-0",
      ...offsite,
      region: "us-east-1",
      sse: "AES256",
      rateLimit: 1_048_576,
      managed: "api",
      keys: "sealed",
      accessKeyId: "…MPLE",
      copies: 0,
      jobs: [],
      problem: null,
      createdAt: minute(10).toISOString(),
      updatedAt: minute(10).toISOString(),
    })
    expect([[...destinations.keys()], changes]).toEqual([["local", "vault"], 1])
    expect((await ask(world, "/api/s3-configs/id-0")).body.data).toEqual(body.data)
  })

  test("is used with the keys it was given, also after a restart", async () => {
    await create()
    expect(await connected[0]?.keys?.()).toEqual(keys)
    start()
    expect([...destinations.keys()]).toEqual(["local", "vault"])
    expect(await connected[0]?.keys?.()).toEqual(keys)
  })

  test("leaves its keys in no answer, and in no file as they are", async () => {
    await create()
    const answers = await Promise.all(
      ["", "/id-0"].map(async (path) => JSON.stringify((await ask(world, `/api/s3-configs${path}`)).body)),
    )
    file.catalogue.close()
    for (const text of [...answers, readFileSync(file.path, "latin1")]) {
      expect(text).not.toContain(keys.secretAccessKey)
      expect(text).not.toContain(keys.accessKeyId)
    }
  })

  test("without keys leaves the search to the SDK", async () => {
    const { body } = await create(offsite)
    expect(body.data).toMatchObject({ keys: "search", accessKeyId: null })
    expect(connected[0]?.keys).toBeNull()
  })

  test("is refused with half a pair of keys, an odd name, or what no bucket takes", async () => {
    const wrong = [
      { ...offsite, accessKeyId: "x" },
      { ...offsite, name: "Vault" },
      { ...offsite, name: "local" },
      { ...offsite, endpoint: "ftp://x" },
      { ...offsite, kmsKeyId: "x" },
      { ...offsite, color: "red" },
    ]
    for (const json of wrong) {
      const { status, body } = await create(json)
      expect([status, body.error.code]).toEqual([400, "VALIDATION_ERROR"])
    }
    expect([...destinations.keys()]).toEqual(["local"])
  })

  test("needs a name and a place of its own", async () => {
    await create()
    expect(await create({ ...offsite, prefix: "other" })).toMatchObject({ status: 409 })
    const same = await create({ ...offsite, name: "twin" })
    expect([same.status, same.body.error.message]).toEqual([409, expect.stringContaining("vault")])
    expect(await create({ name: "main", bucket: "main" })).toMatchObject({ status: 409 })
  })

  test("is refused, with a hint, when it has keys and there is no ENCRYPTION_KEY", async () => {
    start({ vault: null })
    const { status, body } = await create()
    expect([status, body.error.hint]).toEqual([400, expect.stringContaining("ENCRYPTION_KEY")])
    expect(await list()).toHaveLength(1)
  })
})

describe("with keys that cannot be opened", () => {
  test("for want of the key, it is shown with the problem, and stays a destination", async () => {
    await create()
    start({ vault: null })
    expect((await list())[1].problem).toMatchObject({ hint: expect.stringContaining("ENCRYPTION_KEY") })
    expect(destinations.has("vault")).toBe(true)
  })

  test("because the key is another, its use says so", async () => {
    await create()
    start({ vault: createVault("another passphrase that is long enough") })
    const error = await connected[0]?.keys?.().catch((fault) => fault)
    expect(error).toMatchObject({ code: "settings-invalid", hint: expect.stringContaining("ENCRYPTION_KEY") })
  })
})

describe("a bucket that is changed", () => {
  test("keeps its name, and the keys that are left out", async () => {
    await create()
    const { name: _, ...place } = { ...offsite, storageClass: "STANDARD_IA" }
    const { body } = await put("id-0", place)
    expect(body.data).toMatchObject({ name: "vault", storageClass: "STANDARD_IA", accessKeyId: "…MPLE" })
    expect(await connected.at(-1)?.keys?.()).toEqual(keys)
    await put("id-0", { ...place, accessKeyId: "AKIAOTHER", secretAccessKey: "other" })
    expect(await connected.at(-1)?.keys?.()).toEqual({ accessKeyId: "AKIAOTHER", secretAccessKey: "other" })
    expect((await put("none", place)).status).toBe(404)
  })

  test("does not move away from its copies", async () => {
    await create()
    storeBackup({ ...world, catalogue: file.catalogue }, "b1", Buffer.from("x"), [memoryDestination("vault")])
    const { name: _, ...place } = offsite
    expect((await put("id-0", { ...place, bucket: "other" })).status).toBe(409)
    expect((await put("id-0", { ...place, sse: "AES256" })).status).toBe(200)
  })
})

describe("a bucket that is deleted", () => {
  test("is a destination no more, and its keys are gone", async () => {
    await create()
    expect(await remove("id-0")).toMatchObject({ status: 200, body: { data: { id: "id-0" } } })
    expect([[...destinations.keys()], file.catalogue.keptBuckets()]).toEqual([["local"], []])
    expect((await remove("id-0")).status).toBe(404)
  })

  test("stays while backups are stored there", async () => {
    await create()
    storeBackup({ ...world, catalogue: file.catalogue }, "b1", Buffer.from("x"), [memoryDestination("vault")])
    const { status, body } = await remove("id-0")
    expect([status, body.error.message]).toEqual([409, "1 backups are stored at vault"])
    expect((await list())[1].copies).toBe(1)
    expect(destinations.has("vault")).toBe(true)
  })

  test("stays while the labels of a job name it, not while a job uses all there are", async () => {
    await create()
    const naming = (source: "label" | "settings") => [
      { ...theJob, settings: [{ key: "destinations", value: "local,vault", source }] },
    ]
    jobs = naming("label")
    expect((await list())[1].jobs).toEqual([theJob.id as JobId])
    expect((await remove("id-0")).status).toBe(409)
    jobs = naming("settings")
    expect((await remove("id-0")).status).toBe(200)
  })
})

test("a bucket of the settings is listed, tested and looked around in, and not changed here", async () => {
  expect(await list()).toMatchObject([{ id: "s3", name: "s3", managed: "file", keys: "settings" }])
  expect((await ask(world, "/api/s3-configs/s3/test", { method: "POST" })).body.data.state).toBe("up")
  expect((await ask(world, "/api/s3-configs/s3/buckets")).body.data).toEqual(["main"])
  for (const { status, body } of [await put("s3", { bucket: "xyz" }), await remove("s3")])
    expect([status, body.error.hint]).toEqual([409, expect.stringContaining("dbbackup.yaml")])
  await create()
  expect((await ask(world, "/api/s3-configs/id-0/buckets")).body.data).toEqual(["seen by vault"])
  expect((await ask(world, "/api/s3-configs/none/test", { method: "POST" })).status).toBe(404)
})

test("a name that the settings have taken since is theirs: the bucket is shown as what it is not, and can go", async () => {
  await create()
  const taken = new Map<string, Destination>([["vault", memoryDestination("vault")]])
  start({ destinations: taken })
  expect((await list())[1].problem).toMatchObject({ code: "in-use" })
  expect((await remove("id-0")).status).toBe(200)
  expect(taken.has("vault")).toBe(true)
})
