// The catalogue made again from a real folder: what is listed afterwards, what is not believed, and that nothing there changes.
import { afterEach, beforeEach, expect, test } from "bun:test"
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { Readable } from "node:stream"
import type { z } from "zod"
import { Fault } from "../../controller/core/fault.ts"
import { fileName, manifestKey, notesKey, objectKey } from "../../controller/core/key.ts"
import { parseLabels } from "../../controller/core/labels.ts"
import { formatManifest, parseManifest } from "../../controller/core/manifest.ts"
import { signerOf } from "../../controller/core/manifest-seal.ts"
import { desiredJob } from "../../controller/core/schedule-plan.ts"
import { localDestination } from "../../controller/destinations/local.ts"
import { prune } from "../../controller/jobs/prune.ts"
import { rebuildFrom } from "../../controller/jobs/rebuild.ts"
import type { Destination, ServerRecord } from "../../controller/ports.ts"
import type { BackupId } from "../../schemas/backup.ts"
import type { Manifest } from "../../schemas/manifest.ts"
import type { BackupNotes } from "../../schemas/notes.ts"
import type { JobId, ServerId } from "../../schemas/server.ts"
import type { Verification } from "../../schemas/verification.ts"
import {
  aBackup,
  aDoubt,
  aManifest,
  aProblem,
  aRun,
  type Fixture,
  minute,
  server,
  shop,
  temporaryCatalogue,
} from "../state/samples.ts"

const { signal } = new AbortController()
let store: Fixture
let folder: string
let local: Destination
let remembered: ServerRecord[]
beforeEach(() => {
  store = temporaryCatalogue()
  folder = join(store.folder, "backups")
  mkdirSync(folder)
  local = localDestination("local", folder)
  remembered = []
})
afterEach(() => store.remove())

/** A backup as it stands in the folder, so many minutes after the beginning. */
function put(number: number, changes: Partial<Manifest> = {}): { key: string; id: BackupId } {
  const id = `01980000-0000-7000-8000-${number.toString(16).padStart(12, "0")}` as BackupId
  const at = minute(number)
  const base = aManifest(id, `run-${number}`, {
    startedAt: at.toISOString(),
    finishedAt: new Date(at.getTime() + 30_000).toISOString(),
    ...changes,
  })
  const parts = { server: base.server.id, subject: "shop", type: base.type, at, id, extension: "dump" }
  const key = objectKey(parts)
  const manifest = { ...base, fileName: fileName(parts) }
  mkdirSync(dirname(join(folder, key)), { recursive: true })
  writeFileSync(join(folder, key), Buffer.alloc(base.proof.storedBytes))
  writeFileSync(join(folder, manifestKey(key)), formatManifest(manifest))
  return { key, id }
}

const rebuild = (from: Destination = local, onProgress?: (found: number, read: number) => void) =>
  rebuildFrom(
    {
      catalogue: store.catalogue,
      log: () => {},
      known: () => new Map(store.catalogue.servers().map((record) => [record.id as string, record])),
      remember(record) {
        remembered.push(record)
        store.catalogue.saveServer(record)
      },
    },
    from,
    signal,
    onProgress,
  )

test("lists every backup that stands there, with its server, its run and its manifest", async () => {
  const all = Array.from({ length: 450 }, (_, n) => put(n + 1))
  const seen: [number, number][] = []
  const report = await rebuild(local, (found, read) => seen.push([found, read]))
  expect(report).toMatchObject({ added: 450, copies: 0, known: 0, refusedTotal: 0, servers: ["shop/db"] })
  expect(seen.at(-1)).toEqual([450, 450])
  const { catalogue } = store
  expect(catalogue.backups({ databaseId: shop }, { page: 1, limit: 500 }).total).toBe(450)
  expect(catalogue.lastGood(shop)?.id).toBe(all.at(-1)?.id as BackupId)
  const { key, id } = all[7] as (typeof all)[number]
  expect(catalogue.backup(id)).toMatchObject({
    status: "completed",
    copies: [{ state: "stored", destination: "local", key }],
  })
  expect(catalogue.manifest(id)?.proof.storedBytes).toBe(1000)
  expect(catalogue.run("run-8")).toMatchObject({ status: "completed", serverName: "shop/db" })
  expect(remembered).toMatchObject([{ id: server, engine: "postgres", retiredAt: minute(450.5) }])
  expect(catalogue.databases(server)).toEqual(["shop"])
})

test("a second time finds nothing new", async () => {
  put(1)
  await rebuild()
  expect(await rebuild()).toMatchObject({ added: 0, copies: 0, known: 1, servers: [] })
})

