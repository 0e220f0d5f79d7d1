// The start with a catalogue that was damaged, cut, emptied, taken away: it never fails, loses nothing it can have from elsewhere, and
// says what it lacks. What is not damage is refused.
import { Database } from "bun:sqlite"
import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test"
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import fc from "fast-check"
import { manifestKey } from "../../controller/core/key.ts"
import { formatManifest } from "../../controller/core/manifest.ts"
import { localDestination } from "../../controller/destinations/local.ts"
import { rebuildFrom } from "../../controller/jobs/rebuild.ts"
import { recover } from "../../controller/jobs/recover.ts"
import { openOrMend } from "../../controller/state/mend.ts"
import type { OpenCatalogue } from "../../controller/state/open.ts"
import type { BackupId } from "../../schemas/backup.ts"
import { run } from "../support/command.ts"
import { repository } from "../support/places.ts"
import { aBackup, aManifest, aRun, aServer, job, keyOf, minute, shop, storedCopy } from "./samples.ts"

setDefaultTimeout(120_000)

// Thousands of them were run once; a few say that it still holds.
const flips = Number(process.env.FLIPS ?? 60)

const { signal } = new AbortController()
let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "dbbackup-mend-"))
  path = join(folder, "db/app.db")
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const said: string[] = []
const open = (): OpenCatalogue => {
  said.length = 0
  return openOrMend(path, minute(100), undefined, { log: (_level, message) => said.push(message) })
}

const idOf = (n: number) => `01980000-0000-7000-8000-${n.toString(16).padStart(12, "0")}`
/** Good backups in the catalogue, and in the folder. */
function fill(catalogue: OpenCatalogue, count: number, from = 0): void {
  for (let n = from; n < from + count; n++) {
    const id = idOf(n) as BackupId
    const run = aRun(`run-${n}`, { queuedAt: minute(n) })
    const key = keyOf(id.slice(-8))
    const manifest = aManifest(id, run.id, {
      fileName: key.split("/").at(-1) as string,
      startedAt: "2026-03-01T02:00:00.000Z",
    })
    catalogue.addRun(run)
    catalogue.addBackup(aBackup(id, run.id, { queuedAt: minute(n) }))
    catalogue.startRun(run.id, minute(n))
    catalogue.startBackup(id, minute(n), [{ destination: "local", key }])
    catalogue.log(run.id, minute(n), "info", "dumped")
    catalogue.finishBackup(id, minute(n), {
      status: "completed",
      manifest,
      copies: [{ ...storedCopy(id), key } as never],
    })
    catalogue.finishRun(run.id, minute(n), { status: "completed" })
    mkdirSync(join(folder, "backups", key, ".."), { recursive: true })
    writeFileSync(join(folder, "backups", key), Buffer.alloc(1000))
    writeFileSync(join(folder, "backups", manifestKey(key)), formatManifest(manifest))
  }
}
const local = () => localDestination("local", join(folder, "backups"))
const rebuild = (catalogue: OpenCatalogue) =>
  rebuildFrom(
    { catalogue, log: () => {}, known: () => new Map(), remember: (server) => catalogue.saveServer(server) },
    local(),
    signal,
  )
const listed = (catalogue: OpenCatalogue) =>
  catalogue
    .backups({ databaseId: shop, status: "completed" }, { page: 1, limit: 500 })
    .rows.map(({ id }) => id as string)
    .sort()
const wanted = (count: number) => Array.from({ length: count }, (_, n) => idOf(n))

/** As a process that was killed leaves it: with its log, and not closed. */
function killed(catalogue: OpenCatalogue): void {
  const copies = ["", "-wal", "-shm", ".about.json"].map(
    (ending) => [path + ending, `${folder}/kept${ending}`] as const,
  )
  for (const [from, to] of copies) copyFileSync(from, to)
  catalogue.close()
  for (const [to, from] of copies) copyFileSync(from, to)
}

describe("a catalogue that is whole", () => {
  test("is opened, and can be relied on; also after a kill", () => {
    const catalogue = open()
    catalogue.saveServer(aServer())
    expect(catalogue.mending()).toBeNull()
    killed(catalogue)
    const again = open()
    expect(again.mending()).toBeNull()
    expect(again.servers()).toEqual([aServer()])
    again.close()
    expect(said).toEqual([])
  })
})

