import { describe, expect, setDefaultTimeout, test } from "bun:test"
import fc from "fast-check"
import {
  databaseIdOf,
  fileName,
  jobIdOf,
  manifestKey,
  objectKey,
  parseObjectKey,
  serverIdOf,
  subjectName,
  subjectWord,
  word,
} from "../../controller/core/key.ts"
import { backupTypes } from "../../schemas/job.ts"
import type { Subject } from "../../schemas/server.ts"

setDefaultTimeout(120_000)

const names = fc.oneof(
  fc.string({ unit: "binary", minLength: 1, maxLength: 70 }),
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 200 }),
  fc.stringMatching(/^[./~=_@a-zA-Z-]{1,40}$/),
)
const subjects: fc.Arbitrary<Subject> = fc.oneof(
  names.map((name): Subject => ({ kind: "database", name })),
  fc.constant<Subject>({ kind: "globals" }),
)

describe("a name as one word", () => {
  test("reads like the name where the name is plain", () => {
    expect(word("shop/db")).toBe("shop~db")
    expect(word("My_App.v2-test")).toBe("My_App.v2-test")
  })

  test("is never a hidden file, a parent folder or an option", () => {
    expect(word(".")).toBe("=2E")
    expect(word("..")).toBe("=2E.")
    expect(word("-rf")).toBe("=2Drf")
    expect(word("../../etc/passwd")).toBe("=2E.~..~etc~passwd")
    expect(word("a b;$(reboot)\n")).toBe("a=20b=3B=24=28reboot=29=0A")
  })

  test("is safe in a path, a URL and a shell, and at most 120 long, whatever the name", () => {
    fc.assert(
      fc.property(names, (name) => {
        expect(word(name)).toMatch(/^[A-Za-z0-9_~=][A-Za-z0-9._~=-]{0,119}$/)
        expect(encodeURI(word(name))).toBe(word(name))
      }),
    )
  })

  test("is never shared by two names", () => {
    fc.assert(
      fc.property(names, names, (a, b) => {
        expect(word(a) === word(b)).toBe(a === b)
      }),
    )
    // What stands for another character is encoded itself.
    expect(new Set(["a/b", "a~b", "a=2Fb", "a=7Eb", "a.b"].map(word)).size).toBe(5)
  })

  test("tells long names apart that begin alike, and from a short name that looks cut", () => {
    const long = "x".repeat(200)
    const words = [long, `${long}y`, `${long.slice(1)}z`, "é".repeat(60)].map(word)
    expect(new Set(words).size).toBe(4)
    expect(words.every((text) => text.length <= 120)).toBe(true)
    expect(word(word(long))).not.toBe(word(long))
  })
})

describe("ids", () => {
  test("a database called globals or @globals is not the globals", () => {
    const server = serverIdOf("shop/db")
    const ids = ["globals", "@globals", "=40globals"].map((name) =>
      databaseIdOf(server, { kind: "database", name }),
    )
    expect(new Set([...ids, databaseIdOf(server, { kind: "globals" })]).size).toBe(4)
  })

  test("join the server's word to the job's or the subject's with a colon, which no word holds", () => {
    const server = serverIdOf("a:b/c")
    expect(jobIdOf(server, "weekly")).toBe("a=3Ab~c:weekly" as never)
    expect(databaseIdOf(server, { kind: "database", name: "d:e" })).toBe("a=3Ab~c:d=3Ae" as never)
    expect(databaseIdOf(server, { kind: "globals" })).toBe("a=3Ab~c:@globals" as never)
  })

  test("a subject is called by its name", () => {
    expect(subjectName({ kind: "database", name: "shöp" })).toBe("shöp")
    expect(subjectName({ kind: "globals" })).toBe("globals")
  })
})

describe("file and object names", () => {
  const parts = {
    server: serverIdOf("shop/db"),
    subject: "shop",
    type: "daily",
    at: new Date("2026-03-01T02:00:07.999Z"),
    id: "019cabcd-1234-7000-8000-0123456789ab",
    extension: "dump",
  } as const

  test("are those of the specification, with the server before the database", () => {
    expect(fileName(parts)).toBe("shop_daily_20260301_020007_456789ab.dump")
    expect(objectKey(parts)).toBe("shop~db/shop/2026/03/shop_daily_20260301_020007_456789ab.dump")
    expect(manifestKey(objectKey(parts))).toEndWith(".dump.manifest.json")
  })

  const anyParts = fc.record({
    server: names.map(serverIdOf),
    subject: subjects.map(subjectWord),
    type: fc.constantFrom(...backupTypes),
    at: fc.date({
      min: new Date("1970-01-01"),
      max: new Date("9999-12-31T23:59:59Z"),
      noInvalidDate: true,
    }),
    id: fc.uuid(),
    extension: fc.constantFrom("dump", "dump.zst", "sql", "sql.gz", "sql.zst"),
  })

  test("parse into the parts they were made of, to the second and to the id's last eight digits", () => {
    fc.assert(
      fc.property(anyParts, (given) => {
        const at = new Date(Math.floor(given.at.getTime() / 1000) * 1000)
        expect(parseObjectKey(objectKey(given))).toEqual({ ...given, at, id: given.id.slice(-8) })
      }),
    )
  })

  test("fit into a folder entry of 255 bytes", () => {
    fc.assert(
      fc.property(anyParts, (given) => {
        for (const entry of manifestKey(objectKey(given)).split("/"))
          expect(Buffer.byteLength(entry)).toBeLessThanOrEqual(255)
      }),
    )
  })

  test.each([
    ["a manifest", "shop~db/shop/2026/03/shop_daily_20260301_020007_456789ab.dump.manifest.json"],
    ["too few folders", "shop/2026/03/shop_daily_20260301_020007_456789ab.dump"],
    ["too many folders", "x/shop~db/shop/2026/03/shop_daily_20260301_020007_456789ab.dump"],
    ["another database's folder", "shop~db/other/2026/03/shop_daily_20260301_020007_456789ab.dump"],
    ["another month's folder", "shop~db/shop/2026/04/shop_daily_20260301_020007_456789ab.dump"],
    ["a day that does not exist", "shop~db/shop/2026/02/shop_daily_20260231_020007_456789ab.dump"],
    ["an hour that does not exist", "shop~db/shop/2026/03/shop_daily_20260301_250007_456789ab.dump"],
    ["an unknown type", "shop~db/shop/2026/03/shop_yearly_20260301_020007_456789ab.dump"],
    ["a parent folder", "../shop/2026/03/shop_daily_20260301_020007_456789ab.dump"],
    ["a server's name that is no word", "a b/shop/2026/03/shop_daily_20260301_020007_456789ab.dump"],
    ["a line break at the end", "shop~db/shop/2026/03/shop_daily_20260301_020007_456789ab.dump\n"],
    ["nothing", ""],
  ])("are not read from %s", (_, key) => {
    expect(parseObjectKey(key)).toBeUndefined()
  })

  test("that are read were written by us, whatever the text", () => {
    const near = fc
      .tuple(anyParts, fc.nat(), fc.string({ unit: "binary", maxLength: 3 }))
      .map(([given, at, text]) => {
        const key = objectKey(given)
        const cut = at % key.length
        return key.slice(0, cut) + text + key.slice(cut + 1)
      })
    fc.assert(
      fc.property(near, (key) => {
        const parsed = parseObjectKey(key)
        if (parsed) expect(objectKey(parsed)).toBe(key)
      }),
      { numRuns: 500 },
    )
  })
})
