import { Database } from "bun:sqlite"
import { afterAll, beforeEach, describe, expect, test } from "bun:test"
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Fault } from "../../controller/core/fault.ts"
import { knownMigrations, migrate } from "../../controller/state/migrate.ts"
import { openCatalogue } from "../../controller/state/open.ts"
import type { RunId } from "../../schemas/run.ts"
import { aProblem, aRun, aServer } from "./samples.ts"

const folder = mkdtempSync(join(tmpdir(), "dbbackup-open-"))
const path = join(folder, "data", "db", "app.db")
beforeEach(() => {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function faultOf(act: () => unknown): Fault {
  try {
    act()
  } catch (error) {
    if (error instanceof Fault) return error
    throw error
  }
  throw new Error("nothing was thrown")
}

const modeOf = (name: string) => (statSync(name).mode & 0o777).toString(8)

describe("opening the catalogue", () => {
  test("creates folder and file for the owner alone, the write-ahead log included", () => {
    const catalogue = openCatalogue(path)
    catalogue.saveServer(aServer())
    expect(modeOf(join(folder, "data"))).toBe("700")
    expect(modeOf(join(folder, "data", "db"))).toBe("700")
    for (const name of readdirSync(join(folder, "data", "db"))) {
      expect([name, modeOf(join(folder, "data", "db", name))]).toEqual([name, "600"])
    }
    expect(existsSync(`${path}-wal`)).toBe(true)
    catalogue.close()
  })

  test("folds everything into the one file when closed", () => {
    const catalogue = openCatalogue(path)
    catalogue.saveServer(aServer())
    catalogue.close()
    expect(readdirSync(join(folder, "data", "db"))).toEqual(["app.db"])
    const again = openCatalogue(path)
    expect(again.servers()).toEqual([aServer()])
    again.close()
  })

  test("refuses a file that is not SQLite, naming it, and leaves it alone", () => {
    mkdirSync(join(folder, "data", "db"), { recursive: true })
    writeFileSync(path, "not a database ".repeat(500))
    const fault = faultOf(() => openCatalogue(path))
    expect(fault.code).toBe("catalogue-damaged")
    expect(fault.message).toContain("the catalogue is damaged")
    expect(fault.message).toContain(path)
    expect(fault.hint).toContain("sets the damaged file aside")
    expect(readFileSync(path, "utf8")).toStartWith("not a database")
  })

  test("refuses a file with damaged pages", () => {
    const catalogue = openCatalogue(path)
    for (let n = 0; n < 500; n++) catalogue.saveServer(aServer({ id: `s${n}` as never }))
    catalogue.close()
    const bytes = readFileSync(path)
    bytes.fill(0xee, bytes.length - 3 * 4096)
    writeFileSync(path, bytes)
    const fault = faultOf(() => openCatalogue(path))
    expect(fault.message).toContain("damaged")
  })

  test("refuses the file of another program", () => {
    mkdirSync(join(folder, "data", "db"), { recursive: true })
    const other = new Database(path, { create: true })
    other.run("CREATE TABLE bookmarks (url TEXT)")
    other.close()
    expect(faultOf(() => openCatalogue(path))).toMatchObject({
      code: "settings-invalid",
      message: expect.stringContaining("another program"),
    })
  })

  test("refuses the file of a newer version and says how to go on", () => {
    openCatalogue(path).close()
    const newer = new Database(path)
    newer.run("PRAGMA user_version = 99")
    newer.close()
    const fault = faultOf(() => openCatalogue(path))
    expect(fault.code).toBe("settings-invalid")
    expect(fault.message).toContain("has schema 99")
    expect(fault.hint).toContain("newer dbbackup")
  })

  test("says so when the folder cannot be made", () => {
    writeFileSync(join(folder, "data"), "in the way")
    expect(faultOf(() => openCatalogue(path))).toMatchObject({
      code: "settings-invalid",
      hint: expect.stringContaining("DATABASE_PATH"),
    })
  })

  test("notices at the next check that the file was taken away", () => {
    const catalogue = openCatalogue(path)
    catalogue.check()
    rmSync(path)
    expect(faultOf(() => catalogue.check()).message).toContain("removed or replaced")
    catalogue.close()
  })
})

describe("migrating", () => {
  const old = knownMigrations()
  const next = {
    version: old.length + 1,
    sql: "CREATE TABLE extra (a TEXT) STRICT; INSERT INTO extra VALUES ('x');",
  }
  const copy = `${path}.before-${String(next.version).padStart(4, "0")}`

  function oldFile(): Database {
    const catalogue = openCatalogue(path)
    catalogue.saveServer(aServer())
    catalogue.close()
    return new Database(path, { strict: true })
  }

  test("copies the file beside itself before it changes it", () => {
    const db = oldFile()
    migrate(db, path, [...old, next])
    expect(db.query("SELECT a FROM extra").values()).toEqual([["x"]])
    expect(modeOf(copy)).toBe("600")
    const before = new Database(copy, { readonly: true })
    expect(before.query("PRAGMA user_version").values()).toEqual([[old.length]])
    expect(before.query("SELECT id FROM servers").values()).toEqual([["shop~db"]])
    before.close()
    db.close()
  })

  test("does nothing, and copies nothing, when the file is up to date", () => {
    const db = oldFile()
    migrate(db, path, old)
    expect(existsSync(copy)).toBe(false)
    db.close()
  })

  test("changes nothing at all when one statement fails", () => {
    const db = oldFile()
    const broken = {
      version: next.version,
      sql: "CREATE TABLE half (a TEXT); INSERT INTO missing VALUES (1);",
    }
    expect(() => migrate(db, path, [...old, broken])).toThrow("no such table: missing")
    expect(db.query("SELECT 1 FROM sqlite_schema WHERE name = 'half'").values()).toEqual([])
    expect(db.query("PRAGMA user_version").values()).toEqual([[old.length]])
    migrate(db, path, [...old, next])
    expect(db.query("PRAGMA user_version").values()).toEqual([[next.version]])
    db.close()
  })

  test("an older file keeps its runs: each was a first try, and none of them waits for another", () => {
    mkdirSync(join(folder, "data", "db"), { recursive: true })
    const db = new Database(path, { create: true, strict: true })
    migrate(db, path, old.slice(0, 1))
    const statuses = [
      "'queued', NULL, NULL, NULL",
      "'running', 1, NULL, NULL",
      "'completed', 1, 2, NULL",
      `'failed', 1, 2, '${JSON.stringify(aProblem({ hint: null }))}'`,
    ]
    for (const [index, rest] of statuses.entries())
      db.run(
        `INSERT INTO runs VALUES ('r${index}', 'shop~db', 'shop/db', 'shop~db:default', 'schedule', ${index}, ${rest})`,
      )
    db.run(
      `INSERT INTO backups (id, run_id, job_id, server_id, server_name, database_id, kind, database, engine, type, trigger,
         queued_at, status)
       VALUES ('b0', 'r0', 'shop~db:default', 'shop~db', 'shop/db', 'shop~db:shop', 'database', 'shop', 'postgres', 'daily',
         'schedule', 0, 'queued')`,
    )
    db.close()
    const catalogue = openCatalogue(path)
    const { rows } = catalogue.runs({}, { page: 1, limit: 10 })
    expect(rows.map(({ id, status, attempt, retryOf }) => [String(id), status, attempt, retryOf])).toEqual([
      ["r3", "failed", 1, null],
      ["r2", "completed", 1, null],
      ["r1", "running", 1, null],
      ["r0", "queued", 1, null],
    ])
    expect(rows[0]).toMatchObject({ error: aProblem({ hint: null }), retryAt: null })
    expect(catalogue.retries()).toEqual([])
    expect(catalogue.overrides()).toEqual([])
    expect(catalogue.backup("b0")).toMatchObject({ status: "queued", runId: "r0" })
    catalogue.addRun(aRun("r4", { trigger: "retry", attempt: 2, retryOf: "r3" as RunId }))
    expect(catalogue.run("r4")).toMatchObject({ attempt: 2, retryOf: "r3" })
    catalogue.close()
  })
})
