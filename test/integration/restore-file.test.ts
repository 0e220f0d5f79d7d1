// Dumps made by hand with the engines' own tools, in every form that is known, handed in and restored: row for row what was dumped. And
// files that are cut, changed, of others or hostile: nothing is made of them, and nothing is left.
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test"
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { z } from "zod"
import { identityText, recipientOf } from "../../controller/core/age-key.ts"
import { encryptor } from "../../controller/pipeline/encrypt.ts"
import { createRestore, getRestoreLogs, listRestores, listServers, planRestore } from "../../schemas/api.ts"
import type { RestoreOptions } from "../../schemas/restore.ts"
import type { RestoreSource } from "../../schemas/restore-source.ts"
import type { ServerId } from "../../schemas/server.ts"
import { must } from "../support/command.ts"
import { type Controller, type Place, place, startController } from "../support/controller.ts"
import { repository } from "../support/places.ts"
import { startServer, type TestServer } from "../support/servers.ts"
import { until } from "../support/until.ts"

setDefaultTimeout(300_000)

let here: Place
let controller: Controller
let pg: TestServer
let mysql: TestServer
let mariadb: TestServer
const servers = () => [pg, mysql, mariadb].filter((server) => server !== undefined)
const ids = new Map<TestServer, ServerId>()
const secret = identityText(Buffer.alloc(32, 7))
const limitBytes = 64 << 20

/** What is in a database, the same for one and its copy. */
const contentOf = {
  postgres: `select json_agg(i order by id) from item i; select count(*), max(name) from items; select f();
    select last_value from numbers; select convert_from(lo_get(4242), 'utf8');
    select tableowner from pg_tables where tablename = 'item'; select relacl from pg_class where relname = 'item'`,
  mysql: `select id, name, hex(bits) from item order by id; select count(*) from items; call p();
    select action_statement from information_schema.triggers where trigger_schema = database()`,
}
const contents = (server: TestServer, name: string): Promise<string> =>
  server.sql(name, contentOf[server.engine === "postgres" ? "postgres" : "mysql"])

beforeAll(async () => {
  here = place()
  mkdirSync(join(here.folder, "nas/dumps"), { recursive: true })
  writeFileSync(
    join(here.folder, "dbbackup.yaml"),
    `destinations:\n  nas: {type: local, path: ${join(here.folder, "nas")}}\n`,
  )
  const labels = { [`${here.prefix}.enable`]: "true", [`${here.prefix}.schedule`]: "manual" }
  ;[pg, mysql, mariadb] = await Promise.all([
    startServer("postgres:17", labels),
    startServer("mysql:9", labels),
    startServer("mariadb:11.8", labels),
  ])
  await Promise.all(servers().map((server) => server.ready()))
  await pg.sql(
    "postgres",
    'create role app; create role reader; create database shop owner app; create database "odd \'n""x"',
  )
  await pg.sql(
    "shop",
    `create extension pg_trgm; create table item (id int primary key, name text, note text);
     insert into item select i, md5(i::text), E'a\\\\b''"\\n\\\\connect x' || i from generate_series(1, 500) i;
     create view items as select * from item; create sequence numbers; select nextval('numbers');
     create function f() returns text language sql as $_$ select '\\! ";' $_$;
     alter table item owner to app; grant select on item to reader; select lo_from_bytea(4242, 'hello');
     alter database shop set work_mem = '8MB'; comment on database shop is 'its own'`,
  )
  await pg.sql("odd 'n\"x", "create table o (a int); insert into o values (7)")
  for (const server of [mysql, mariadb])
    await server.sql(
      "mysql",
      `create database shop character set utf8mb4; create database other; use shop;
       create table item (id int primary key, name varchar(50), bits blob);
       insert into item values (1, 'a''b\\nuse other;\\n-- Current Database: o', x'00ff1a'), (2, null, '');
       create view items as select * from item; create procedure p() select 'of p';
       create trigger tr before insert on item for each row set new.name = 'x';
       use other; create table o (a int); insert into o values (7)`,
    )
  controller = await startController(here, {
    DBBACKUP_SETTINGS: join(here.folder, "dbbackup.yaml"),
    DBBACKUP_IMPORT_LIMIT: `${limitBytes >> 20}MiB`,
  })
  for (const server of servers())
    ids.set(
      server,
      await until(`${server.name} is listed`, async () => {
        const found = (await controller.call(listServers)).data.find(({ name }) => name === server.name)
        return found?.engine ? found.id : undefined
      }),
    )
})
afterAll(async () => {
  await controller?.end("SIGTERM")
  await Promise.all(servers().map((server) => server.remove()))
  here?.remove()
})

