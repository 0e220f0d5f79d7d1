// Dumps of other tools as they are handed in: what is stored, what is listed, and that nothing is left of one that is refused.
import { afterEach, beforeEach, describe, expect, test } from "bun:test"
import { createHash } from "node:crypto"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { Readable } from "node:stream"
import { deriveServers } from "../../controller/core/server.ts"
import { type ImportDeps, importDump } from "../../controller/jobs/import.ts"
import type { CompletedBackup } from "../../schemas/backup.ts"
import { Manifest } from "../../schemas/manifest.ts"
import { guess, labelled, operator } from "../core/samples.ts"
import { type Fixture, temporaryCatalogue } from "../state/samples.ts"
import { type MemoryDestination, memoryDestination } from "../support/memory-destination.ts"

const archive = readFileSync(join(import.meta.dir, "../engines/archives/postgres-17-zstd.dump"))
const now = new Date("2026-03-10T12:00:00Z")
const madeAt = new Date("2026-02-01T03:04:05Z")
const { signal } = new AbortController()
const text = `--
-- PostgreSQL database dump
--

-- Dumped from database version 15.4
-- Dumped by pg_dump version 15.4

SET standard_conforming_strings = on;

--
-- Name: t; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.t (a integer);


--
-- Data for Name: t; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.t (a) FROM stdin;
1
\\.


--
-- PostgreSQL database dump complete
--

`

let store: Fixture
let local: MemoryDestination
let offsite: MemoryDestination
beforeEach(() => {
  store = temporaryCatalogue()
  local = memoryDestination("local")
  offsite = memoryDestination("offsite")
})
afterEach(() => store.remove())

const [server] = deriveServers(
  [labelled({ enable: "true", compress: "zstd:3" })],
  operator(),
  new Map(),
  guess,
)

async function take(
  file: Buffer,
  changes: Partial<ImportDeps> & { readonly engine?: "mysql"; readonly at?: Date } = {},
) {
  if (!server) throw new Error("the sample is a server")
  const { engine = "postgres", at = madeAt, ...more } = changes
  const deps: ImportDeps = {
    catalogue: store.catalogue,
    destinations: new Map([local, offsite].map((destination) => [destination.name, destination])),
    clock: () => now,
    newId: () => Bun.randomUUIDv7(),
    log: () => {},
    program: "dbbackup test",
    keys: () => new Map(),
    identities: { all: () => [] },
    limitBytes: () => 1 << 20,
    ...more,
  }
  const pieces = Array.from({ length: Math.ceil(file.length / 1000) }, (_, i) =>
    file.subarray(i * 1000, (i + 1) * 1000),
  )
  const asked = { server, engine, database: "shop", fileName: "old.dump", madeAt: at } as const
  return (await importDump(
    deps,
    asked,
    Readable.from(pieces, { objectMode: false }),
    signal,
  )) as CompletedBackup
}
const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex")
const manifestAt = ({ files }: MemoryDestination): Manifest => {
  const [, body] = [...files].find(([key]) => key.endsWith(".manifest.json")) ?? []
  return Manifest.parse(JSON.parse(body?.toString() ?? "null"))
}

test("an archive is stored as it is, everywhere, with a manifest that says where it is from, and is pinned", async () => {
  const backup = await take(archive)
  const key = backup.copies[0]?.key ?? ""
  expect(key).toMatch(/^shop~db\/shop\/2026\/02\/shop_manual_20260201_030405_[0-9a-f]{8}\.dump$/)
  for (const { files } of [local, offsite]) expect(files.get(key)?.equals(archive)).toBe(true)
  expect(backup).toMatchObject({
    status: "completed",
    type: "manual",
    trigger: "manual",
    finishedAt: madeAt.toISOString(),
    pinned: { reason: "imported from old.dump" },
    proof: { rawBytes: archive.length, storedSha256: sha256(archive) },
  })
  expect(manifestAt(offsite)).toMatchObject({
    id: backup.id,
    imported: { fileName: "old.dump", bytes: archive.length, sha256: sha256(archive), at: now.toISOString() },
    engine: { name: "postgres", tool: "pg_dump", serverVersion: expect.stringMatching(/^17\./) },
    format: "archive",
    compression: "none",
    facts: { attributes: {} },
  })
  expect(store.catalogue.unfinished()).toMatchObject({ runs: [], backups: [] })
})

