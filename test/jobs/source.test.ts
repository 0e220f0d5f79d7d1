// Files that are handed in or chosen to be restored: what is remembered of them, and that nothing is left of one that is refused.
import { afterEach, beforeEach, describe, expect, test } from "bun:test"
import { createHash } from "node:crypto"
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Readable } from "node:stream"
import { identityText, recipientOf } from "../../controller/core/age-key.ts"
import { uploadsIn } from "../../controller/destinations/uploads.ts"
import { forgetSource, sweepSources } from "../../controller/jobs/forget-source.ts"
import { chooseStored, type SourceDeps, takeUpload } from "../../controller/jobs/source.ts"
import { encryptor } from "../../controller/pipeline/encrypt.ts"
import type { Destination } from "../../controller/ports.ts"
import { plain } from "../engines/dumped-texts.ts"
import { aRestore, type Fixture, temporaryCatalogue } from "../state/samples.ts"
import { memoryDestination } from "../support/memory-destination.ts"

const archive = readFileSync(join(import.meta.dir, "../engines/archives/postgres-17-zstd.dump"))
const secret = identityText(Buffer.alloc(32, 7))
const { signal } = new AbortController()
let now = new Date("2026-03-10T12:00:00Z")

let store: Fixture
let folder: string
let uploads: Destination
const nas = memoryDestination("nas")
beforeEach(() => {
  now = new Date("2026-03-10T12:00:00Z")
  store = temporaryCatalogue()
  folder = mkdtempSync(join(tmpdir(), "dbbackup-uploads-"))
  uploads = uploadsIn(folder)
})
afterEach(() => {
  store.remove()
  rmSync(folder, { recursive: true, force: true })
})

const deps = (changes: Partial<SourceDeps> = {}): SourceDeps => ({
  catalogue: store.catalogue,
  destinations: new Map([["nas", nas]]),
  uploads,
  clock: () => now,
  newId: () => Bun.randomUUIDv7(),
  log: () => {},
  identities: { all: () => [] },
  limitBytes: () => 1 << 20,
  keptSeconds: () => 3600,
  ...changes,
})
const pieces = (file: Buffer) =>
  Readable.from(
    Array.from({ length: Math.ceil(file.length / 1000) }, (_, i) => file.subarray(i * 1000, (i + 1) * 1000)),
    { objectMode: false },
  )
const take = (file: Buffer | string, changes: Partial<SourceDeps> = {}, identity?: string) =>
  takeUpload(
    deps(changes),
    { fileName: "../old.sql", identity, bytes: null },
    pieces(Buffer.from(file)),
    signal,
  )
const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex")
const onDisk = () => readdirSync(join(folder, "uploads"))
const gzip = (text: string | Buffer) => Buffer.from(Bun.gzipSync(new Uint8Array(Buffer.from(text))))
const zstd = (text: string | Buffer) => Buffer.from(Bun.zstdCompressSync(new Uint8Array(Buffer.from(text))))
async function encrypted(bytes: Buffer): Promise<Buffer> {
  const stream = encryptor([recipientOf(secret)])
  stream.end(bytes)
  return Buffer.concat(await stream.toArray())
}

test("an upload is kept under a name of ours, for its owner only, and remembered with what is in it", async () => {
  const file = gzip(plain)
  const source = await take(file)
  expect(source).toMatchObject({
    ...{ origin: "upload", fileName: "../old.sql", destination: null, key: null },
    ...{ bytes: file.length, sha256: sha256(file), wrapping: "gzip", compression: "gzip", recipient: null },
    ...{ kind: { engine: "postgres", format: "sql", of: "database" }, databases: [], facts: { tables: 1 } },
    ...{
      rawBytes: Buffer.byteLength(plain),
      addedAt: now.toISOString(),
      expiresAt: "2026-03-10T13:00:00.000Z",
    },
  })
  expect(onDisk()).toEqual([source.id])
  expect(statSync(join(folder, "uploads")).mode & 0o777).toBe(0o700)
  expect(statSync(join(folder, "uploads", source.id)).mode & 0o777).toBe(0o600)
  expect(store.catalogue.source(source.id)?.reading.rawSha256).toBe(sha256(Buffer.from(plain)))
})

