// What is found in a file that somebody wants to be restored: by what is loaded of it, to the byte, and by why it is not.
import { describe, expect, test } from "bun:test"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { headBytes } from "../../controller/core/dump-kind.ts"
import { Fault } from "../../controller/core/fault.ts"
import { keepRanges } from "../../controller/core/kept-ranges.ts"
import { sourceKindOf } from "../../controller/core/source-kind.ts"
import { type Looked, lookThrough } from "../../controller/engines/look-through.ts"
import { cluster, created, mysqlDatabase, mysqlDump, mysqlTable, plain, tableOf } from "./dumped-texts.ts"

function lookAt(file: Buffer | string, piece = 1000): Looked {
  const bytes = Buffer.from(file)
  const look = lookThrough(sourceKindOf(bytes.subarray(0, headBytes)))
  for (let at = 0; at < bytes.length; at += piece) look.push(bytes.subarray(at, at + piece))
  return look.finish()
}
const refusal = (file: Buffer | string): string => {
  try {
    lookAt(file)
  } catch (error) {
    if (error instanceof Fault && error.hint) return error.message
    throw error
  }
  throw new Error("it was taken")
}
/** What of the file is loaded of a part. */
function loaded(file: string, { parts }: Looked, database: string | null, piece = 7): string {
  const ranges = parts.find((part) => part.database === database)?.ranges ?? []
  const keep = keepRanges(ranges)
  const bytes = Buffer.from(file)
  const out: Buffer[] = []
  for (let at = 0; at < bytes.length; at += piece) out.push(...keep.push(bytes.subarray(at, at + piece)))
  return Buffer.concat(out).toString()
}

describe("a plain dump of pg_dump", () => {
  test.each([1, 13, 100_000])("is loaded whole, but for psql's key, read in pieces of %i", (piece) => {
    const looked = lookAt(plain, piece)
    expect(looked).toMatchObject({
      kind: { engine: "postgres", format: "sql", of: "database", tool: "pg_dump", serverVersion: "17.12" },
      end: "the database dump complete trailer",
      findings: [],
    })
    expect(looked.parts).toMatchObject([
      {
        ...{ database: null, counts: { tables: 1 }, refusal: null },
        ...{ roles: ['Odd "one', "app", "reader"], extensions: ["pg_trgm"] },
      },
    ])
    const text = loaded(plain, looked, null)
    expect(text).toContain(tableOf("app").trim())
    expect(text).not.toContain("restrict")
  })

  test("with --create is one database, without what names it", () => {
    const file = created("shop", "shop", tableOf("app"))
    for (const piece of [1, 1000]) {
      const looked = lookAt(file, piece)
      expect(looked.kind.of).toBe("database")
      expect(looked.findings).toEqual([
        "Settings, comment and grants that belong to a database itself are left out",
      ])
      expect(looked.parts).toMatchObject([{ database: "shop", counts: { tables: 1 }, refusal: null }])
      const text = loaded(file, looked, "shop")
      expect(text).toContain(tableOf("app").trim())
      expect(text).not.toMatch(/DATABASE shop|restrict|^\\connect/m)
    }
  })

  test.each([
    ["\\! id\n", "is a command of the client"],
    ["\\copy t to '/x'\n", "is a command of the client"],
    ["COPY t TO PROGRAM 'id';\n", "runs a program"],
    ["ALTER SYSTEM SET x = 1;\n", "settings of the server"],
    ["select 1 \\restrict a\n", "is a command of the client"],
  ])("that holds %p is refused", (hostile, why) => {
    const [part] = lookAt(plain.replace("CREATE TABLE", `${hostile}CREATE TABLE`)).parts
    expect(part?.refusal).toContain(why)
  })

  test("that was cut, also within its rows, is refused", () => {
    expect(refusal(plain.slice(0, -100))).toContain("without its trailer")
    const open = plain.replace("CREATE TABLE", "select 'CREATE TABLE")
    expect(refusal(open)).toBe("the dump ends inside of a string or a quoted name")
  })
})