test.each([
  ["plain", (bytes: Buffer) => bytes],
  ["gzip", (bytes: Buffer) => Buffer.from(Bun.gzipSync(new Uint8Array(bytes)))],
  ["zstd", (bytes: Buffer) => Buffer.from(Bun.zstdCompressSync(new Uint8Array(bytes)))],
])("text that comes %s is unpacked, proven, counted, and stored as the job compresses", async (_, pack) => {
  const file = pack(Buffer.from(text))
  const backup = await take(file)
  expect(backup.proof).toMatchObject({
    rawSha256: sha256(Buffer.from(text)),
    end: "the database dump complete trailer",
  })
  expect(backup.copies[0]?.key).toEndWith(".sql.zst")
  expect(manifestAt(local)).toMatchObject({
    holds: { tables: 1 },
    facts: { tables: 1 },
    compression: "zstd",
    imported: { bytes: file.length, sha256: sha256(file) },
    engine: { serverVersion: "15.4" },
  })
  const stored = local.files.get(backup.copies[0]?.key ?? "") ?? Buffer.alloc(0)
  expect(Buffer.from(Bun.zstdDecompressSync(new Uint8Array(stored))).toString()).toBe(text)
})

describe("refused, with nothing stored and nothing recorded, is", () => {
  const gzip = Buffer.from(Bun.gzipSync(new Uint8Array(Buffer.from(text))))
  const flipped = Buffer.from(gzip)
  flipped[gzip.length - 6] = (flipped[gzip.length - 6] ?? 0) ^ 1
  test.each([
    ["nothing", Buffer.alloc(0), "the file has no bytes"],
    ["a photo", Buffer.from("\x89PNG\r\n"), "the file is no dump of"],
    ["an archive that is cut", archive.subarray(0, -20), "the archive ends"],
    ["an archive that is cut in its header", archive.subarray(0, 30), "the archive ends inside its header"],
    ["text that is cut", Buffer.from(text.slice(0, -60)), "without its trailer"],
    ["a gzip file that is cut", gzip.subarray(0, -10), "the file is not a whole gzip file"],
    ["a gzip file that is cut at once", gzip.subarray(0, 5), "the file is not a whole gzip file"],
    ["a gzip file with a flipped bit", flipped, "the file is not a whole gzip file"],
    [
      "a command for psql",
      Buffer.from(text.replace("CREATE TABLE", "\\! id\nCREATE TABLE")),
      "psql would run a command",
    ],
    ["too large", Buffer.concat([archive, Buffer.alloc(1 << 20)]), "the file has more than 1048576 bytes"],
  ])("%s", async (_, file, message) => {
    const error = await take(file as Buffer).catch((error) => error)
    expect(error.message).toContain(message)
    expect(error).toMatchObject({ code: "import-refused", hint: expect.any(String) })
    for (const { files, unfinished } of [local, offsite]) expect([files.size, unfinished()]).toEqual([0, 0])
    expect(store.catalogue.backups({}, { page: 1, limit: 10 }).total).toBe(0)
    expect(store.catalogue.runs({}, { page: 1, limit: 10 }).total).toBe(0)
  })

  test("a dump of another engine, and one that is still to be made", async () => {
    expect(take(archive, { engine: "mysql" })).rejects.toThrow("a dump of postgres, the server is mysql")
    expect(take(archive, { at: new Date("2026-03-10T12:00:01Z") })).rejects.toThrow("which is to come")
  })
})

test("every archive of the tests is taken, and none of them once its last bytes are gone", async () => {
  const folder = join(import.meta.dir, "../engines/archives")
  for (const name of readdirSync(folder)) {
    const file = readFileSync(join(folder, name))
    expect((await take(file)).status).toBe("completed")
    expect(take(file.subarray(0, -1))).rejects.toMatchObject({ code: "import-refused" })
  }
})