test("another destination adds its copies to the same backups", async () => {
  const { key, id } = put(1)
  await rebuild()
  const nas = localDestination("nas", folder)
  expect(await rebuild(nas)).toMatchObject({ added: 0, copies: 1 })
  const backup = store.catalogue.backup(id)
  expect(backup?.status === "completed" && backup.copies).toMatchObject([
    { destination: "local", key },
    { destination: "nas", key },
  ])
})

test("what was deleted is not listed again, and what is not believed is told and left there", async () => {
  const gone = put(1)
  await rebuild()
  store.catalogue.copyDeleted(gone.id, "local", minute(5))
  const cut = put(2)
  writeFileSync(join(folder, manifestKey(cut.key)), '{"formatVersion":1,')
  const moved = put(3, { server: { ...aManifest("x", "y").server, id: "elsewhere" as ServerId } })
  rmSync(join(folder, moved.key))
  const short = put(4)
  writeFileSync(join(folder, short.key), "short")
  const bare = put(5)
  rmSync(join(folder, manifestKey(bare.key)))
  writeFileSync(join(folder, "notes.txt"), "mine")
  const before = readdirSync(folder, { recursive: true }).sort()

  const report = await rebuild()
  expect(report).toMatchObject({ added: 0, deleted: 1, refusedTotal: 2, foreign: 1 })
  expect(report.refused.map(({ key }) => key).sort()).toEqual([cut.key, short.key].sort())
  expect(report.withoutManifest).toEqual([bare.key])
  expect(store.catalogue.backups({}, { page: 1, limit: 10 }).total).toBe(0)
  expect(readdirSync(folder, { recursive: true }).sort()).toEqual(before)
})

/** What was said of a backup, as it stands beside it. */
function note(key: string, backupId: string, changes: Partial<z.input<typeof BackupNotes>> = {}): void {
  const nothing = { pinned: null, acceptedAt: null, verifications: [] }
  const notes = { formatVersion: 1, backupId, asOf: minute(60).toISOString(), ...nothing, ...changes }
  writeFileSync(join(folder, notesKey(key)), JSON.stringify(notes))
}
const pinned = { at: minute(50).toISOString(), reason: "before the migration" }
const lacking = () => store.catalogue.lackingNotes("local", 10).length

test("what was said of a backup is known again: its pin, its acceptance, its verifications", async () => {
  const [first, second] = [put(1), put(2, { suspect: aDoubt })]
  const verification: Verification = {
    level: "drill",
    destination: "local",
    startedAt: minute(40).toISOString(),
    finishedAt: minute(41).toISOString(),
    readBytes: 1000,
    outcome: "passed",
    report: ["3 tables"],
  }
  note(first.key, first.id, { pinned, verifications: [verification] })
  note(second.key, second.id, { acceptedAt: minute(45).toISOString() })
  expect(await rebuild()).toMatchObject({ added: 2, refusedTotal: 0, foreign: 0 })
  const { catalogue } = store
  expect(catalogue.backup(first.id)).toMatchObject({
    pinned,
    lastVerified: { level: "drill", outcome: "passed" },
  })
  expect(catalogue.verifications(first.id)).toEqual([verification])
  expect(catalogue.lastGood(shop)?.id).toBe(second.id)
  // What stands there is as new as what is known.
  expect(lacking()).toBe(0)
  await rebuild()
  expect(catalogue.verifications(first.id)).toHaveLength(1)
})

test("a pinned backup outlives a rebuild on a new machine and the retention that follows", async () => {
  const [oldest, middle, newest] = [put(1), put(2), put(3)]
  note(oldest.key, oldest.id, { pinned })
  await rebuild()
  const parsed = parseLabels({ "x.enable": "true", "x.retention": "last=1" }, "x", false)
  if (parsed.kind !== "good") throw new Error(parsed.kind)
  const [spec] = parsed.jobs
  if (!spec) throw new Error("no job")
  const job = desiredJob("shop~db:default" as JobId, server, "default", spec.labels, "UTC", ["local"])
  const deps = {
    catalogue: store.catalogue,
    destinations: new Map([["local", local]]),
    clock: () => minute(99),
  }
  await prune(deps, job, shop, () => {}, signal)
  const left = readdirSync(folder, { recursive: true }).map(String)
  const stands = ({ key }: { key: string }) =>
    [key, manifestKey(key)].filter((name) => left.includes(name)).length
  expect([oldest, middle, newest].map(stands)).toEqual([2, 0, 2])
  expect(store.catalogue.goodBackups(job.id, shop).map(({ id }) => id)).toEqual([newest.id, oldest.id])
  expect(store.catalogue.backup(middle.id)).toMatchObject({ copies: [{ state: "deleted" }] })
})

