import { describe, expect, setDefaultTimeout, test } from "bun:test"
import fc from "fast-check"
import { isOfSameContent, isOfSameForm, suspicionOf } from "../../controller/core/suspicion.ts"
import type { Manifest } from "../../schemas/manifest.ts"
import { aManifest } from "./records.ts"

setDefaultTimeout(120_000)

const mebibyte = 1024 * 1024

interface Figures {
  readonly bytes?: number
  readonly tables?: number
  readonly rows?: number
}

/** Of a database with so much in it; rows only where they were counted. */
function made(
  { bytes = mebibyte, tables = 20, rows }: Figures = {},
  changes: Partial<Manifest> = {},
): Manifest {
  const sample = aManifest()
  return {
    ...sample,
    proof: { ...sample.proof, rawBytes: bytes },
    facts: { attributes: {}, tables },
    holds: tables === 0 ? {} : { tables },
    ...(rows === undefined ? {} : { fingerprint: aFingerprint(rows) }),
    ...changes,
  }
}

const aFingerprint = (rows: number, level: "exact" | "estimates" = "exact") => ({
  level,
  sameSnapshot: true,
  rows: { "public.a": Math.floor(rows / 2), "public.b": Math.ceil(rows / 2) },
  schemaSha256: "a".repeat(64) as never,
  sequences: {},
  extensions: {},
  roles: [],
  databaseBytes: 1,
  seconds: 0,
})

const doubt = (now: Figures, before: Figures, maxShrink = 50) => {
  const base = made(before)
  return suspicionOf(made(now), { form: base, content: base }, maxShrink)
}

describe("a dump is suspect", () => {
  test("when it is smaller than the last good one by more than is allowed, and says both sizes and what to do", () => {
    const problem = doubt({ bytes: 100_000 }, { bytes: 1_000_000 })
    expect(problem).toMatchObject({
      code: "backup-suspect",
      message:
        "the backup of shop holds far less than the last good one: 100,000 bytes instead of 1,000,000 (90 % less)",
    })
    expect(problem?.hint).toContain("dbbackup accept b1")
    expect(problem?.hint).toContain("2026-03-01T02:01:00.000Z")
    expect(problem?.hint).toContain("dbbackup.max-shrink")
  })

  test("when more than so many of the tables are gone, even if one that says how to pay is left", () => {
    expect(doubt({ tables: 9 }, { tables: 20 })?.message).toContain("9 tables instead of 20 (55 % less)")
    expect(doubt({ tables: 1 }, { tables: 4 })?.message).toContain("1 tables instead of 4")
  })

  test("when nothing is left, however few tables there were", () => {
    expect(doubt({ tables: 0 }, { tables: 1 })?.message).toContain("0 tables instead of 1 (100 % less)")
  })

  test("when most of the rows are gone, where both times they were counted", () => {
    expect(doubt({ rows: 0 }, { rows: 5000 })?.message).toContain("0 rows instead of 5,000 (100 % less)")
    const [now, before] = [made({}, { fingerprint: aFingerprint(0, "estimates") }), made({ rows: 5000 })]
    expect(suspicionOf(now, { form: before, content: before }, 50)).toBeNull()
    expect(suspicionOf(before, { form: now, content: now }, 50)).toBeNull()
  })

  test("for several reasons at once, which are all told", () => {
    const problem = doubt({ bytes: 10, tables: 0, rows: 0 }, { bytes: mebibyte, tables: 5, rows: 9000 })
    for (const unit of ["bytes", "tables", "rows"]) expect(problem?.message).toContain(unit)
  })
})