describe("pg_dumpall's", () => {
  const odd = created(`"o'n""x"`, `-reuse-previous=on "dbname='o\\'n""x'"`, tableOf("odd"))
  const file = cluster(created("shop", "shop", tableOf("app")), odd, created("postgres", "postgres", ""))

  test("dump of a server is each of its databases, and its roles; empty ones of the server are none", () => {
    const looked = lookAt(file)
    expect(looked.kind).toMatchObject({ of: "server", tool: "pg_dumpall" })
    expect(looked.parts.map(({ database, refusal }) => [database, refusal])).toEqual([
      ["shop", null],
      [`o'n"x`, null],
      [null, null],
    ])
    expect(loaded(file, looked, "shop")).toContain(tableOf("app").trim())
    expect(loaded(file, looked, `o'n"x`)).toContain(tableOf("odd").trim())
    for (const database of ["shop", `o'n"x`])
      expect(loaded(file, looked, database)).not.toMatch(/ROLE app|DATABASE|^\\(connect|restrict)/m)
    expect(loaded(file, looked, "shop")).not.toContain(tableOf("odd").trim())
    expect(loaded(file, looked, null)).toContain("CREATE ROLE app;")
    expect(loaded(file, looked, null)).not.toContain("CREATE TABLE")
  })

  test("globals alone are globals, and cut they are refused", () => {
    expect(lookAt(cluster())).toMatchObject({
      kind: { of: "globals" },
      parts: [{ database: null, refusal: null }],
    })
    expect(refusal(file.slice(0, -200))).toContain("without its trailer")
  })

  test("databases are refused one by one", () => {
    const { parts } = lookAt(file.replace("CREATE TABLE", "\\! id\nCREATE TABLE"))
    expect(parts.map(({ refusal }) => refusal !== null)).toEqual([true, false, false])
  })
})

