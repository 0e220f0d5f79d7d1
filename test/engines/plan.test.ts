import { describe, expect, test } from "bun:test"
import type { Probe } from "../../controller/engines/engine.ts"
import { rulesFor } from "../../controller/engines/registry.ts"
import { type Compression, engineNames } from "../../schemas/scalar.ts"

const zstd: Compression = { algorithm: "zstd", level: 5 }
const gzip: Compression = { algorithm: "gzip", level: 4 }
const none: Compression = { algorithm: "none", level: 0 }
const probe = (sourceZstd: boolean) =>
  ({ engine: "postgres", tool: "pg_dump", sourceZstd, databases: [], warnings: [] }) as unknown as Probe
const shop = { kind: "database", name: "shop" } as const
const globals = { kind: "globals" } as const

describe("what a PostgreSQL dump is compressed with, and by whom", () => {
  const plan = (compress: Compression, sourceZstd: boolean) => {
    const { command, sourceCompression, streamCompression, extension } = rulesFor("postgres").dump(
      shop,
      probe(sourceZstd),
      {},
      compress,
    )
    const option = command.find((argument) => argument.startsWith("--compress="))
    return [option, sourceCompression, streamCompression.algorithm, extension]
  }

  test("zstd by pg_dump when it can, else by the stream", () => {
    expect(plan(zstd, true)).toEqual(["--compress=zstd:5", "zstd:5", "none", "dump"])
    expect(plan(zstd, false)).toEqual(["--compress=0", null, "zstd", "dump.zst"])
  })

  test("gzip by every pg_dump, nothing by none", () => {
    expect(plan(gzip, false)).toEqual(["--compress=4", "gzip:4", "none", "dump"])
    expect(plan(none, true)).toEqual(["--compress=0", null, "none", "dump"])
  })

  test("roles by the stream", () => {
    expect(rulesFor("postgres").dump(globals, probe(true), {}, zstd)).toMatchObject({
      format: "sql",
      sourceCompression: null,
      streamCompression: zstd,
      extension: "sql.zst",
    })
  })
})

describe("names and values never become part of a script or an option", () => {
  const nasty = `x'; rm -rf / #"$(id)\`id\`-- `
  for (const engine of engineNames) {
    test(engine, () => {
      const rules = rulesFor(engine)
      const access = { user: nasty, passwordEnv: "SECRET", passwordFile: nasty }
      const facts = { tables: 0, attributes: { owner: nasty, charset: nasty, collation: nasty } }
      const format = engine === "postgres" ? "archive" : "sql"
      const scripts = [
        rules.probe(access),
        rules.dump({ kind: "database", name: nasty }, probe(true), access, none).script,
        rules.createDatabase(nasty, facts, access),
        rules.load(nasty, format, access),
        rules.inspect(nasty, access),
        rules.dropDatabase(nasty, access),
        rules.claim(nasty, nasty, access),
        rules.release(nasty, access),
        rules.dropUnfinished(nasty, nasty, access),
      ]
      for (const { script, args } of scripts) {
        expect(script).not.toContain("rm -rf")
        expect(args.slice(0, 3)).toEqual([nasty, "SECRET", nasty])
      }
    })
  }

  test("a database named like an option or a connection string stays a name", () => {
    const command = (engine: "postgres" | "mysql", name: string) =>
      rulesFor(engine).dump({ kind: "database", name }, probe(true), {}, none).command
    expect(command("postgres", "a='b\\c").at(-1)).toBe(`--dbname=dbname='a=\\'b\\\\c'`)
    expect(command("mysql", "--all-databases").slice(-2)).toEqual(["--", "--all-databases"])
  })
})

describe("names that a new database cannot have", () => {
  test("are refused with a sentence that says why", () => {
    const mistake = (engine: "postgres" | "mysql" | "mariadb", name: string) =>
      rulesFor(engine).nameMistake(name)
    expect(mistake("postgres", "é".repeat(32))).toContain("63 bytes")
    expect(mistake("postgres", "template1")).toContain("belongs to the server")
    expect(mistake("postgres", "a\nb")).toContain("line breaks")
    expect(mistake("mysql", "x".repeat(65))).toContain("64 characters")
    expect(mistake("mariadb", "emoji🐘")).toContain("emoji")
    expect(mistake("mysql", "shop ")).toContain("space")
    expect(mistake("mariadb", "MySQL")).toContain("belongs to the server")
    for (const engine of engineNames) {
      expect(mistake(engine, "")).toBeDefined()
      expect(mistake(engine, "shop-2025 été")).toBeUndefined()
    }
    expect(mistake("postgres", "emoji🐘")).toBeUndefined()
  })
})

test("a dump of the wrong format is not loaded", () => {
  expect(() => rulesFor("mysql").load("x", "archive", {})).toThrow("cannot be loaded into mysql")
})
