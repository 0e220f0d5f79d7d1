// Manifests that were cut, changed, moved or made up, and destinations that list what is not so: nothing there is changed, nothing but
// backups of this program is read, what is known stays known, and one bad manifest keeps no other from being taken in.
import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import fc from "fast-check"
import { fileName, manifestKey, objectKey, parseObjectKey } from "../../controller/core/key.ts"
import { formatManifest } from "../../controller/core/manifest.ts"
import { localDestination } from "../../controller/destinations/local.ts"
import { prune } from "../../controller/jobs/prune.ts"
import { rebuildFrom } from "../../controller/jobs/rebuild.ts"
import type { Destination } from "../../controller/ports.ts"
import type { BackupId } from "../../schemas/backup.ts"
import type { Manifest } from "../../schemas/manifest.ts"
import {
  addGood,
  aManifest,
  type Fixture,
  job,
  keyOf,
  minute,
  shop,
  temporaryCatalogue,
} from "../state/samples.ts"
import { type MemoryDestination, memoryDestination } from "../support/memory-destination.ts"

setDefaultTimeout(120_000)

const { signal } = new AbortController()
let store: Fixture
let memory: MemoryDestination
beforeEach(() => {
  store = temporaryCatalogue()
  memory = memoryDestination("offsite")
})
afterEach(() => store.remove())

const uuid = (number: number) =>
  `01980000-0000-7000-8000-${number.toString(16).padStart(12, "0")}` as BackupId

function made(number: number, changes: Partial<Manifest> = {}): { key: string; manifest: Manifest } {
  const id = uuid(number)
  const at = minute(number)
  const base = aManifest(id, `run-${number}`, {
    ...{ startedAt: at.toISOString(), finishedAt: new Date(at.getTime() + 30_000).toISOString() },
    ...changes,
  })
  const parts = { server: base.server.id, subject: "shop", type: base.type, at, id, extension: "dump" }
  return { key: objectKey(parts), manifest: { ...base, fileName: fileName(parts) } }
}

async function put(at: Destination, key: string, manifest: Buffer | string, bytes = 1000): Promise<void> {
  await at.put(key, Buffer.alloc(bytes), signal)
  await at.put(manifestKey(key), Buffer.from(manifest), signal)
}

/** The destination, with what was asked of it; whatever would change it fails. */
function watched(inner: Destination) {
  const touched: string[] = []
  const never = () => Promise.reject(new Error("the destination was written to"))
  const at: Destination = {
    ...inner,
    ...{ create: never, put: never, remove: never, sweep: never, removeAll: never },
    read(key, aborted) {
      touched.push(key)
      return inner.read(key, aborted)
    },
    size(key, aborted) {
      touched.push(key)
      return inner.size(key, aborted)
    },
  }
  return { at, touched }
}

const rebuild = (from: Destination) =>
  rebuildFrom(
    {
      catalogue: store.catalogue,
      log: () => {},
      known: () => new Map(store.catalogue.servers().map((record) => [record.id as string, record])),
      remember: (record) => store.catalogue.saveServer(record),
    },
    from,
    signal,
  )
const listed = () => store.catalogue.backups({}, { page: 1, limit: 500 }).rows