/** What a tool prints in the server's container. */
async function dump(server: TestServer, name: string, script: string): Promise<string> {
  const path = join(here.folder, name)
  const login = `export MYSQL_PWD="\${MARIADB_ROOT_PASSWORD:-$MYSQL_ROOT_PASSWORD}" PGUSER=postgres; `
  await must(["sh", "-c", `docker exec "$1" sh -c "$2" > "$3"`, "sh", server.name, login + script, path])
  return path
}
interface Refused {
  readonly status: number
  readonly message: string
}
async function upload(path: string, identity?: string): Promise<RestoreSource | Refused> {
  const form = new FormData()
  if (identity !== undefined) form.set("identity", identity)
  form.set("file", Bun.file(path))
  const response = await fetch(`${controller.url}/api/restores/upload`, { method: "POST", body: form })
  const body = (await response.json()) as { data: RestoreSource; error?: { message: string; hint: string } }
  if (!body.error) return body.data
  expect(body.error.hint).toBeTruthy()
  return { status: response.status, message: body.error.message }
}
async function taken(path: string, identity?: string): Promise<RestoreSource> {
  const source = await upload(path, identity)
  if ("message" in source) throw new Error(`${path}: ${source.message}`)
  return source
}
async function refusal(path: string): Promise<string> {
  const source = await upload(path)
  return "message" in source ? source.message : `it was taken: ${JSON.stringify(source)}`
}
let made = 0
type More = { sourceDatabase?: string; identity?: string }
/** Carried out as it is planned by then, into a new database. Throws with the log when it fails. */
const restored = (server: TestServer, source: RestoreSource, more: More = {}, tables?: string[]) =>
  carriedOut(server, source, { mode: "new", name: `copy_${++made}`, ...(tables ? { tables } : {}) }, more)
async function carriedOut(
  server: TestServer,
  source: RestoreSource,
  asked: Exclude<z.input<typeof RestoreOptions>, { mode: "globals" }>,
  more: More = {},
) {
  const { name } = asked
  const options = { ...asked, serverId: ids.get(server) as ServerId }
  const { data: begun } = await controller.call(createRestore, {
    body: { sourceId: source.id, options, ...more },
  })
  const done = await controller.restoreDone(begun.id)
  if (done.status === "completed") return { name, done }
  const { data: lines } = await controller.call(getRestoreLogs, { params: { id: begun.id } })
  throw new Error(`${source.fileName}: ${lines.map(({ message }) => message).join("\n")}`)
}
async function planned(server: TestServer, source: RestoreSource, more: { sourceDatabase?: string } = {}) {
  const options = { mode: "new", name: "planned", serverId: ids.get(server) as ServerId } as const
  const body = { sourceId: source.id, options, dryRun: true, ...more } as const
  return (await controller.call(planRestore, { body })).data
}
const whyNot = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "it was done",
    (error) => error.error?.message ?? error.message,
  )
const packed = async (path: string, how: "gzip" | "zstd" | "age"): Promise<string> => {
  const bytes = readFileSync(path)
  const out = `${path}.${how}`
  if (how !== "age") writeFileSync(out, how === "gzip" ? Bun.gzipSync(bytes) : Bun.zstdCompressSync(bytes))
  else {
    const stream = encryptor([recipientOf(secret)])
    stream.end(bytes)
    writeFileSync(out, Buffer.concat(await stream.toArray()))
  }
  return out
}
/** Folders of ours in its container. */
const left = ({ name }: TestServer): Promise<string> =>
  must(["docker", "exec", name, "sh", "-c", "ls -d /tmp/dbbackup-* 2>/dev/null || true"])