describe("damage", () => {
  const damages: readonly (readonly [string, () => void])[] = [
    ["a page is overwritten", () => overwrite(4096 * 3, Buffer.alloc(4096, 0xee))],
    ["the first page is overwritten", () => overwrite(0, Buffer.alloc(4096, 0xee))],
    ["the file is cut in its middle", () => truncateSync(path, 4096 * 5 + 100)],
    ["the file is empty", () => truncateSync(path, 0)],
    ["the file is something else", () => writeFileSync(path, "not a database ".repeat(500))],
  ]
  const overwrite = (at: number, bytes: Buffer) => {
    const file = readFileSync(path)
    bytes.copy(file, at)
    writeFileSync(path, file)
  }

  test.each(damages)(
    "%s: the file is set aside as it is, and every backup comes back from its manifest",
    async (_what, damage) => {
      const before = open()
      fill(before, 20)
      const installation = before.installation()
      before.close()
      damage()
      const bytes = readFileSync(path)

      const catalogue = open()
      const mending = catalogue.mending()
      expect(mending).toMatchObject({ since: minute(100), anew: true, done: [], installation })
      expect(readFileSync(mending?.setAside ?? "").equals(bytes)).toBe(true)
      expect(said.join()).toContain("is damaged")
      expect(catalogue.installation()).toBe(installation)
      await rebuild(catalogue)
      expect(listed(catalogue)).toEqual(wanted(20))
      catalogue.close()
    },
  )

  test("is remembered over restarts until somebody says that it is mended", () => {
    open().close()
    writeFileSync(path, "x".repeat(5000))
    open().close()
    let catalogue = open()
    expect(said).toEqual([])
    const mending = catalogue.mending()
    expect(mending?.since).toEqual(minute(100))
    expect(mending?.setAside).toContain(".damaged-2026")
    catalogue.saveMending(mending && { ...mending, done: ["local"] })
    catalogue.close()
    catalogue = open()
    expect(catalogue.mending()?.done).toEqual(["local"])
    catalogue.saveMending(null)
    catalogue.close()
    catalogue = open()
    expect(catalogue.mending()).toBeNull()
    catalogue.close()
  })

  test("twice in one second is set aside twice", () => {
    for (let n = 0; n < 2; n++) {
      open().close()
      writeFileSync(path, "x".repeat(5000))
    }
    open().close()
    const aside = readdirSync(join(folder, "db")).filter((name) => name.includes(".damaged-"))
    expect(aside.sort()).toEqual(["app.db.damaged-20260301T034000", "app.db.damaged-20260301T034000-2"])
  })
})

describe("a damaged file without any copy", () => {
  const bucket = {
    ...{ id: "c1", name: "offsite", place: { bucket: "backups", region: "eu-west-1" } as never, keys: null },
    ...{ createdAt: minute(0), updatedAt: minute(0) },
  }
  function damaged(at: (bytes: Buffer) => number): OpenCatalogue {
    const before = open()
    fill(before, 20)
    before.saveServer(aServer())
    before.saveBucket(bucket)
    before.saveOverride({ jobId: job, enabled: false, at: minute(4) })
    before.close()
    const bytes = readFileSync(path)
    const from = at(bytes)
    bytes.fill(0xee, from, from + 4096)
    writeFileSync(path, bytes)
    return open()
  }
  const setAsideBy = (catalogue: OpenCatalogue) => catalogue.mending()?.setAside as string

  test("gives what people decided, where its pages are whole, and no history; and stays as it is", () => {
    // A page of manifests.
    const catalogue = damaged((bytes) => 4096 * Math.floor(bytes.indexOf("all 14 data blocks") / 4096))
    const file = readFileSync(setAsideBy(catalogue))
    expect(catalogue.salvage(setAsideBy(catalogue))).toEqual(
      expect.arrayContaining(["servers", "overrides", "s3_configs"]),
    )
    expect(catalogue.keptBuckets()).toEqual([bucket])
    expect(catalogue.overrides()).toHaveLength(1)
    expect(catalogue.servers()).toEqual([aServer()])
    expect(listed(catalogue)).toEqual([])
    expect(readFileSync(setAsideBy(catalogue)).equals(file)).toBe(true)
    catalogue.close()
  })

  test("gives nothing where nothing can be read, and that is no reason to fail", () => {
    const catalogue = damaged(() => 0)
    expect(catalogue.salvage(setAsideBy(catalogue))).toEqual([])
    expect(catalogue.keptBuckets()).toEqual([])
    fill(catalogue, 1, 50)
    catalogue.close()
  })
})

describe("what was recorded last", () => {
  test("is known to be missing when the log was removed after a kill", async () => {
    const before = open()
    fill(before, 3)
    killed(before)
    rmSync(`${path}-wal`)
    const catalogue = open()
    expect(catalogue.mending()).not.toBeNull()
    await rebuild(catalogue)
    expect(listed(catalogue)).toEqual(wanted(3))
    catalogue.close()
  })

  test("is known to be damaged when a byte of it was flipped, in the header, early, or in its last part", () => {
    const before = open()
    fill(before, 3)
    killed(before)
    const [log, file] = [readFileSync(`${path}-wal`), readFileSync(path)]
    const about = readFileSync(`${path}.about.json`)
    const frames = Math.floor((log.length - 32) / 4120)
    for (const at of [3, 20, 32 + 4120 * Math.floor(frames / 2) + 300, 32 + 4120 * frames - 50]) {
      const flipped = Buffer.from(log)
      flipped[at] = (flipped[at] ?? 0) ^ 1
      for (const [ending, bytes] of [
        ["", file],
        ["-wal", flipped],
        [".about.json", about],
      ] as const)
        writeFileSync(path + ending, bytes)
      rmSync(`${path}-shm`, { force: true })
      const catalogue = open()
      expect([at, catalogue.mending() === null]).toEqual([at, false])
      catalogue.close()
    }
  })

  test("and so is the whole file, but not when it was removed after an orderly end", () => {
    killed(open())
    rmSync(path)
    let catalogue = open()
    expect(catalogue.mending()?.why).toContain("was removed while it was in use")
    catalogue.saveMending(null)
    catalogue.close()
    rmSync(path)
    catalogue = open()
    expect(catalogue.mending()).toBeNull()
    catalogue.close()
  })
})

