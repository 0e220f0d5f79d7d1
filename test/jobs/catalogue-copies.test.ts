// Copies of the catalogue at destinations, and a new catalogue that takes one in: what it knows afterwards, and what must not come back.
import { afterEach, beforeEach, describe, expect, test } from "bun:test"
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { identityText, recipientOf } from "../../controller/core/age-key.ts"
import { catalogueKey, noteKey } from "../../controller/core/catalogue-copy.ts"
import { inventoryOf } from "../../controller/core/inventory.ts"
import { localDestination } from "../../controller/destinations/local.ts"
import { storeCatalogue, withPackedCatalogue } from "../../controller/jobs/copy-catalogue.ts"
import { catalogueCopiesAt, takeNewestCatalogue } from "../../controller/jobs/take-catalogue.ts"
import { forgetUnfounded } from "../../controller/jobs/unfounded.ts"
import type { Destination, Identities } from "../../controller/ports.ts"
import { openCatalogue } from "../../controller/state/open.ts"
import {
  aBackup,
  addGood,
  aManifest,
  aProblem,
  aRestore,
  aRun,
  aServer,
  type Fixture,
  job,
  keyOf,
  minute,
  planned,
  server,
  shop,
  temporaryCatalogue,
} from "../state/samples.ts"
import { memoryDestination } from "../support/memory-destination.ts"

const { signal } = new AbortController()
const secret = identityText(Buffer.alloc(32, 7))
const recipients = [recipientOf(secret)]
const mine: Identities = { find: () => ({ identity: secret }), all: () => [secret] }
const nobody: Identities = { find: () => ({ identity: null, unusable: [] }), all: () => [] }

let old: Fixture
let fresh: Fixture
let folder: string
let local: Destination
const said: string[] = []
beforeEach(() => {
  old = temporaryCatalogue()
  fresh = temporaryCatalogue()
  folder = mkdtempSync(join(tmpdir(), "dbbackup-copies-"))
  mkdirSync(join(folder, "backups"))
  local = localDestination("local", join(folder, "backups"))
  said.length = 0
})
afterEach(() => {
  old.remove()
  fresh.remove()
  rmSync(folder, { recursive: true, force: true })
})

const log = (_level: string, message: string) => void said.push(message)
const copy = (at: Date, to: Destination = local, whom: readonly string[] | null = null, keep = 7) =>
  withPackedCatalogue(
    { catalogue: old.catalogue, log, program: "dbbackup 0.1.0", scratch: old.path },
    { at, recipients: whom },
    signal,
    async (packed) => {
      await storeCatalogue({ log }, packed, to, keep, signal)
      return packed
    },
  )
const take = (
  from: readonly Destination[] = [local],
  identities: Identities = nobody,
  whose: string | null = null,
) =>
  takeNewestCatalogue(
    { catalogue: fresh.catalogue, identities, log, scratch: fresh.path },
    from,
    whose,
    signal,
  )
const whole = (n: number) => addGood(old.catalogue, `b${n}`, n)

describe("a copy", () => {
  test("is a catalogue under a reserved name with a note beside it, and no backup nor anybody else's", async () => {
    whole(1)
    const { key, note } = await copy(minute(5))
    const installation = old.catalogue.installation()
    expect(key).toBe(`.dbbackup/catalogue/${installation}/20260301T020500Z.db.zst`)
    const keys = await Array.fromAsync(local.list("", signal))
    expect(keys.sort()).toEqual([key, noteKey(key)])
    expect(inventoryOf(keys)).toEqual({
      backups: [],
      withoutManifest: [],
      withoutBytes: [],
      noted: new Set(),
      foreign: 0,
    })
    const bytes = readFileSync(join(folder, "backups", key))
    expect(bytes.length).toBe(note.storedBytes)
    const plain = Buffer.from(Bun.zstdDecompressSync(bytes))
    expect(plain.toString("latin1")).toStartWith("SQLite format 3")
    expect(readdirSync(join(old.folder, "db")).filter((name) => name.includes(".copy"))).toEqual([])
  })

  test("stays while it is one of the newest, and what is not named so stays for ever", async () => {
    const other = catalogueKey({ installation: "other", at: minute(0), encrypted: false })
    for (const key of [other, noteKey(other), ".dbbackup/catalogue/notes.txt"])
      await local.put(key, Buffer.from("x"), signal)
    const made: string[] = []
    for (let n = 1; n <= 4; n++) made.push((await copy(minute(n), local, null, 2)).key)
    const keys = await Array.fromAsync(local.list("", signal))
    const own = made.slice(2).flatMap((key) => [key, noteKey(key)])
    expect(keys.sort()).toEqual([...own, other, noteKey(other), ".dbbackup/catalogue/notes.txt"].sort())
  })

  test("that was cut short is none, and is written anew", async () => {
    whole(1)
    const { key } = await copy(minute(5))
    await local.remove(noteKey(key), signal)
    writeFileSync(join(folder, "backups", key), "half")
    expect(await catalogueCopiesAt(local, null, signal)).toEqual([])
    await copy(minute(5))
    expect(await take()).toEqual({ madeAt: minute(5), from: "local" })
  })

  test("is unreadable without an identity when it is for somebody", async () => {
    whole(1)
    const { key } = await copy(minute(5), local, recipients)
    expect(key).toEndWith(".db.zst.age")
    expect(readFileSync(join(folder, "backups", key), "latin1")).toStartWith("age-encryption.org/v1")
    expect(await take([local], nobody)).toBeNull()
    expect(said.join()).toContain("is encrypted for age1")
    expect(await take([local], mine)).not.toBeNull()
    expect(fresh.catalogue.lastGood(shop)?.id).toBe("b1" as never)
  })
})