const databases = async (server: TestServer): Promise<string[]> =>
  (
    await server.sql(
      server.engine === "postgres" ? "postgres" : "mysql",
      server.engine === "postgres" ? "select datname from pg_database" : "show databases",
    )
  )
    .trim()
    .split("\n")

const unpacked = "rm -rf /tmp/$$ && pg_dump -Fd -f /tmp/$$ shop"
const options = "-uroot --routines --triggers"
/** Each as people make them: of which engine, how, how it is wrapped, what it is found to be, and the databases that it names. */
const forms = [
  ["postgres", "pg_dump -Fc shop", "none", "archive", []],
  ["postgres", "pg_dump shop", "none", "sql", []],
  ["postgres", "pg_dump --inserts shop", "gzip", "sql", []],
  ["postgres", "pg_dump --create shop", "age", "sql", ["shop"]],
  ["postgres", "pg_dump -Ft shop", "none", "tar", []],
  ["postgres", `${unpacked} && tar -C /tmp/$$ -cf - .`, "zstd", "directory", []],
  ["postgres", `${unpacked} -j 2 && tar -C /tmp -cf - $$`, "none", "directory", []],
  ["postgres", "pg_dumpall", "zstd", "sql", [`odd 'n"x`, "shop"]],
  ...(["mysql", "mariadb"] as const).flatMap((engine) => {
    const tool = engine === "mysql" ? "mysqldump" : "mariadb-dump"
    return [
      [engine, `${tool} ${options} shop`, "none", "sql", []],
      [engine, `${tool} ${options} --databases --add-drop-database shop`, "gzip", "sql", ["shop"]],
      [engine, `${tool} ${options} --all-databases`, "age", "sql", ["other", "shop"]],
    ] as const
  }),
] as const

describe("dumps by hand", () => {
  test("are restored row for row in each of their forms, and touch no other database", async () => {
    const before = new Map<TestServer, readonly string[]>()
    for (const server of servers()) before.set(server, await databases(server))
    const files = await Promise.all(
      forms.map(async ([engine, script, how], at) => {
        const server = servers().find((each) => each.engine === engine) as TestServer
        const path = await dump(server, `form-${at}`, script)
        const identity = how === "age" ? { identity: secret } : {}
        return {
          server,
          identity,
          source: await taken(how === "none" ? path : await packed(path, how), identity.identity),
        }
      }),
    )
    expect(
      files.map(({ source: { kind, wrapping, databases } }, at) => [
        kind.engine,
        forms[at]?.[1],
        wrapping,
        kind.format,
        [...databases].sort(),
      ]),
    ).toEqual(forms.map(([engine, script, how, format, names]) => [engine, script, how, format, [...names]]))
    const copies = await Promise.all(
      files.map(async ({ server, identity, source }, at) => {
        const wanted = source.databases.length > 1 ? { sourceDatabase: "shop" } : {}
        const { name, done } = await restored(server, source, { ...wanted, ...identity })
        return {
          at,
          server,
          name,
          tables: done.tables,
          differences: done.differences,
          rows: await contents(server, name),
        }
      }),
    )
    for (const { at, server, tables, differences, rows } of copies)
      expect([forms[at]?.[1], tables, differences, rows]).toEqual([
        forms[at]?.[1],
        1,
        [],
        await contents(server, "shop"),
      ])
    for (const server of servers()) {
      const names = copies.flatMap((copy) => (copy.server === server ? copy.name : []))
      expect((await databases(server)).sort()).toEqual([...(before.get(server) ?? []), ...names].sort())
    }
    const own = "select shobj_description(oid, 'pg_database') from pg_database where datname = 'shop'"
    expect(await pg.sql("postgres", own)).toBe("its own\n")
    expect(await left(pg)).toBe("")
  })

  test("of a role that the server lacks lose owners and grants, which the plan says; globals bring it back", async () => {
    await pg.sql("postgres", "create role leaver login; create database lent owner leaver")
    await pg.sql("lent", "create table t (a int); alter table t owner to leaver")
    const [lent, globals] = [
      await taken(await dump(pg, "lent.dump", "pg_dump -Fc lent")),
      await taken(await dump(pg, "globals.sql", "pg_dumpall --exclude-database='copy_*'")),
    ]
    await pg.sql("postgres", "drop database lent")
    await pg.sql("postgres", "drop role leaver")
    const plan = await planned(pg, lent)
    expect(plan).toMatchObject({
      backupId: null,
      source: { id: lent.id },
      owners: "drop",
      missing: { roles: ["leaver"] },
      lost: [],
    })
    expect(plan.warnings[0]).toContain(
      "Nobody here has proven lent.dump when it was made: it was looked through",
    )
    const asked = { mode: "globals", serverId: ids.get(pg) as ServerId } as const
    const { data: begun } = await controller.call(createRestore, {
      body: { sourceId: globals.id, options: asked },
    })
    expect((await controller.restoreDone(begun.id)).status).toBe("completed")
    const { name } = await restored(pg, lent)
    expect(
      await pg.sql(
        name,
        "select tableowner, rolcanlogin from pg_tables join pg_roles on rolname = tableowner where tablename = 't'",
      ),
    ).toBe("leaver\tt\n")
  })
})