test("each wrapping is known and taken off, also a compressed dump that is encrypted", async () => {
  expect(await take(plain)).toMatchObject({ wrapping: "none", compression: "none" })
  expect(await take(zstd(plain))).toMatchObject({ wrapping: "zstd", compression: "zstd" })
  expect(await take(archive)).toMatchObject({ wrapping: "none", kind: { format: "archive" } })
  const known = { identities: { all: () => [identityText(Buffer.alloc(32, 9)), secret] } }
  const recipient = recipientOf(secret)
  for (const [bytes, compression] of [
    [Buffer.from(plain), "none"],
    [gzip(plain), "gzip"],
    [zstd(plain), "zstd"],
  ] as const) {
    const file = await encrypted(bytes)
    expect(await take(file, known)).toMatchObject({
      wrapping: "age",
      compression,
      recipient,
      facts: { tables: 1 },
    })
    expect(await take(file, {}, secret)).toMatchObject({ wrapping: "age", compression, recipient })
  }
})

describe("refused, with nothing on the disk and nothing remembered, is", () => {
  const whole = gzip(plain)
  test.each([
    ["nothing", Buffer.alloc(0), "import-refused", "the file has no bytes"],
    ["a photo", Buffer.from("\x89PNG\r\n"), "import-refused", "no script of SQL"],
    [
      "what is packed with xz",
      Buffer.from("\xfd7zXZ\0".padEnd(60), "latin1"),
      "import-refused",
      "the file is packed with xz",
    ],
    [
      "what is packed with bzip2",
      Buffer.from("BZh9".padEnd(60)),
      "import-refused",
      "the file is packed with bzip2",
    ],
    ["what is packed twice", gzip(whole), "import-refused", "the file is packed twice"],
    ["a dump that is cut", Buffer.from(plain.slice(0, -90)), "import-refused", "without its trailer"],
    ["a gzip file that is cut", whole.subarray(0, -9), "import-refused", "the file is not a whole gzip file"],
    ["an archive that is cut", archive.subarray(0, -9), "import-refused", "the archive ends"],
    [
      "a dump that runs a program",
      Buffer.from(plain.replace("CREATE TABLE", "\\! id\nCREATE TABLE")),
      "import-refused",
      "is a command of the client",
    ],
    [
      "what is too large",
      Buffer.concat([Buffer.from(plain), Buffer.alloc(1 << 20)]),
      "import-refused",
      "more than 1048576 bytes",
    ],
    [
      "what is too large once it is unpacked",
      gzip(plain + " ".repeat(2 << 20)),
      "import-refused",
      "unpacked, the file has more than 1048576 bytes",
    ],
  ])("%s", async (_, file, code, message) => {
    const error = await take(file).catch((error) => error)
    expect(error.message).toContain(message)
    expect(error).toMatchObject({ code, hint: expect.any(String) })
    expect([onDisk(), store.catalogue.sources()]).toEqual([[], []])
  })

  test("an encrypted one that nothing opens, and one that was changed", async () => {
    const file = await encrypted(Buffer.from(plain))
    const other = { identities: { all: () => [identityText(Buffer.alloc(32, 9))] } }
    expect(take(file, other)).rejects.toMatchObject({ code: "key-missing" })
    const changed = Buffer.from(file)
    changed[file.length - 20] = (changed[file.length - 20] ?? 0) ^ 1
    expect(take(changed, {}, secret)).rejects.toThrow("the file is not a whole age file")
    await take(changed, {}, secret).catch(() => {})
    expect([onDisk(), store.catalogue.sources()]).toEqual([[], []])
  })

  test("one that breaks off, one that is announced too large, and one that does not fit", async () => {
    const broken = Readable.from(
      (function* () {
        yield Buffer.from(plain)
        throw new Error("reset by peer")
      })(),
      { objectMode: false },
    )
    const asked = { fileName: "a", identity: undefined, bytes: null }
    expect(takeUpload(deps(), asked, broken, signal)).rejects.toThrow("reset by peer")
    const announced = (bytes: number, more: Partial<SourceDeps> = {}) =>
      takeUpload(deps(more), { ...asked, bytes }, pieces(Buffer.from(plain)), signal)
    expect(announced(2 << 20)).rejects.toThrow("more than 1048576 bytes")
    const full = { ...uploads, freeBytes: async () => 100 << 20 }
    expect(announced(1000, { uploads: full })).rejects.toMatchObject({ code: "disk-full" })
    await announced(2 << 20).catch(() => {})
    expect([onDisk(), store.catalogue.sources()]).toEqual([[], []])
  })
})