describe("mysqldump's", () => {
  test("dump of one database is loaded without what it says of the server", () => {
    const file = mysqlDump(mysqlTable)
    const looked = lookAt(file)
    expect(looked.findings).toEqual([
      "The transactions that the dumped server had seen (GTID_PURGED) are left out: they are of the whole server",
    ])
    expect(looked.parts).toMatchObject([
      { database: null, counts: { tables: 1, triggers: 1 }, roles: ["app@%"], refusal: null },
    ])
    const text = loaded(file, looked, null)
    expect(text).toContain(mysqlTable)
    expect(text).not.toMatch(/GTID_PURGED|SQL_LOG_BIN/)
  })

  test("--databases of one is that one, without its name, and says what it is made with", () => {
    const file = mysqlDump(mysqlDatabase("sh``op", mysqlTable))
    const looked = lookAt(file)
    expect(looked.kind.of).toBe("database")
    expect(looked.parts).toMatchObject([
      { database: "sh`op", attributes: { charset: "latin1", collation: "latin1_bin" }, refusal: null },
    ])
    expect(loaded(file, looked, "sh`op")).not.toMatch(/^USE|(CREATE|DROP) DATABASE/m)
  })

  test("--all-databases is each of them, also where one comes in two pieces, and never the server's own", () => {
    const file = mysqlDump(
      ...[mysqlDatabase("mysql", "INSERT INTO `user` VALUES (1);\n"), mysqlDatabase("shop", mysqlTable)],
      ...[
        "USE `other`;\nCREATE TABLE `o` (a int);\n",
        "USE `shop`;\n/*!50001 CREATE VIEW `v` AS SELECT 1 */;\n",
      ],
    )
    const looked = lookAt(file)
    expect(looked.kind.of).toBe("server")
    expect(looked.findings).toContain(
      "Accounts and grants, which are in the server's own database, are left out",
    )
    expect(looked.parts.map(({ database }) => database)).toEqual(["shop", "other"])
    const text = loaded(file, looked, "shop")
    expect(text).toContain("SET @OLD_CHARACTER_SET_CLIENT")
    expect(text).toContain("CREATE VIEW `v`")
    expect(text).not.toMatch(/`user`|`o`[^']|^USE/m)
    expect(refusal(mysqlDump(mysqlDatabase("mysql", "")))).toBe(
      "the dump holds no database but the server's own",
    )
  })

  test.each([
    ["LOAD DATA INFILE '/etc/passwd' INTO TABLE x;\n", "reads a file"],
    ["SOURCE /etc/passwd;\n", "is a command of the client"],
    ["\\! id\n", "is a command of the client"],
    ["INSERT INTO `other`.`t` VALUES (1);\n", "names a database by itself"],
    ["GRANT ALL ON *.* TO app;\n", "accounts of the server"],
  ])("dump that holds %p is refused", (hostile, why) => {
    expect(lookAt(mysqlDump(hostile, mysqlTable)).parts[0]?.refusal).toContain(why)
  })
})

describe("a script", () => {
  const refused = (text: string) =>
    Object.fromEntries(lookAt(text).parts.map(({ engine, refusal }) => [engine, refusal]))

  test("is of every engine whose client reads it without harm, with what it makes", () => {
    const looked = lookAt(
      "# mine\ncreate table a (b int);\ninsert into a values ('it\\'s');\ncreate view v as select 1;\n",
    )
    expect(looked.kind).toMatchObject({ engine: null, format: "script" })
    expect(looked.parts.find(({ engine }) => engine === "mysql")).toMatchObject({
      counts: { statements: 3, tables: 1, views: 1 },
      refusal: null,
    })
    expect(looked.parts.find(({ engine }) => engine === "postgres")?.refusal).not.toBeNull()
    expect(refused("select 1;\n")).toEqual({ postgres: null, mysql: null, mariadb: null })
  })

  test("that names a database is of no MySQL, and one that runs a program of nobody", () => {
    expect(refused("use other;\nselect 1;\n")).toMatchObject({
      mysql: expect.stringContaining("another database"),
    })
    expect(refusal("select 1;\n\\! id\n")).toContain("is a command of the client")
    expect(refusal("select 1;\n\\i /etc/passwd\n")).toContain("is a command of the client")
  })

  test("without a statement, that ends within a string, or that is no text is none", () => {
    expect(refusal("-- nothing\n")).toContain("there is no statement in it")
    expect(refusal("select 'a;\n")).toContain("it ends inside of a string")
    expect(refusal(`select 1;\n${" ".repeat(5000)}\0`)).toContain("bytes that are no text")
    expect(refusal("\x89PNG\r\n")).toContain("no script of SQL")
    expect(refusal(Buffer.from("\ufeffselect 1;", "utf16le"))).toContain("UTF-16")
  })
})

describe("pg_dump's formats of several files", () => {
  const folder = join(import.meta.dir, "folders")
  test.each(readdirSync(folder))(
    "%s is known, counted, and refused once something of it is missing",
    (name) => {
      const file = readFileSync(join(folder, name))
      const [, version = "", format = ""] = /-(\d+)-(\w+)\./.exec(name) ?? []
      const looked = lookAt(file)
      expect(looked.kind).toMatchObject({ engine: "postgres", format, of: "database" })
      expect(looked.kind.toolVersion).toStartWith(`${version}.`)
      expect(looked.parts).toMatchObject([{ counts: { tables: 2, "large objects": 1 }, refusal: null }])
      expect(refusal(file.subarray(0, 4000))).toContain("it ends before its end mark")
      const without = (wanted: RegExp) =>
        Buffer.concat(
          members(file)
            .filter(({ name }) => !wanted.test(name))
            .map(({ bytes }) => bytes),
        )
      expect(refusal(without(/blob_/))).toContain("not in it")
      expect(refusal(without(/^(\.\/|tiny\/)?\d+\.dat/))).toContain("not in it")
      expect(refusal(without(/toc\.dat/))).not.toBe("")
    },
  )
})

/** With their headers, and the end as the last of them. */
function members(file: Buffer): { readonly name: string; readonly bytes: Buffer }[] {
  const found: { name: string; bytes: Buffer }[] = []
  for (let at = 0; at < file.length; ) {
    const name = file.toString("latin1", at, at + 100).replace(/\0.*/s, "")
    const size =
      name === "" ? file.length - at - 512 : Number.parseInt(file.toString("latin1", at + 124, at + 135), 8)
    const length = 512 + Math.ceil(size / 512) * 512
    found.push({ name, bytes: file.subarray(at, at + length) })
    at += length
  }
  return found
}

describe("an archive", () => {
  const folder = join(import.meta.dir, "archives")
  const file = readFileSync(join(folder, "postgres-17-zstd.dump"))

  test("tells its compression, its owners and what it holds, and is refused once it is cut", () => {
    const looked = lookAt(file)
    expect(looked).toMatchObject({ kind: { format: "archive" }, sourceCompression: "zstd" })
    expect(looked.parts[0]?.roles.length).toBeGreaterThan(0)
    expect(refusal(file.subarray(0, -3))).toContain("the archive ends")
  })

  test("whose statements reach beyond its database is refused", () => {
    const at = file.indexOf("CREATE TABLE ")
    const hostile = Buffer.from(file)
    hostile.write("ALTER SYSTEM ", at, "latin1")
    expect(lookAt(hostile).parts[0]?.refusal).toContain("settings of the server")
  })
})