describe("a manifest", () => {
  const good = made(1)
  const text = formatManifest(good.manifest).toString()
  const changed = (change: object) => JSON.stringify({ ...good.manifest, ...change })
  const server = good.manifest.server

  test.each<[string, string | Buffer]>([
    ["is empty", ""],
    ["was cut", text.slice(0, 400)],
    ["is not JSON", "backup of tuesday"],
    ["is no object", "[1]"],
    ["is nested too deep to read", "[".repeat(200_000)],
    ["is of a newer format", changed({ formatVersion: 2 })],
    ["is of no format", changed({ formatVersion: undefined })],
    [
      "has a server elsewhere in the tree",
      changed({ server: { ...server, id: "../../etc", name: "../../etc" } }),
    ],
    ["has a server at the root", changed({ server: { ...server, id: "/etc", name: "/etc" } })],
    ["has another server's folder", changed({ server: { ...server, id: "crm~db", name: "crm/db" } })],
    ["calls its server by another's name", changed({ server: { ...server, name: "\u001b[2Jcrm/db" } })],
    ["has another database", changed({ subject: { kind: "database", name: "../shop" } })],
    ["says it is of the globals", changed({ subject: { kind: "globals" } })],
    ["names another file", changed({ fileName: "../../../etc/passwd" })],
    ["has another id", changed({ id: uuid(2) })],
    ["has an id with a NUL", changed({ id: `\u0000${uuid(1)}` })],
    ["has an id of half a character", changed({ id: `\ud800${uuid(1)}` })],
    ["has a run with control characters", changed({ runId: "\u001b]0;x\u0007" })],
    ["is of another time", changed({ startedAt: minute(2).toISOString() })],
    ["ends before it begins", changed({ finishedAt: minute(-5).toISOString() })],
    ["has no proof", changed({ proof: undefined })],
    ["says that its tool failed", changed({ proof: { ...good.manifest.proof, exitCode: 1 } })],
    ["is of more bytes than there are", changed({ proof: { ...good.manifest.proof, storedBytes: 1001 } })],
    ["says no size", changed({ proof: { ...good.manifest.proof, storedBytes: -1 } })],
  ])("that %s is refused, and the others are taken in", async (_, manifest) => {
    const other = made(7)
    await put(memory, good.key, manifest)
    await put(memory, other.key, formatManifest(other.manifest))
    const { at, touched } = watched(memory)
    const report = await rebuild(at)
    expect(report).toMatchObject({ added: 1, refusedTotal: 1, refused: [{ key: good.key }] })
    expect(report.refused[0]?.problem.code).toBe("copy-mismatch")
    expect(listed().map(({ id }) => id)).toEqual([uuid(7)])
    const own = [good.key, other.key].flatMap((key) => [key, manifestKey(key), `${key}.notes.json`])
    expect(touched.filter((key) => !own.includes(key))).toEqual([])
  })

  test("that is huge is not read to its end", async () => {
    await put(memory, good.key, text)
    let given = 0
    const endless: Destination = {
      ...memory,
      read: async () => {
        const { Readable } = await import("node:stream")
        return Readable.from(
          (async function* () {
            for (; given < 4096; given++) yield Buffer.alloc(1 << 20, " ")
          })(),
          { objectMode: false },
        )
      },
    }
    expect(await rebuild(endless)).toMatchObject({ added: 0, refusedTotal: 1 })
    expect(given).toBeLessThan(80)
  })

  test("with the id of another backup gives that one no copy, so that deleting it deletes nothing of this one", async () => {
    const [first, second] = [made(1), made(2)]
    await put(memory, first.key, formatManifest(first.manifest))
    await rebuild(memory)
    // The last eight digits of an id stand in the name: this one's are the second's.
    const clash = `${uuid(1).slice(0, -8)}00000002` as BackupId
    expect(clash).toBe(uuid(2))
    const proof = { ...second.manifest.proof, storedSha256: "f".repeat(64) }
    await put(memory, second.key, formatManifest(second.manifest))
    await rebuild(memory)
    const nas = memoryDestination("nas")
    await put(nas, second.key, formatManifest({ ...second.manifest, proof }))
    expect(await rebuild(nas)).toMatchObject({ copies: 0, refusedTotal: 1 })
    const backup = store.catalogue.backup(uuid(2))
    expect(backup?.status === "completed" && backup.copies.map(({ destination }) => destination)).toEqual([
      "offsite",
    ])
  })

  test("whatever was changed in it, it is refused or it is the one of its bytes, and nothing else happens", async () => {
    const paths = pathsOf(good.manifest)
    const hostile = fc.oneof(
      fc.constantFrom<unknown>(
        "../../../etc/passwd",
        "/etc/passwd",
        "",
        "\u0000",
        "\u001b[2J",
        "\ud800",
        -1,
        1e308,
        null,
        {},
        [],
      ),
      fc.jsonValue({ maxDepth: 2 }),
    )
    const change = fc.oneof(
      fc.record({ kind: fc.constant("set" as const), path: fc.constantFrom(...paths), value: hostile }),
      fc.record({ kind: fc.constant("cut" as const), at: fc.nat({ max: text.length }) }),
      fc.record({
        kind: fc.constant("byte" as const),
        at: fc.nat({ max: text.length - 1 }),
        value: fc.nat({ max: 255 }),
      }),
    )
    await fc.assert(
      fc.asyncProperty(change, async (what) => {
        store.remove()
        store = temporaryCatalogue()
        memory = memoryDestination("offsite")
        const bytes = Buffer.from(text)
        if (what.kind === "byte") bytes[what.at] = what.value
        const manifest =
          what.kind === "cut"
            ? text.slice(0, what.at)
            : what.kind === "byte"
              ? bytes
              : withValue(good.manifest, what.path, what.value)
        await put(memory, good.key, manifest)
        const other = made(7)
        await put(memory, other.key, formatManifest(other.manifest))
        const before = new Map(memory.files)
        const { at, touched } = watched(memory)
        const report = await rebuild(at)
        expect(report.added + report.refusedTotal).toBe(2)
        expect(memory.files).toEqual(before)
        for (const key of touched) expect([good.key, other.key].some((own) => key.startsWith(own))).toBe(true)
        const found = listed()
        expect(found).toHaveLength(report.added)
        for (const backup of found) {
          if (backup.status !== "completed") throw new Error(backup.status)
          expect(backup.copies.map(({ key }) => key)).toEqual([backup.id === uuid(7) ? other.key : good.key])
          expect(backup.id).toBeOneOf([uuid(1), uuid(7)])
          expect(backup.proof.storedBytes).toBe(1000)
        }
      }),
      { numRuns: 60 },
    )
  }, 120_000)
})