test.each([
  ["cut", (key: string) => writeFileSync(join(folder, notesKey(key)), '{"formatVersion":1')],
  ["of another backup", (key: string) => note(key, "01980000-0000-7000-8000-00000000ffff", { pinned })],
  ["of a newer version", (key: string, id: string) => note(key, id, { formatVersion: 2 as never })],
  [
    "with what cannot be",
    (key: string, id: string) => note(key, id, { pinned: { at: "never", reason: "" } }),
  ],
])(
  "notes that are %s are told and left there, and the backup stays until somebody decides",
  async (_, spoil) => {
    const { key, id } = put(1)
    spoil(key, id)
    const before = readFileSync(join(folder, notesKey(key)))
    const report = await rebuild()
    expect(report).toMatchObject({ added: 1, refusedTotal: 1 })
    expect(report.refused[0]).toMatchObject({ key: notesKey(key), problem: { code: "copy-mismatch" } })
    expect(store.catalogue.backup(id)).toMatchObject({
      pinned: { reason: "its notes could not be read when it was found" },
    })
    expect(lacking()).toBe(0)
    expect(readFileSync(join(folder, notesKey(key)))).toEqual(before)
  },
)

test("readable notes of another copy are believed in the place of unreadable ones", async () => {
  const { key, id } = put(1)
  note(key, id, { pinned })
  const torn = localDestination("torn", folder)
  await rebuild({
    ...torn,
    read: async (of) => (of === notesKey(key) ? Readable.from([Buffer.from("{")]) : torn.read(of, signal)),
  })
  expect(await rebuild()).toMatchObject({ copies: 1, refusedTotal: 0 })
  expect(store.catalogue.backup(id)).toMatchObject({ pinned })
})

test("what the catalogue knows is not changed by older notes, and is by those of a later change", async () => {
  const { key, id } = put(1)
  await rebuild()
  store.catalogue.pinBackup(id, minute(70), "for the auditors")
  note(key, id, { pinned: null, asOf: minute(60).toISOString() })
  await rebuild()
  expect(store.catalogue.backup(id)).toMatchObject({ pinned: { reason: "for the auditors" } })
  note(key, id, { pinned, asOf: minute(80).toISOString() })
  await rebuild()
  expect(store.catalogue.backup(id)).toMatchObject({ pinned })
})

test("a person's word on what was never in doubt is passed over", async () => {
  const { key, id } = put(1)
  note(key, id, { acceptedAt: minute(45).toISOString() })
  expect(await rebuild()).toMatchObject({ added: 1, refusedTotal: 0 })
  expect(store.catalogue.backup(id)).toMatchObject({ suspect: null, acceptedAt: null })
})

test("a destination that cannot be read to the end is an error, never a short list", async () => {
  put(1)
  put(2)
  const lost = new Fault("destination-unavailable", "the bucket cannot be reached")
  const flaky: Destination = { ...local, size: () => Promise.reject(lost) }
  expect(rebuild(flaky)).rejects.toBe(lost)
  const unlisted: Destination = {
    ...local,
    // biome-ignore lint/correctness/useYield: it fails before the first key
    async *list() {
      throw lost
    },
  }
  expect(rebuild(unlisted)).rejects.toBe(lost)
})

test("a manifest that was changed is refused, and one that another installation signed is taken in with a note", async () => {
  const [changed, foreign] = [put(1), put(2)]
  const path = join(folder, manifestKey(changed.key))
  writeFileSync(path, readFileSync(path, "utf8").replace('"dbbackup 0.1.0"', '"dbbackup 6.6.6"'))
  const theirs = signerOf("a secret of another installation, 32 too")
  const manifest = parseManifest(readFileSync(join(folder, manifestKey(foreign.key))))
  writeFileSync(join(folder, manifestKey(foreign.key)), new Uint8Array(formatManifest(manifest, theirs)))
  const report = await rebuild()
  expect(report).toMatchObject({
    added: 1,
    refused: [
      { key: changed.key, problem: { message: expect.stringContaining("was changed since it was written") } },
    ],
    unsure: [{ key: foreign.key, note: "it is signed, and without ENCRYPTION_KEY that cannot be checked" }],
    unsureTotal: 1,
  })
})

test("a backup whose end was not recorded, and that has its manifest, is one after all; one that failed is none", async () => {
  const [cut, failed] = [put(1), put(2)]
  const { catalogue } = store
  for (const [number, { id }] of [cut, failed].entries()) {
    const run = aRun(`run-${number + 1}`)
    catalogue.addRun(run)
    catalogue.addBackup(aBackup(id, run.id))
    const status = number === 0 ? "interrupted" : "failed"
    catalogue.finishBackup(id, minute(3), { status, error: aProblem() })
    catalogue.finishRun(run.id, minute(3), { status, error: aProblem() })
  }
  expect(await rebuild()).toMatchObject({ added: 1, known: 1 })
  expect(catalogue.lastGood(shop)?.id).toBe(cut.id)
  expect(catalogue.backup(failed.id)).toMatchObject({ status: "failed" })
})