describe("taking in", () => {
  test("brings what manifests do not know: failed runs, logs, pauses, restores, and whose installation it is", async () => {
    const { catalogue } = old
    catalogue.saveServer(aServer())
    catalogue.saveDatabases(server, ["shop"], minute(0))
    whole(1)
    catalogue.log("run-b1" as never, minute(1), "info", "dumped")
    catalogue.addRun(aRun("failed", { queuedAt: minute(3) }))
    catalogue.finishRun("failed" as never, minute(4), {
      status: "failed",
      error: aProblem(),
      retryAt: minute(9),
    })
    catalogue.saveOverride({ jobId: job, enabled: false, at: minute(4) })
    catalogue.addRestore(aRestore("r1", "b1"))
    catalogue.startRestore("r1" as never, minute(5))
    catalogue.finishRestore("r1" as never, minute(6), { status: "failed", error: aProblem() })
    await copy(minute(7))

    expect(await take()).toEqual({ madeAt: minute(7), from: "local" })
    const now = fresh.catalogue
    expect(now.installation()).toBe(catalogue.installation())
    expect(now.servers()).toEqual(catalogue.servers())
    expect(now.databases(server)).toEqual(["shop"])
    expect(now.backup("b1")).toEqual(catalogue.backup("b1") as never)
    expect(now.manifest("b1")).toEqual(aManifest("b1", "run-b1"))
    expect(now.logs("run-b1", "debug")).toEqual(catalogue.logs("run-b1", "debug"))
    expect(now.run("failed")).toMatchObject({ status: "failed", error: aProblem() })
    expect(now.restore("r1")).toMatchObject({ status: "failed" })
    expect(now.overrides()).toEqual([{ jobId: job, enabled: false, at: minute(4) }])
    // Tried again since, or not: what was due then is not due now.
    expect(now.retries()).toEqual([])
  })

  test("never brings back what was under way: no loose end that would drop a database, no deletion, no planned bytes", async () => {
    const { catalogue } = old
    whole(1)
    catalogue.addRun(aRun("running"))
    catalogue.addBackup(aBackup("half", "running"))
    catalogue.startRun("running" as never, minute(3))
    catalogue.startBackup("half" as never, minute(3), planned("half"))
    catalogue.addRestore(aRestore("r1", "b1"))
    catalogue.startRestore("r1" as never, minute(3))
    catalogue.addLooseEnd({
      owner: "r1" as never,
      serverId: server,
      kind: "database",
      detail: { name: "shop_copy" },
    })
    catalogue.deletingCopy("b1" as never, "local")
    await copy(minute(4))
    await take()
    const now = fresh.catalogue
    expect(now.unfinished()).toEqual({ runs: [], backups: [], restores: [], deletions: [] })
    expect(now.looseEnds(server)).toEqual([])
    expect(now.run("running")).toMatchObject({ status: "interrupted" })
    expect(now.restore("r1")).toMatchObject({ status: "interrupted" })
    expect(now.backup("half")).toBeUndefined()
    // Its manifest is there by now: it is found by that.
    const { added } = now.adopt([
      { manifest: aManifest("half", "running"), copy: { destination: "local", key: keyOf("half") } },
    ])
    expect(added).toBe(1)
  })

  test("changes nothing that is known already, however often it is done", async () => {
    whole(1)
    whole(2)
    await copy(minute(5))
    addGood(fresh.catalogue, "b1", 1)
    fresh.catalogue.copyDeleted("b1" as never, "local", minute(4))
    fresh.catalogue.saveOverride({ jobId: job, enabled: true, at: minute(9) })
    await take()
    await take()
    expect(
      fresh.catalogue.backups({ databaseId: shop }, { page: 1, limit: 9 }).rows.map(({ id }) => id as string),
    ).toEqual(["b2"])
    expect(fresh.catalogue.overrides()).toEqual([{ jobId: job, enabled: true, at: minute(9) }])
    expect(fresh.catalogue.storedAt("local")).toHaveLength(1)
  })

  test("uses the newest of all destinations that can be used, and an older one when that is damaged or away", async () => {
    whole(1)
    const offsite = memoryDestination("offsite", "s3" as never)
    await copy(minute(5))
    whole(2)
    const { key } = await copy(minute(6), offsite)
    expect(await take([local, offsite])).toEqual({ madeAt: minute(6), from: "offsite" })
    const bytes = Buffer.from(offsite.files.get(key) as Buffer)
    bytes[40] = (bytes[40] ?? 0) ^ 1
    await offsite.put(key, bytes, signal)
    expect(await take([local, offsite])).toEqual({ madeAt: minute(5), from: "local" })
    expect(said.join()).toContain("cannot be used")
    const away: Destination = {
      ...offsite,
      list: () => {
        throw new Error("connection refused")
      },
    }
    expect(await take([away, local])).toEqual({ madeAt: minute(5), from: "local" })
  })

  test("of several installations takes only its own", async () => {
    whole(1)
    await copy(minute(5))
    const own = old.catalogue.installation()
    const other = temporaryCatalogue()
    try {
      old.remove()
      const before = old
      old = other
      await copy(minute(6))
      expect(await take()).toBeNull()
      expect(await take([local], nobody, own)).toEqual({ madeAt: minute(5), from: "local" })
      old = { ...before, remove() {} }
    } finally {
      other.remove()
    }
  })

  test("refuses a file that is no catalogue, and stays as it is", () => {
    const path = join(folder, "other.db")
    const { catalogue } = fresh
    const before = catalogue.stats(minute(0))
    writeFileSync(path, "")
    expect(() => catalogue.takeIn(path, { installationToo: true })).toThrow("is empty")
    writeFileSync(path, "nothing ".repeat(1000))
    expect(() => catalogue.takeIn(path, { installationToo: true })).toThrow("damaged")
    expect(catalogue.stats(minute(0))).toEqual(before)
    // And works on.
    addGood(catalogue, "b9", 9)
    openCatalogue(fresh.path).close()
  })
})

