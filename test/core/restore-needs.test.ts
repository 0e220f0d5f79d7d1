import { describe, expect, test } from "bun:test"
import { Fault } from "../../controller/core/fault.ts"
import { needsOf } from "../../controller/core/restore-needs.ts"
import type { Survey } from "../../controller/core/survey.ts"
import type { Manifest } from "../../schemas/manifest.ts"
import { aFingerprint, aKnownManifest, aSurvey } from "./records.ts"

type Asked = { owners?: "keep" | "drop" }
const needs = (manifest: Partial<Manifest>, survey: Partial<Survey> | null = {}, options: Asked = {}) =>
  needsOf(aKnownManifest(manifest), survey === null ? null : aSurvey(survey), options, "shop/db")
function refusal(...asked: Parameters<typeof needs>): Fault {
  try {
    needs(...asked)
  } catch (error) {
    if (error instanceof Fault) return error
    throw error
  }
  throw new Error("it was not refused")
}
const mysql = { name: "mysql", serverVersion: "9.7.0", tool: "mysqldump", toolVersion: "9.7.0" } as const

test("a server that has all of it is told nothing about", () => {
  expect(needs({})).toEqual({ missing: { roles: [], extensions: [] }, owners: "keep", warnings: [] })
})

test("what cannot be known is said: no answer, no fingerprint, accounts that may not be read", () => {
  expect(needs({}, null).warnings.join()).toContain("could not be asked")
  const { fingerprint: _, ...bare } = aKnownManifest()
  expect(needsOf(bare, aSurvey(), {}, "x").warnings.join()).toContain("has no fingerprint")
  expect(needs({ engine: mysql }, { roles: null }).warnings.join()).toContain("may not be read")
})

describe("roles that the server lacks", () => {
  const lacking = { roles: ["postgres"] }

  test("leave an archive without owners and grants, which is said", () => {
    const { owners, missing, warnings } = needs({}, lacking)
    expect([owners, missing.roles]).toEqual(["drop", ["app"]])
    expect(warnings).toEqual([
      "shop/db lacks the role app: everything will belong to postgres, and no grants are made, as with --no-owner --no-privileges",
    ])
  })

  test("are a refusal when owners were asked for, and of statements, of which nothing can be left out", () => {
    expect(refusal({}, lacking, { owners: "keep" })).toMatchObject({
      code: "restore-unsupported",
      message: "shop/db lacks the role app",
    })
    expect(refusal({ format: "sql" }, lacking).message).toContain("lacks the role app, to which")
    expect(refusal({ format: "sql" }, {}, { owners: "drop" }).message).toContain(
      "only be left out of an archive",
    )
  })

  test("can be left out of a new database, and not of what takes the place of another one: the hint says no other", () => {
    const hint = (takesPlace: boolean) => {
      try {
        needsOf(aKnownManifest(), aSurvey(lacking), { owners: "keep" }, "shop/db", takesPlace)
      } catch (error) {
        return (error as Fault).hint ?? ""
      }
      return ""
    }
    expect([hint(false).includes("owners=drop"), hint(true).includes("owners=drop")]).toEqual([true, false])
    expect(hint(true)).toContain("a restore into a new database can leave them out")
  })

  test("that owned the database itself are told", () => {
    const facts = { attributes: { owner: "gone" }, tables: 1 }
    expect(needs({ facts }).warnings).toEqual([
      "shop/db lacks the role gone, who owned the database: the new one belongs to postgres",
    ])
  })

  test("leave views and routines of MySQL as they are, which is said", () => {
    const fingerprint = aFingerprint({ roles: ["app@%", "admin@"], extensions: {} })
    const { owners, missing, warnings } = needs(
      { engine: mysql, format: "sql", fingerprint },
      { roles: ["admin"] },
    )
    expect([owners, missing.roles]).toEqual(["keep", ["app@%"]])
    expect(warnings[0]).toStartWith("shop/db lacks the account app@%: views, routines, triggers and events")
  })

  test("can be left out though they are there", () => {
    const { owners, warnings } = needs({}, {}, { owners: "drop" })
    expect([owners, warnings.length]).toEqual(["drop", 1])
  })
})

describe("extensions", () => {
  const fingerprint = aFingerprint({ extensions: { plpgsql: "1.0", postgis: "3.5" } })

  test("that cannot be made end the plan, but for a part of chosen tables", () => {
    expect(refusal({ fingerprint }).message).toBe("shop/db has no extension postgis, which the backup needs")
    const part = { content: "all", tables: ["public.a"], leftOut: [], withoutRows: [], wanted: {} } as const
    const some = needs({
      fingerprint,
      part: { ...part, tables: [...part.tables], leftOut: [], withoutRows: [] },
    })
    expect(some.missing.extensions).toEqual([{ name: "postgis", wanted: "3.5", available: null }])
  })

  test("of another version are told", () => {
    const { missing, warnings } = needs(
      { fingerprint },
      { extensions: { plpgsql: ["1.0"], postgis: ["3.4", "3.3"] } },
    )
    expect(missing.extensions).toEqual([{ name: "postgis", wanted: "3.5", available: "3.4" }])
    expect(warnings).toEqual(["The extension postgis will be of version 3.4, it was of 3.5"])
  })

  test("TimescaleDB must be of the very version", () => {
    const facts = { attributes: { timescaledb: "2.17" }, tables: 1 }
    expect(
      refusal({ facts }, { extensions: { plpgsql: ["1.0"], timescaledb: ["2.19", "2.18"] } }),
    ).toMatchObject({
      message: "shop/db cannot make timescaledb 2.17, the version of the backup",
    })
    expect(
      needs({ facts }, { extensions: { plpgsql: ["1.0"], timescaledb: ["2.19", "2.17"] } }).warnings,
    ).toEqual([])
  })
})

test("tables that would be one where case is not told are refused", () => {
  const fingerprint = aFingerprint({ rows: { Item: 1, item: 2 }, extensions: {}, roles: [] })
  const of = { engine: mysql, format: "sql", fingerprint } as const
  expect(needs(of).warnings).toEqual([])
  expect(refusal(of, { foldsCase: true }).message).toContain("Item and item would be one table")
})

test("a collation that the server does not know is refused, however MariaDB lists it", () => {
  const facts = { attributes: { charset: "utf8mb4", collation: "utf8mb4_uca1400_ai_ci" }, tables: 1 }
  const of = { engine: { ...mysql, name: "mariadb" }, format: "sql", facts } as const
  expect(refusal(of, { collations: ["utf8mb4_general_ci"] }).message).toContain("utf8mb4_uca1400_ai_ci")
  for (const known of ["utf8mb4_uca1400_ai_ci", "uca1400_ai_ci"])
    expect(needs(of, { collations: [known] }).warnings).toEqual([])
})
