// Which copy a restore reads, on a real catalogue, real folders and a real tool: bad ones are recorded and passed over, and one that
// breaks off while it is loaded has everything begun anew.
import { afterEach, beforeEach, describe, expect, test } from "bun:test"
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { Readable } from "node:stream"
import { Fault } from "../../controller/core/fault.ts"
import { manifestKey } from "../../controller/core/key.ts"
import { formatManifest } from "../../controller/core/manifest.ts"
import { guideKey } from "../../controller/core/restore-guide.ts"
import { localDestination } from "../../controller/destinations/local.ts"
import { postgresDump, sqlEnd } from "../../controller/engines/sql-trailer.ts"
import { fillDatabase } from "../../controller/jobs/fill-database.ts"
import { type GoodCopies, goodCopies } from "../../controller/jobs/good-copy.ts"
import type { UnfinishedDatabase } from "../../controller/jobs/unfinished-database.ts"
import type { Destination } from "../../controller/ports.ts"
import type { BackupId, CompletedBackup } from "../../schemas/backup.ts"
import type { Manifest } from "../../schemas/manifest.ts"
import { childTool } from "../pipeline/child-tool.ts"
import {
  aBackup,
  aManifest,
  aRun,
  type Fixture,
  keyOf,
  minute,
  planned,
  runId,
  storedCopy,
  temporaryCatalogue,
} from "../state/samples.ts"

const id = "b1" as BackupId
const key = keyOf(id)
const { signal } = new AbortController()
const dump = Buffer.from(
  `--\n-- PostgreSQL database dump\n--\n${"insert into t values (1);\n".repeat(20_000)}--\n-- PostgreSQL database dump complete\n--\n`,
)
const places = ["disk", "nas", "offsite"]

let store: Fixture
let manifest: Manifest
let destinations: Map<string, Destination>
let said: string[]

function make(content = dump, names = places): void {
  const { catalogue } = store
  const sha256 = createHash("sha256").update(content).digest("hex")
  const base = aManifest(id, "run", { format: "sql", sourceCompression: null })
  const sizes = {
    rawBytes: content.length,
    rawSha256: sha256,
    storedBytes: content.length,
    storedSha256: sha256,
  }
  manifest = { ...base, proof: { ...base.proof, ...sizes } }
  catalogue.addRun(aRun("run", { queuedAt: minute(20) }))
  catalogue.startRun(runId("run"), minute(20))
  catalogue.addBackup(aBackup(id, "run", { queuedAt: minute(20) }))
  catalogue.startBackup(id, minute(21), planned(id))
  const copies = names.map((name) => storedCopy(id, name))
  catalogue.finishBackup(id, minute(22), { status: "completed", manifest, copies })
  for (const name of names) {
    mkdirSync(dirname(path(name)), { recursive: true })
    writeFileSync(path(name), content)
    writeFileSync(path(name, manifestKey(key)), formatManifest(manifest))
    writeFileSync(join(store.folder, name, guideKey), "how to restore")
  }
}
const path = (name: string, of = key) => join(store.folder, name, of)
function flip(name: string): void {
  const content = readFileSync(path(name))
  content[99] = (content[99] ?? 0) ^ 1
  writeFileSync(path(name), content)
}
const backup = () => store.catalogue.backup(id) as CompletedBackup
const states = () => backup().copies.map(({ state }) => state)

beforeEach(() => {
  store = temporaryCatalogue()
  said = []
  destinations = new Map(places.map((name) => [name, localDestination(name, join(store.folder, name))]))
  for (const name of places) mkdirSync(join(store.folder, name))
})
afterEach(() => store.remove())

const copies = (end = () => sqlEnd(postgresDump), of = backup()): GoodCopies =>
  goodCopies(
    {
      ...{ catalogue: store.catalogue, destinations, log: () => {}, clock: () => minute(99) },
      identities: { find: () => ({ identity: null, unusable: [] }), all: () => [] },
    },
    { backup: of, manifest, identity: undefined },
    end,
    (_level, message) => void said.push(message),
    signal,
  )
const nameOf = async (of: GoodCopies) => (await of.next()).destination.name