describe("a dump by hand, like a backup,", () => {
  test("gives single tables, also out of a file of several databases", async () => {
    const archive = await taken(await dump(pg, "tables.dump", "pg_dump -Fc shop"))
    const { name } = await restored(pg, archive, {}, ["public.item"])
    expect(
      await pg.sql(name, "select count(*) from item; select count(*) from pg_class where relname = 'items'"),
    ).toBe("500\n0\n")
    for (const server of [mysql, mariadb]) {
      const tool = server.engine === "mysql" ? "mysqldump" : "mariadb-dump"
      const all = await taken(
        await dump(server, `all-${server.engine}.sql`, `${tool} -uroot --databases shop other`),
      )
      const { name } = await restored(server, all, { sourceDatabase: "other" }, ["o"])
      expect(await server.sql(name, "select * from o; show tables")).toBe("7\no\n")
      expect(await whyNot(restored(server, all, { sourceDatabase: "other" }, ["item"]))).toContain("item")
    }
  })

  test("is loaded into a database that is there, which is as it was when that fails", async () => {
    const archive = await taken(await dump(pg, "over.dump", "pg_dump -Fc shop"))
    const { name } = await restored(pg, archive)
    await pg.sql(name, "delete from item where id > 7; create table mine (a int)")
    await carriedOut(pg, archive, { mode: "clean", name, content: "data", tables: ["public.item"] })
    expect(await contents(pg, name)).toBe(await contents(pg, "shop"))
    await pg.sql(name, "delete from item where id > 7; create view needed as select * from item")
    expect(await whyNot(carriedOut(pg, archive, { mode: "clean", name }))).toContain("needed")
    expect(await pg.sql(name, "select count(*) from needed")).toBe("7\n")
    await carriedOut(pg, archive, { mode: "replace", name })
    expect(await contents(pg, name)).toBe(await contents(pg, "shop"))
    expect(await pg.sql(name, "select to_regclass('mine') is null")).toBe("t\n")
    const text = await taken(await dump(mysql, "over.sql", `mysqldump ${options} shop`))
    const { name: copy } = await restored(mysql, text)
    await mysql.sql(copy, "delete from item; create table mine (a int)")
    await carriedOut(mysql, text, { mode: "replace", name: copy })
    expect(await contents(mysql, copy)).toBe(await contents(mysql, "shop"))
    expect(await mysql.sql(copy, "show tables")).toBe("item\nitems\n")
  })

  test("of several files is loaded whole, by one job, into a new database, or not at all", async () => {
    const tar = await taken(await dump(pg, "whole.tar", "pg_dump -Ft shop"))
    const { name } = await restored(pg, tar)
    expect(await whyNot(restored(pg, tar, {}, ["public.item"]))).toContain("one by one out of the tar format")
    expect(await whyNot(carriedOut(pg, tar, { mode: "new", name: "many", jobs: 2 }))).toContain(
      "in the tar format",
    )
    expect(await whyNot(carriedOut(pg, tar, { mode: "clean", name }))).toContain(
      "tar format cannot be loaded all at once",
    )
  })
})