describe("claims of a copy that the destination does not bear out", () => {
  const put = (id: string) =>
    Promise.all([
      local.put(keyOf(id), Buffer.alloc(1000), signal),
      local.put(`${keyOf(id)}.manifest.json`, Buffer.from("{}"), signal),
    ])
  const ids = ["00000001", "00000002", "00000003"]
  const forget = () => forgetUnfounded({ catalogue: fresh.catalogue, log }, local, signal)
  const listed = () =>
    fresh.catalogue
      .backups({}, { page: 1, limit: 9 })
      .rows.map(({ id }) => id as string)
      .sort()

  test("are forgotten, and believed again when it is there after all", async () => {
    for (const [n, id] of ids.entries()) addGood(fresh.catalogue, id, n)
    await Promise.all(ids.slice(0, 2).map(put))
    expect(await forget()).toBe(1)
    expect(listed()).toEqual(ids.slice(0, 2))
    const id = ids[2] as string
    const { added } = fresh.catalogue.adopt([
      { manifest: aManifest(id, `run-${id}`), copy: { destination: "local", key: keyOf(id) } },
    ])
    expect(added).toBe(1)
    expect(listed()).toEqual(ids)
  })

  test("are kept when most of it is missing: an empty mount proves nothing", async () => {
    for (const [n, id] of ids.entries()) addGood(fresh.catalogue, id, n)
    await put(ids[0] as string)
    expect(forget()).rejects.toThrow("2 of the 3 copies that the catalogue knows are not there")
    expect(listed()).toEqual(ids)
  })
})