test("a file of a destination is read there and stays there", async () => {
  await nas.put("dumps/old.sql.gz", gzip(plain), signal)
  const asked = { destination: "nas", key: "dumps/old.sql.gz", identity: undefined }
  const source = await chooseStored(deps(), asked, signal)
  expect(source).toMatchObject({
    origin: "destination",
    destination: "nas",
    key: asked.key,
    fileName: "old.sql.gz",
  })
  await forgetSource(deps(), source.id, signal)
  expect(await nas.size(asked.key, signal)).not.toBeNull()
  for (const wrong of [{ destination: "tape" }, { key: "dumps/new.sql" }])
    expect(chooseStored(deps(), { ...asked, ...wrong }, signal)).rejects.toMatchObject({ code: "not-found" })
  expect(chooseStored(deps(), { ...asked, key: "../etc/passwd" }, signal)).rejects.toMatchObject({
    code: "request-invalid",
  })
  expect([onDisk(), store.catalogue.sources()]).toEqual([[], []])
})

describe("an upload goes", () => {
  test("on request, unless a restore reads it", async () => {
    const source = await take(plain)
    store.catalogue.addRestore({ ...aRestore("s1", "none"), backupId: null, source })
    expect(forgetSource(deps(), source.id, signal)).rejects.toMatchObject({ code: "in-use" })
    const error = { code: "cancelled", message: "m", hint: null, key: null, suggestion: null } as const
    store.catalogue.finishRestore("s1" as never, now, { status: "cancelled", error })
    expect(await forgetSource(deps(), source.id, signal)).toEqual(now)
    expect([onDisk(), store.catalogue.sources()]).toEqual([[], []])
    expect(forgetSource(deps(), source.id, signal)).rejects.toMatchObject({ code: "not-found" })
  })

  test("when its time is over, unless a restore reads it", async () => {
    const [read, idle] = [await take(plain), await take(archive)]
    store.catalogue.addRestore({ ...aRestore("s1", "none"), backupId: null, source: read })
    now = new Date("2026-03-10T12:59:59Z")
    await sweepSources(deps(), false, signal)
    expect(onDisk().sort()).toEqual([read.id, idle.id].sort())
    now = new Date("2026-03-10T13:00:00Z")
    await sweepSources(deps(), false, signal)
    expect([onDisk(), store.catalogue.sources().map(({ id }) => id)]).toEqual([[read.id], [read.id]])
  })

  test("at the start when nobody knows it, as a crash leaves it", async () => {
    const known = await take(plain)
    writeFileSync(join(folder, "uploads", "unknown"), "x")
    writeFileSync(join(folder, "uploads", `${known.id}.partial-0123456789ab`), "x")
    await sweepSources(deps(), false, signal)
    expect(onDisk()).toHaveLength(3)
    await sweepSources(deps(), true, signal)
    expect(onDisk()).toEqual([known.id])
  })
})