describe("a script", () => {
  const scripted = (name: string, text: string): Promise<RestoreSource> => {
    const path = join(here.folder, name)
    writeFileSync(path, text)
    return taken(path)
  }

  test("makes what it says in a database of its own", async () => {
    const source = await scripted(
      "mine.sql",
      "-- mine\ncreate table a (b int);\ninsert into a values (1), (2);\n",
    )
    const copies = await Promise.all(
      [pg, mysql].map(async (server) => ({ server, ...(await restored(server, source)) })),
    )
    for (const { server, name, done } of copies)
      expect([done.tables, await server.sql(name, "select count(*) from a")]).toEqual([1, "2\n"])
  })

  test("that fails in the middle, or makes nothing, leaves nothing", async () => {
    const failing = await scripted(
      "failing.sql",
      "create table a (b int);\ninsert into nowhere values (1);\n",
    )
    const idle = await scripted("idle.sql", "select 1;\n")
    const before = await databases(pg)
    expect(await whyNot(restored(pg, failing))).toContain('relation "nowhere" does not exist')
    expect(await whyNot(restored(pg, idle))).toContain("there is nothing in copy_")
    expect(await databases(pg)).toEqual(before)
  })
})

test("the command line sends a file, or finds it at a destination, shows the plan and restores it", async () => {
  const path = await packed(await dump(pg, "cli.sql", "pg_dump shop"), "gzip")
  writeFileSync(join(here.folder, "nas/dumps/cli.sql.gz"), readFileSync(path))
  const restore = (source: string, ...more: string[]) =>
    must([
      ...[process.execPath, join(repository, "controller/cli.ts"), "restore", source, "--on", pg.name],
      ...["--as", "by_file", "--url", controller.url, ...more],
    ])
  expect(await restore("nas:dumps/cli.sql.gz", "--dry-run")).toContain("Restore cli.sql.gz on")
  const said = await restore(path, "--yes")
  expect(said).toContain("Restore cli.sql.gzip on")
  expect(said).toContain("by_file is restored: 1 tables, as many as the file holds")
  expect(await pg.sql("by_file", "select count(*) from item")).toBe("500\n")
  const files = await (await fetch(`${controller.url}/api/destinations/nas/files?prefix=dumps/`)).json()
  expect(files.data).toMatchObject([{ key: "dumps/cli.sql.gz", kind: "file" }])
})

test("a file of a destination that was changed since is not loaded", async () => {
  const path = join(here.folder, "nas/dumps/changing.sql")
  writeFileSync(path, "create table a (b int);\n")
  const response = await fetch(`${controller.url}/api/restores/sources`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ destination: "nas", key: "dumps/changing.sql" }),
  })
  const { data: source } = (await response.json()) as { data: RestoreSource }
  writeFileSync(path, "create table b (b int);\n")
  expect(await whyNot(restored(pg, source))).toContain("does not have the sha-256 recorded")
})

