// The catalogue of every schema there ever was is opened, brought up to date, and its history is read whole. There is no release yet: each
// migration counts as one.
import { Database } from "bun:sqlite"
import { afterEach, beforeEach, describe, expect, test } from "bun:test"
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { knownMigrations } from "../../controller/state/migrate.ts"
import { type OpenCatalogue, openCatalogue } from "../../controller/state/open.ts"
import type { DatabaseId } from "../../schemas/server.ts"
import {
  aDoubt,
  addGood,
  aManifest,
  aProblem,
  job,
  minute,
  server,
  shop,
  temporaryCatalogue,
} from "../state/samples.ts"
import { fixturePath, loadFixture } from "../support/catalogue-fixtures.ts"

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "dbbackup-upgrade-"))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const versions = knownMigrations().map(({ version }) => version)
const page = { page: 1, limit: 100 }

/** What the first schema could hold already. */
function expectHistory(catalogue: OpenCatalogue): void {
  expect(catalogue.servers().map(({ id, engine, retiredAt }) => [id as string, engine, retiredAt])).toEqual([
    ["old~db", "mysql", minute(-50)],
    ["shop~db", "postgres", null],
  ])
  expect(catalogue.databases(server)).toEqual(["shop"])
  const runs = new Map(catalogue.runs({}, page).rows.map((run) => [run.id as string, run]))
  expect(runs.get("run-good")).toMatchObject({ status: "completed", attempt: 1, retryOf: null })
  expect(runs.get("run-partial")).toMatchObject({ status: "partial", error: aProblem() })
  expect(runs.get("run-failed")).toMatchObject({ status: "failed", trigger: "manual" })
  const backups = new Map(catalogue.backups({}, page).rows.map((backup) => [backup.id as string, backup]))
  expect([...backups.keys()].filter((id) => id !== "b-suspect").sort()).toEqual([
    ...["b-again", "b-failed", "b-globals", "b-good"],
  ])
  expect(backups.get("b-good")).toMatchObject({
    status: "completed",
    copies: [
      { state: "stored", destination: "local" },
      { state: "failed", destination: "s3" },
    ],
  })
  expect(catalogue.manifest("b-good")).toEqual(aManifest("b-good", "run-good"))
  expect(catalogue.lastGood(shop)?.id).toBe("b-again" as never)
  expect(catalogue.lastGood("shop~db:@globals" as DatabaseId)?.id).toBe("b-globals" as never)
  expect(catalogue.goodBackups(job, shop).map(({ id }) => id as string)).toEqual(["b-again", "b-good"])
  expect(catalogue.restore("r-good")).toMatchObject({ status: "completed", tables: 3, differences: [] })
  expect(catalogue.restore("r-failed")).toMatchObject({ status: "failed", error: aProblem() })
  expect(catalogue.logs("run-good", "debug").map(({ message }) => message)).toEqual([
    "dumped shop: it's done",
    "quotes ' and \" and ümläut",
  ])
  expect(catalogue.stats(minute(60)).backups.total).toBe(3)
  expect(catalogue.stats(minute(60)).storedBytes).toBeGreaterThanOrEqual(3000)
  expect(catalogue.unfinished()).toMatchObject({ runs: [], backups: [], restores: [] })
}

/** What each later schema brought, and the catalogue of that time held. */
const since: Readonly<Record<number, (catalogue: OpenCatalogue) => void>> = {
  2(catalogue) {
    expect(catalogue.run("run-retry")).toMatchObject({ attempt: 2, retryOf: "run-failed" })
    expect(catalogue.retries()).toHaveLength(1)
    expect(catalogue.overrides()).toEqual([{ jobId: job, enabled: false, at: minute(25) }])
  },
  3(catalogue) {
    expect(catalogue.looseEnds(server)).toHaveLength(1)
    expect(catalogue.unfinished().deletions).toMatchObject([{ backupId: "b-again" }])
  },
  4(catalogue) {
    expect(catalogue.doubts()).toMatchObject([{ backupId: "b-suspect", problem: aDoubt }])
    expect(catalogue.heldPrunes()).toMatchObject([{ of: 5 }])
  },
  5(catalogue) {
    expect(catalogue.keptBuckets()).toMatchObject([{ name: "offsite", place: { bucket: "backups" } }])
  },
  6(catalogue) {
    expect(catalogue.backup("b-good")).toMatchObject({ pinned: { reason: "before the move" } })
    expect(catalogue.verifications("b-good" as never)).toMatchObject([
      { level: "checksum", outcome: "passed" },
    ])
  },
  8(catalogue) {
    expect(catalogue.restore("r-good")?.swap).toBeNull()
    expect(catalogue.restore("r-swapped")).toMatchObject({
      swap: { state: "kept", inPlace: "restored", keptName: "shop_before_20260301_023200" },
    })
  },
  9(catalogue) {
    expect(catalogue.restore("r-good")).toMatchObject({ backupId: "b-good", source: null })
    expect(catalogue.restore("r-file")).toMatchObject({ backupId: null, source: { fileName: "old.sql.gz" } })
  },
}

test("there is one of each schema (bun test/support/catalogue-fixtures.ts writes what is missing)", () => {
  expect(versions.filter((version) => !existsSync(fixturePath(version)))).toEqual([])
})

test("each has the schema that its migrations make: one that was changed since is written anew", () => {
  const schemaOf = (db: Database) =>
    db.query("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name").values()
  for (const version of versions) {
    const [made, kept] = [new Database(":memory:"), new Database(":memory:")]
    for (const { sql } of knownMigrations().slice(0, version)) made.run(sql)
    kept.run(readFileSync(fixturePath(version), "utf8"))
    expect([version, schemaOf(kept)]).toEqual([version, schemaOf(made)])
  }
})

describe.each(versions.filter((version) => existsSync(fixturePath(version))))(
  "the catalogue of schema %i",
  (version) => {
    test("is brought up to date with all of its history, and works on", () => {
      const path = join(folder, "app.db")
      loadFixture(version, path)
      let catalogue = openCatalogue(path)
      const before = catalogue.beforeMigration()
      expect(before !== null && existsSync(before)).toBe(version < versions.length)
      expectHistory(catalogue)
      for (const [from, check] of Object.entries(since)) if (Number(from) <= version) check(catalogue)
      addGood(catalogue, "b-new", 100)
      expect(catalogue.lastGood(shop)?.id).toBe("b-new" as never)
      catalogue.close()
      // And is up to date from then on.
      catalogue = openCatalogue(path)
      expect(catalogue.beforeMigration()).toBeNull()
      expect(catalogue.backup("b-good")).toMatchObject({ status: "completed" })
      catalogue.close()
    })

    test("is taken in as a copy by a catalogue of today", () => {
      const path = join(folder, "copy.db")
      loadFixture(version, path)
      const fresh = temporaryCatalogue()
      try {
        expect(fresh.catalogue.takeIn(path, { installationToo: true })).toMatchObject({ servers: 2 })
        expectHistory(fresh.catalogue)
      } finally {
        fresh.remove()
      }
    })
  },
)
