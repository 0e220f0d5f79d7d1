// A file in the words of a backup: what of it is chosen, what it needs, and what it cannot be restored to.
import { describe, expect, test } from "bun:test"
import { Fault } from "../../controller/core/fault.ts"
import { asBackup } from "../../controller/core/source-as-backup.ts"
import type { RestoreMode } from "../../schemas/restore.ts"
import type { RestoreSource } from "../../schemas/restore-source.ts"
import type { Engine } from "../../schemas/scalar.ts"
import type { ServerId } from "../../schemas/server.ts"
import type { SourcePart } from "../../schemas/source-reading.ts"
import { aReading, aSource } from "../state/samples.ts"

type Asked = { readonly mode?: RestoreMode; readonly database?: string; readonly engine?: Engine | null }
const partOf = (part: Partial<SourcePart> = {}): SourcePart => aReading(part).parts[0] as SourcePart

function told(
  source: Partial<RestoreSource>,
  parts: readonly SourcePart[],
  { mode = "new", database, engine = "postgres" }: Asked = {},
) {
  const server = { id: "shop~db" as ServerId, name: "shop/db", engine }
  return asBackup(aSource("f1", source), { ...aReading(), parts: [...parts] }, { mode, database }, server)
}
function refusal(...given: Parameters<typeof told>): string {
  try {
    told(...given)
  } catch (error) {
    if (error instanceof Fault && error.hint) return error.message
    throw error
  }
  throw new Error("it was not refused")
}
const kind = (more: Partial<RestoreSource["kind"]>) => ({ kind: { ...aSource("f1").kind, ...more } })
const server = [
  partOf({ database: "shop", roles: ["app"] }),
  partOf({ database: "blog" }),
  partOf({ ranges: [[0, 9]] }),
]
const several = { ...kind({ of: "server", tool: "pg_dumpall" }), databases: ["shop", "blog"] }

test("it tells what the file says, and nothing that a backup alone has", () => {
  const part = partOf({
    ranges: [[3, 9]],
    roles: ["app"],
    extensions: ["pg_trgm"],
    attributes: { charset: "latin1" },
  })
  const { backup, manifest } = told({ recipient: "age1x", wrapping: "age" }, [part])
  expect(backup).toMatchObject({
    ...{ id: null, database: "old.sql.gz", serverId: "shop~db", suspect: null },
    proof: { rawBytes: 1000, rawSha256: "a".repeat(64), storedBytes: 500, storedSha256: "b".repeat(64) },
    copies: [{ state: "stored", destination: "upload", key: "f1" }],
  })
  expect(manifest).toMatchObject({
    ...{ format: "sql", compression: "gzip", encryption: { format: "age", recipients: ["age1x"] } },
    facts: { attributes: { charset: "latin1" }, tables: 3 },
    reading: { ranges: [[3, 9]], needs: { roles: ["app"], extensions: { pg_trgm: "any version" } } },
  })
  expect(manifest.fingerprint).toBeUndefined()
  expect(manifest.part).toBeUndefined()
})

test("a folder is an archive of its own form, and a file of a destination is read there", () => {
  const at = { origin: "destination", destination: "nas", key: "a/b.tar" } as const
  const { backup, manifest } = told({ ...at, ...kind({ format: "directory" }) }, [partOf()])
  expect(manifest).toMatchObject({ format: "archive", reading: { archive: "directory" } })
  expect(backup.copies).toMatchObject([{ destination: "nas", key: "a/b.tar" }])
})

describe("of several databases", () => {
  test("one is chosen by its name, or the roles by the mode", () => {
    expect(told(several, server, { database: "shop" }).backup.database).toBe("shop")
    const globals = told(several, server, { mode: "globals" })
    expect(globals.manifest).toMatchObject({ subject: { kind: "globals" }, reading: { ranges: [[0, 9]] } })
  })

  test("none, and one that is not there, are refused with those there are", () => {
    expect(refusal(several, server)).toBe("old.sql.gz holds several databases: shop, blog")
    expect(refusal(several, server, { database: "x" })).toBe("old.sql.gz holds no database x, but shop, blog")
    expect(refusal({}, [partOf()], { database: "x" })).toBe("old.sql.gz holds no database x")
    const without = { ...several, ...kind({ of: "server", engine: "mysql" }) }
    expect(refusal(without, server.slice(0, 2), { mode: "globals" })).toBe("old.sql.gz holds no globals")
  })
})

describe("a script", () => {
  const script = kind({ engine: null, format: "script" })
  const read = [
    partOf({ engine: "postgres", refusal: "it is none" }),
    partOf({ engine: "mysql", counts: { tables: 1 } }),
  ]

  test("is read as the client of its server does, and is of that engine", () => {
    expect(told(script, read, { engine: "mysql" }).manifest).toMatchObject({
      engine: { name: "mysql" },
      facts: { tables: 0, objects: { tables: 1 } },
    })
    expect(refusal(script, read)).toBe("old.sql.gz is not loaded: it is none")
    expect(refusal(script, read, { engine: null })).toBe("the engine of shop/db is not known yet")
  })

  test("goes into a new database alone", () => {
    expect(refusal(script, read, { engine: "mysql", mode: "swap" })).toContain("nobody knows what it makes")
  })
})

test("rows alone are told as such, globals are none of a dump of one database, and no database", () => {
  const rows = told({}, [partOf({ counts: { "tables' rows": 2 } })])
  expect(rows.manifest.part).toMatchObject({ content: "data" })
  expect(refusal({}, [partOf()], { mode: "globals" })).toBe("old.sql.gz holds no globals")
  expect(told(kind({ of: "globals" }), [partOf()]).manifest.subject).toEqual({ kind: "globals" })
})