describe("what is no damage", () => {
  test("is refused, and nothing is moved: a file that belongs to another program, or to a newer version", () => {
    const catalogue = open()
    catalogue.close()
    const db = new Database(path)
    db.run("PRAGMA user_version = 99")
    db.close()
    expect(open).toThrow("has schema 99")
    expect(readdirSync(join(folder, "db")).filter((name) => name.includes("damaged"))).toEqual([])
  })

  test("a folder that stands in its place", () => {
    mkdirSync(path, { recursive: true })
    expect(open).toThrow("cannot be written")
    expect(readdirSync(join(folder, "db"))).toEqual(["app.db"])
  })

  test("a disk that takes no more", async () => {
    const before = open()
    fill(before, 3)
    before.close()
    const bytes = readFileSync(path)
    // No file may grow beyond 1 KiB, and writing more is an error, as on a full disk.
    const script = `
      const { openOrMend } = await import("${join(repository, "controller/state/mend.ts")}")
      try { openOrMend("${path}", new Date()).saveServer(${JSON.stringify({ ...aServer(), lastSeenAt: undefined })}) }
      catch (error) { console.log(error.code, error.message) }`
    const shell = `trap "" XFSZ; ulimit -f 1; exec "$0" -e "$1"`
    const { stdout } = await run(["bash", "-c", shell, process.execPath, script])
    expect(stdout).toMatch(/^(disk-full|settings-invalid|internal) /)
    expect(readdirSync(join(folder, "db")).filter((name) => name.includes("damaged"))).toEqual([])
    expect(readFileSync(path).equals(bytes)).toBe(true)
    const after = open()
    expect(after.mending()).toBeNull()
    expect(listed(after)).toEqual(wanted(3))
    after.close()
  })
})

test("an id that is flipped wherever it stands, in a row or in an index, is found", () => {
  const before = open()
  fill(before, 6)
  before.close()
  const file = readFileSync(path)
  const places: number[] = []
  for (let at = file.indexOf(idOf(3)); at >= 0; at = file.indexOf(idOf(3), at + 1)) places.push(at)
  let found = 0
  for (const at of places) {
    const flipped = Buffer.from(file)
    flipped[at + 5] = (flipped[at + 5] ?? 0) ^ 2
    for (const ending of ["-wal", "-shm", ".about.json"]) rmSync(path + ending, { force: true })
    writeFileSync(path, flipped)
    const catalogue = open()
    // Some places are left over of rows that were rewritten, and mean nothing.
    const isWhole = () =>
      listed(catalogue).includes(idOf(3)) &&
      catalogue.lastGood(shop)?.id === idOf(5) &&
      catalogue.goodBackups(job, shop).length === 6
    const isFound = catalogue.mending() !== null
    expect([at, isFound || isWhole()]).toEqual([at, true])
    found += Number(isFound)
    catalogue.close()
  }
  // Rows, keys of tables, and each index that holds it.
  expect(found).toBeGreaterThan(10)
}, 60_000)

test(
  "a byte flipped anywhere, in the file or in its log, never stops the start and never loses a backup that has its manifest",
  async () => {
    const before = open()
    fill(before, 6)
    before.close()
    const half = open()
    fill(half, 4, 6)
    killed(half)
    const kept = ["app.db", "app.db-wal", "app.db.about.json"].map(
      (name) => [name, readFileSync(join(folder, "db", name))] as const,
    )
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(0, 1),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.integer({ min: 1, max: 255 }),
        async (which, where, change) => {
          rmSync(join(folder, "db"), { recursive: true })
          mkdirSync(join(folder, "db"))
          for (const [name, bytes] of kept) writeFileSync(join(folder, "db", name), bytes)
          const [name, bytes] = kept[which] as (typeof kept)[number]
          const flipped = Buffer.from(bytes)
          const at = Math.floor(where * bytes.length)
          flipped[at] = (flipped[at] ?? 0) ^ change
          writeFileSync(join(folder, "db", name), flipped)
          const catalogue = open()
          try {
            // As each start does it.
            await recover(
              { catalogue, destinations: new Map([["local", local()]]), clock: () => minute(101), log() {} },
              signal,
            )
            if (catalogue.mending()) await rebuild(catalogue)
            expect(listed(catalogue)).toEqual(wanted(10))
          } finally {
            catalogue.close()
          }
        },
      ),
      { numRuns: flips },
    )
  },
  120_000 + flips * 200,
)