describe("a destination that lists", () => {
  const good = made(1)
  const listing = (inner: Destination, keys: readonly string[]): Destination => ({
    ...inner,
    async *list() {
      yield* keys
    },
  })

  test("nothing by mistake takes nothing away, and retention does not go by it", async () => {
    const ids = Array.from({ length: 6 }, (_, i) => addGood(store.catalogue, `0000000${i}`, i * 60))
    for (const id of ids) await put(memory, keyOf(id), "{}")
    const local = listing({ ...memory, name: "local" }, [])
    expect(await rebuild(local)).toMatchObject({ added: 0, refusedTotal: 0 })
    expect(listed()).toHaveLength(6)
    const spec = {
      schedule: { kind: "preset" },
      retention: { last: 5, hourly: 0, daily: 0, weekly: 0, monthly: 0, yearly: 0 },
      "max-prune": 50,
    }
    const deps = {
      catalogue: store.catalogue,
      destinations: new Map([["local", local]]),
      clock: () => minute(600),
    }
    await prune(
      deps,
      { id: job, serverId: "shop~db", timeZone: "UTC", spec } as never,
      shop,
      () => {},
      signal,
    )
    expect(listed().map(({ id }) => id)).toEqual(ids.slice(1).reverse())
    expect([...memory.files.keys()].sort()).toEqual(
      ids
        .slice(1)
        .flatMap((id) => [keyOf(id), manifestKey(keyOf(id))])
        .sort(),
    )
  })

  test("the same keys twice has each backup once", async () => {
    await put(memory, good.key, formatManifest(good.manifest))
    const twice = listing(memory, [good.key, manifestKey(good.key), good.key, manifestKey(good.key)])
    expect(await rebuild(twice)).toMatchObject({
      added: 1,
      known: 0,
      refusedTotal: 0,
      withoutManifestTotal: 0,
    })
    expect(listed()).toHaveLength(1)
  })

  test("what is not there has no backup of it", async () => {
    expect(await rebuild(listing(memory, [good.key, manifestKey(good.key)]))).toMatchObject({ added: 0 })
    await memory.put(manifestKey(good.key), formatManifest(good.manifest), signal)
    expect(await rebuild(listing(memory, [good.key, manifestKey(good.key)]))).toMatchObject({
      added: 0,
      refusedTotal: 1,
    })
  })

  test("any other keys has them left alone, unread", async () => {
    await put(memory, good.key, formatManifest(good.manifest))
    const { server, subject } = parseObjectKey(good.key) ?? { server: "", subject: "" }
    const strange = fc.oneof(
      fc.string({ unit: "grapheme", maxLength: 60 }),
      fc.constantFrom(
        `../${good.key}`,
        `/${good.key}`,
        `${server}/../${good.key}`,
        `${server}//${subject}/x`,
        `${good.key}/`,
        `${good.key}\u0000`,
        "",
        "..",
        ".manifest.json",
      ),
      fc.constantFrom(
        ...Array.from({ length: 12 }, (_, i) =>
          good.key.replace("/2026/03/", `/2026/${String(i + 4).padStart(2, "0")}/`),
        ),
      ),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(strange, { maxLength: 8 }), async (keys) => {
        const foreign = keys.flatMap((key) => [key, manifestKey(key)])
        const { at, touched } = watched(listing(memory, [...foreign, good.key, manifestKey(good.key)]))
        const report = await rebuild(at)
        expect(report.refusedTotal).toBe(0)
        expect(report.added + report.known).toBe(1)
        for (const key of touched) expect(key).toStartWith(good.key)
      }),
      { numRuns: 60 },
    )
  })
})