describe("the copy that is restored from", () => {
  test("is the first, and is known to be right since", async () => {
    make()
    expect(await nameOf(copies())).toBe("disk")
    expect(said).toEqual([expect.stringContaining("the copy at disk is what left the server")])
    expect(store.catalogue.readShare("disk", minute(98)).readCopies).toBe(1)
    expect(store.catalogue.verifications(id)).toEqual([])
  })

  test.each([
    ["has a byte flipped", () => flip("disk")],
    ["was cut short", () => writeFileSync(path("disk"), dump.subarray(0, 500))],
    ["is gone", () => rmSync(path("disk"))],
  ])(
    "is the next one where the first %s, which is recorded, and made again by the back-fill",
    async (_, harm) => {
      make()
      harm()
      expect(await nameOf(copies())).toBe("nas")
      expect(states()).toEqual(["failed", "stored", "stored"])
      expect(store.catalogue.badCopies()).toMatchObject([{ destination: "disk", goodAt: ["nas", "offsite"] }])
      expect(store.catalogue.lackingCopies(["disk"]).map((one) => String(one.id))).toEqual(["b1"])
      expect(said[0]).toContain("Going on with the copy at nas.")
    },
  )

  test("is the next one where the first cannot be read, of which nothing is recorded then", async () => {
    make()
    const away = async () => Promise.reject(new Fault("destination-unavailable", "disk is away"))
    destinations.set("disk", { ...(destinations.get("disk") as Destination), size: away })
    destinations.delete("nas")
    expect(await nameOf(copies())).toBe("offsite")
    expect(states()).toEqual(["stored", "stored", "stored"])
  })

  test("is none where all are bad: the first reason, and what became of each", async () => {
    make()
    for (const name of places) flip(name)
    await expect(copies().next()).rejects.toMatchObject({
      code: "copy-mismatch",
      message: expect.stringMatching(/^every destination failed: disk: .*; nas: .*; offsite: /),
    })
  })

  test("is one that was bad, where somebody has put its bytes back, and counts again then", async () => {
    make()
    for (const name of places) flip(name)
    await expect(copies().next()).rejects.toMatchObject({ code: "copy-mismatch" })
    expect(states()).toEqual(["failed", "failed", "failed"])
    writeFileSync(path("nas"), dump)
    expect(await nameOf(copies())).toBe("nas")
    expect(states()).toEqual(["failed", "stored", "failed"])
  })

  test("is none at once where another would be no help: no whole dump, or one that must not be loaded", async () => {
    make(dump.subarray(0, 5000))
    await expect(copies().next()).rejects.toMatchObject({ code: "dump-truncated" })
    expect(states()).toEqual(["stored", "stored", "stored"])
    const hostile = () => ({
      ...{ push: () => undefined, held: () => ({}) },
      finish: () => {
        throw new Fault("restore-unsupported", "it reads a file of the server")
      },
    })
    await expect(copies(hostile as never).next()).rejects.toMatchObject({ code: "restore-unsupported" })
  })

  test("is asked of the catalogue as it is now, not as it was when the restore was asked for", async () => {
    make()
    const before = backup()
    flip("disk")
    await copies().next()
    said = []
    expect(await nameOf(copies(undefined, before))).toBe("nas")
    expect(said).toHaveLength(1)
  })
})

describe("a database that is filled", () => {
  let made: string[]
  const database = (name: string): UnfinishedDatabase => ({
    release: async () => undefined,
    forget: () => undefined,
    leave: () => undefined,
    drop: async () => void made.splice(made.indexOf(name), 1),
  })
  const make_ = async () => {
    expect(made).toEqual([])
    made.push("shop_new")
    return database("shop_new")
  }
  const out = () => join(store.folder, "loaded")
  /** Breaks the reading of a copy off after its proof, so often. */
  function breaksOff(name: string, times: number): void {
    const real = destinations.get(name) as Destination
    let readings = 0
    destinations.set(name, {
      ...real,
      async read(at, within) {
        if (at !== key || ++readings % 2 === 1 || readings > 2 * times) return await real.read(at, within)
        const half = async function* () {
          yield dump.subarray(0, dump.length >> 1)
          throw new Fault("destination-unavailable", `${name} broke off`)
        }
        return Readable.from(half(), { objectMode: false })
      },
    })
  }
  const fill = async (of = copies(), tool = `cat > "${out()}"`) =>
    await fillDatabase(of, await of.next(), make_, (copy) => ({
      ...{ ...copy, signal, onProgress: () => undefined },
      start: async () => childTool(tool, { stdin: true }),
      explain: (code) => new Fault("restore-failed", `the tool exited ${code}`),
    }))
  beforeEach(() => {
    made = []
    make()
  })

  test("has all of the first copy", async () => {
    expect((await fill()).rawBytes).toBe(dump.length)
    expect(readFileSync(out()).equals(dump)).toBe(true)
    expect(made).toEqual(["shop_new"])
  })

  test("is dropped and made anew from the next copy when the first breaks off", async () => {
    breaksOff("disk", 9)
    expect((await fill()).rawBytes).toBe(dump.length)
    expect(readFileSync(out()).equals(dump)).toBe(true)
    expect(made).toEqual(["shop_new"])
    expect(said.join("\n")).toContain("disk broke off. Beginning anew with the copy at nas.")
  })

  test("is made from the only copy again, once", async () => {
    for (const name of ["nas", "offsite"]) flip(name)
    breaksOff("disk", 1)
    expect((await fill()).rawBytes).toBe(dump.length)
    made = []
    breaksOff("disk", 9)
    await expect(fill()).rejects.toMatchObject({ code: "destination-unavailable" })
  })

  test("is dropped, and not made again, when the tool fails", async () => {
    await expect(fill(copies(), "head -c 100 > /dev/null; exit 3")).rejects.toMatchObject({
      code: "restore-failed",
      message: "the tool exited 3",
    })
    expect([made, existsSync(out())]).toEqual([[], false])
  })
})