describe("nothing is made of, and nothing left of", () => {
  const changed = (path: string, name: string, change: (bytes: Buffer) => Buffer | string): string => {
    const to = join(here.folder, name)
    writeFileSync(to, change(readFileSync(path)))
    return to
  }
  const uploads = () => readdirSync(join(here.folder, "db/uploads")).sort()

  test("files that are cut, changed, empty or hostile", async () => {
    const plain = await dump(pg, "good.sql", "pg_dump shop")
    const archive = await dump(pg, "good.dump", "pg_dump -Fc shop")
    const text = await dump(mysql, "good-mysql.sql", "mysqldump -uroot shop")
    const before = uploads()
    const inserted = (path: string, name: string, line: string) =>
      changed(path, name, (bytes) =>
        bytes.toString("latin1").replace(/CREATE TABLE/, `${line}\nCREATE TABLE`),
      )
    const cases: readonly (readonly [string, string])[] = [
      [changed(plain, "cut.sql", (bytes) => bytes.subarray(0, bytes.length / 2)), "without its trailer"],
      [changed(archive, "cut.dump", (bytes) => bytes.subarray(0, bytes.length / 2)), "the archive ends"],
      [
        changed(await packed(plain, "gzip"), "cut.gz", (bytes) => bytes.subarray(0, bytes.length / 2)),
        "is not a whole gzip file",
      ],
      [changed(plain, "empty", () => ""), "the file has no bytes"],
      [
        changed(plain, "bomb.gz", () => Buffer.from(Bun.gzipSync(Buffer.alloc(limitBytes * 2, " ")))),
        "unpacked, the file has more than",
      ],
      [inserted(plain, "shell.sql", "\\! touch /tmp/x"), "is a command of the client"],
      [inserted(plain, "copy.sql", "\\copy item to '/tmp/x'"), "is a command of the client"],
      [inserted(plain, "program.sql", "COPY item TO PROGRAM 'id';"), "runs a program"],
      [inserted(text, "source.sql", "source /etc/passwd;"), "is a command of the client"],
      [inserted(text, "load.sql", "LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE x;"), "reads a file"],
      [inserted(text, "away.sql", "INSERT INTO `other`.`o` VALUES (666);"), "names a database by itself"],
    ]
    for (const [path, message] of cases)
      expect([path, await refusal(path)]).toEqual([path, expect.stringContaining(message)])
    expect(uploads()).toEqual(before)
  })

  test("an archive whose rows were damaged: its tool stops, and the new database is dropped", async () => {
    const path = await dump(
      pg,
      "folder.tar",
      "rm -rf /tmp/d && pg_dump -Fd -f /tmp/d shop && tar -C /tmp/d -cf - .",
    )
    const source = await taken(
      changed(path, "damaged.tar", (bytes) => {
        const at = bytes.indexOf(Buffer.from([0x1f, 0x8b, 0x08]), 4096)
        bytes.fill(0x55, at + 20, at + 60)
        return bytes
      }),
    )
    const before = await databases(pg)
    expect(await whyNot(restored(pg, source))).toContain("dropped the unfinished database")
    expect((await databases(pg)).sort()).toEqual(before.sort())
    expect(await left(pg)).toBe("")
  })

  test("a dump of another engine, of a newer version, and a database that is not in it", async () => {
    const source = await taken(await dump(mysql, "wrong.sql", "mysqldump -uroot --databases shop other"))
    expect(await whyNot(planned(pg, source, { sourceDatabase: "shop" }))).toContain(
      "is of mysql, the server is postgres",
    )
    expect(await whyNot(planned(mysql, source))).toContain("holds several databases: shop, other")
    expect(await whyNot(planned(mysql, source, { sourceDatabase: "blog" }))).toContain(
      "holds no database blog, but shop, other",
    )
    const newer = changed(join(here.folder, "good.sql"), "newer.sql", (bytes) =>
      bytes.toString("latin1").replace(/version 17\.\d+/g, "version 99.1"),
    )
    const { warnings } = await planned(pg, await taken(newer))
    expect(warnings.join("\n")).toContain("newer than the server's")
  })

  test("an upload that is cut at half", async () => {
    const before = uploads()
    const bytes = readFileSync(await dump(pg, "half.sql", "pg_dump shop"))
    const abort = new AbortController()
    const body = new ReadableStream({
      async start(stream) {
        stream.enqueue(
          Buffer.from('--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n'),
        )
        stream.enqueue(bytes.subarray(0, bytes.length / 2))
        await until("it has begun to be kept", async () => uploads().length > before.length)
        abort.abort()
      },
    })
    const headers = { "content-type": "multipart/form-data; boundary=b" }
    await fetch(`${controller.url}/api/restores/upload`, {
      method: "POST",
      body,
      headers,
      signal: abort.signal,
    }).catch(() => {})
    await until("nothing is left of it", async () => uploads().length === before.length)
    expect(uploads()).toEqual(before)
  })
})

test("what was restored is still told of once the file is forgotten", async () => {
  const { data } = await controller.call(listRestores)
  const [newest] = data.filter(({ status, source }) => status === "completed" && source?.origin === "upload")
  const path = join(here.folder, "db/uploads", newest?.source?.id ?? "")
  expect(existsSync(path)).toBe(true)
  await fetch(`${controller.url}/api/restores/sources/${newest?.source?.id}`, { method: "DELETE" })
  expect(existsSync(path)).toBe(false)
  const { data: after } = await controller.call(listRestores)
  expect(after.find(({ id }) => id === newest?.id)?.source?.fileName).toBe(newest?.source?.fileName ?? "")
})