test("links in a folder are neither followed nor believed, wherever they lead", async () => {
  const folder = join(store.folder, "backups")
  const outside = mkdtempSync(join(tmpdir(), "dbbackup-test-"))
  try {
    const [real, linkedManifest, linkedBytes, linkedFolder] = [made(1), made(2), made(3), made(4)]
    const local = localDestination("local", folder)
    mkdirSync(folder)
    await put(local, real.key, formatManifest(real.manifest))
    for (const { key, manifest } of [linkedManifest, linkedBytes, linkedFolder]) {
      mkdirSync(dirname(join(outside, key)), { recursive: true })
      writeFileSync(join(outside, key), Buffer.alloc(1000))
      writeFileSync(join(outside, manifestKey(key)), formatManifest(manifest))
    }
    const from = (key: string) => join(outside, key)
    writeFileSync(join(folder, linkedManifest.key), Buffer.alloc(1000))
    symlinkSync(from(manifestKey(linkedManifest.key)), join(folder, manifestKey(linkedManifest.key)))
    writeFileSync(join(folder, manifestKey(linkedBytes.key)), formatManifest(linkedBytes.manifest))
    symlinkSync(from(linkedBytes.key), join(folder, linkedBytes.key))
    symlinkSync(join(outside, "shop~db"), join(folder, "crm~db"))
    const report = await rebuild(local)
    expect(report).toMatchObject({ added: 1, refusedTotal: 0 })
    expect(listed().map(({ id }) => id)).toEqual([uuid(1)])
    for (const key of [linkedManifest.key, linkedBytes.key])
      expect(readFileSync(from(key))).toHaveLength(1000)
  } finally {
    rmSync(outside, { recursive: true })
  }
})

/** Where there is a value in it. */
function pathsOf(value: unknown, path: readonly string[] = []): string[][] {
  if (typeof value !== "object" || value === null) return [[...path]]
  return [
    ...(path.length ? [[...path]] : []),
    ...Object.entries(value).flatMap(([name, inner]) => pathsOf(inner, [...path, name])),
  ]
}

function withValue(manifest: Manifest, path: readonly string[], value: unknown): string {
  const copy = structuredClone(manifest) as unknown as Record<string, unknown>
  let at = copy
  for (const name of path.slice(0, -1)) at = at[name] as Record<string, unknown>
  at[path.at(-1) ?? ""] = value
  return JSON.stringify(copy)
}