describe("a dump is not suspect", () => {
  test("when there is nothing to compare it with", () => {
    expect(suspicionOf(made({ bytes: 1, tables: 0 }), { form: undefined, content: undefined }, 50)).toBeNull()
  })

  test("when exactly as much is gone as is allowed, nor when a label allows all", () => {
    expect(doubt({ bytes: 500_000 }, { bytes: 1_000_000 })).toBeNull()
    expect(doubt({ bytes: 499_999 }, { bytes: 1_000_000 })).not.toBeNull()
    expect(doubt({ bytes: 0, tables: 0, rows: 0 }, { bytes: 1e9, tables: 99, rows: 1e9 }, 100)).toBeNull()
  })

  test("when the database is small: some tens of kB, two tables, some hundred rows come and go", () => {
    expect(doubt({ bytes: 3_000, tables: 1, rows: 0 }, { bytes: 60_000, tables: 3, rows: 999 })).toBeNull()
  })

  test("by its bytes when they are of another form, but by its tables all the same", () => {
    const before = made({ bytes: 10 * mebibyte }, { sourceCompression: null })
    expect(suspicionOf(made({ bytes: mebibyte }), { form: undefined, content: before }, 50)).toBeNull()
    expect(suspicionOf(made({ tables: 2 }), { form: undefined, content: before }, 50)).not.toBeNull()
  })

  test("by the globals' tables, which there are none of", () => {
    const globals = { subject: { kind: "globals" as const }, facts: null }
    const [now, before] = [made({}, globals), made({ bytes: 2 * mebibyte }, globals)]
    expect(suspicionOf(now, { form: before, content: before }, 50)).toBeNull()
    expect(
      suspicionOf({ ...now, proof: { ...now.proof, rawBytes: 9 } }, { form: before, content: before }, 50)
        ?.message,
    ).toContain("the backup of the globals")
  })
})

test("manifests of earlier versions, in which nobody counted, are compared by what the server said", () => {
  const { holds: _, ...before } = made({ tables: 20 })
  expect(suspicionOf(made({ tables: 2 }), { form: before, content: before }, 50)).not.toBeNull()
})

const amount = fc.nat({ max: 10_000_000 })
const figures = fc.record({ bytes: amount, tables: amount, rows: amount })
const share = fc.integer({ min: 1, max: 100 })

test("what has grown, or stayed, is never suspect", () => {
  fc.assert(
    fc.property(figures, figures, share, (before, more, maxShrink) => {
      const now = {
        bytes: before.bytes + more.bytes,
        tables: before.tables + more.tables,
        rows: before.rows + more.rows,
      }
      expect(doubt(now, before, maxShrink)).toBeNull()
    }),
  )
})

test("what is suspect stays so when still less is there, and when less is allowed to be gone", () => {
  fc.assert(
    fc.property(
      figures,
      figures,
      share,
      fc.double({ min: 0, max: 1, noNaN: true }),
      share,
      (now, before, maxShrink, part, stricter) => {
        if (doubt(now, before, maxShrink) === null) return
        const less = {
          bytes: now.bytes * part,
          tables: Math.floor(now.tables * part),
          rows: Math.floor(now.rows * part),
        }
        expect(
          doubt({ ...less, bytes: Math.floor(less.bytes) }, before, Math.min(stricter, maxShrink)),
        ).not.toBeNull()
      },
    ),
  )
})

describe("dumps can be compared", () => {
  test("when they were to hold the same, whoever's job made them, and in whatever version of the program", () => {
    const spec = { schedule: "weekly", content: "all", "max-shrink": "50" }
    expect(isOfSameForm(made(), made({}, { job: "weekly", spec }))).toBe(true)
  })

  test("not when labels leave other things out", () => {
    for (const spec of [{ content: "schema" }, { "exclude-data": '["audit"]' }, { tables: '["a"]' }]) {
      expect(isOfSameContent(made(), made({}, { spec: spec as Manifest["spec"] }))).toBe(false)
    }
  })

  test("in bytes only when they left the server in the same form", () => {
    const engine = made().engine
    for (const changes of [
      { sourceCompression: "gzip:6" },
      { format: "sql" as const },
      { engine: { ...engine, tool: "pg_dumpall" } },
    ]) {
      expect(isOfSameContent(made(), made({}, changes))).toBe(true)
      expect(isOfSameForm(made(), made({}, changes))).toBe(false)
    }
    expect(isOfSameContent(made(), made({}, { engine: { ...engine, name: "mysql" } }))).toBe(false)
  })
})
