// A restore into a database that is there, broken off at each step: what was there is there again, row for row, or it is said what is, and how to go back.
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test"
import { spawn } from "node:child_process"
import {
  cancelRestore,
  createBackup,
  createRestore,
  getRestore,
  getRestoreLogs,
  listRestores,
  planRestore,
} from "../../schemas/api.ts"
import type { CompletedBackup } from "../../schemas/backup.ts"
import { must } from "../support/command.ts"
import { type Controller, type Place, place, startController } from "../support/controller.ts"
import { contents, fill } from "../support/samples.ts"
import { homeDatabase, startServer, type TestServer } from "../support/servers.ts"
import { until } from "../support/until.ts"

setDefaultTimeout(300_000)

type Mode = "clean" | "replace"
interface More {
  readonly endConnections?: boolean
  readonly safetyBackup?: boolean
  readonly content?: "all" | "schema" | "data"
  readonly tables?: readonly string[]
}

// All at once: most of a server's start is waiting.
const started = new Map<string, { readonly here: Place; readonly server: TestServer }>()
beforeAll(async () => {
  for (const image of ["mysql:9", "mariadb:11.8", "postgres:17"]) {
    const here = place()
    const labels = { enable: "true", schedule: "manual", retention: "last=50" }
    const named = Object.entries(labels).map(([key, value]) => [`${here.prefix}.${key}`, value])
    started.set(image, {
      here,
      server: await startServer(image, Object.fromEntries(named), ["--network", "none"]),
    })
  }
})
afterAll(async () => {
  for (const { here, server } of started.values()) {
    await server.remove()
    here.remove()
  }
})

/** A server with a database of that name, a good backup of it, and other rows in it since. */
async function scene(image: string, name: string, prepare: (server: TestServer) => Promise<unknown>) {
  const begun = started.get(image)
  if (!begun) throw new Error(`${image} was not started`)
  const { here, server } = begun
  await server.ready()
  await fill(server, name)
  await prepare(server)
  let controller = await startController(here)
  const listed = (on: Controller) => on.database(name, ({ server }) => server.container?.state === "running")
  const { id: databaseId } = await listed(controller)
  const { data } = await controller.call(createBackup, { body: { databaseId } })
  const backup = await controller.backupDone(data.id)
  if (backup.status !== "completed") throw new Error(`${JSON.stringify(backup)}\n${controller.log()}`)
  const body = (mode: Mode, more: More = {}, id: CompletedBackup["id"] = backup.id) => ({
    backupId: id,
    options: { mode, name, safetyBackup: false, ...more } as never,
  })
  const begin = async (mode: Mode, more: More = {}, on: Controller = controller) =>
    (await on.call(createRestore, { body: body(mode, more) })).data.id
  return {
    name,
    server,
    backup,
    body,
    begin,
    on: () => controller,
    sql: (statements: string) => server.sql(name, statements),
    rows: () => contents(server, name),
    done: async (mode: Mode, more: More = {}) => controller.restoreDone(await begin(mode, more)),
    /** Starts a controller that dies there, gives it a restore to do, and starts the real one after it. */
    async crashAt(point: string, mode: Mode, more: More = {}) {
      await controller.end("SIGTERM")
      const dying = await startController(here, { CRASH_AT: point }, "test/faults/crashing-controller.ts")
      try {
        await listed(dying)
        void begin(mode, more, dying).catch(() => undefined)
        await until(
          `it crashes ${point}`,
          () => Promise.race([dying.ended.then(() => true), Bun.sleep(50)]),
          60,
        )
      } catch (error) {
        await dying.end("SIGKILL")
        throw new Error(`${error}\n${dying.log()}`)
      }
      controller = await startController(here)
      const [newest] = (await controller.call(listRestores)).data
      return newest?.id ?? ""
    },
    /** Once a tool is at work in the database, by its session on the server. */
    async atWork(sessions: string) {
      await until(
        "the load is at work",
        async () => (await server.sql(homeDatabase[server.engine], sessions)).trim() !== "",
        60,
      )
    },
    end: () => controller.end("SIGTERM"),
  }
}
type Scene = Awaited<ReturnType<typeof scene>>

const one = async ({ on }: Scene, id: string) => (await on().call(getRestore, { params: { id } })).data
const logOf = async ({ on }: Scene, id: string) =>
  (await on().call(getRestoreLogs, { params: { id } })).data.map(({ message }) => message).join("\n")
const errorOf = async (here: Scene, id: string) => {
  const restore = await one(here, id)
  return "error" in restore ? restore.error : undefined
}

describe("into a PostgreSQL database", () => {
  let here: Scene
  let dumped: string
  let before: string
  const loading =
    "select pid from pg_stat_activity where application_name = 'dbbackup' and query like 'COPY public.slow%' and state = 'active'"
  const marks = () => here.server.sql("postgres", "select setconfig from pg_db_role_setting")

  beforeAll(async () => {
    here = await scene("postgres:17", `sh"op 'x' 🐘`, async (server) => {
      const nasty = `sh"op 'x' 🐘`
      await server.sql(
        nasty,
        `create function hold(i int) returns int immutable language plpgsql as 'begin perform pg_sleep(0.1); return i; end';
         create table slow (i int, j int generated always as (hold(i)) stored); insert into slow select generate_series(1, 12);
         create extension hstore; create schema apart; create table apart.t (h public.hstore); create role reader`,
      )
      await server.sql("postgres", `alter database "${nasty.replaceAll('"', '""')}" connection limit 40`)
      dumped = await contents(server, nasty)
    })
    await here.sql(
      `delete from line where id % 3 = 0; update item set body = 'changed' where id % 2 = 0; drop view expensive;
       create view expensive as select id, price, body from item where price > 10; grant select on item to reader;
       create table since (id int primary key, item_id int references item (id)); insert into since select i, i from generate_series(1, 50) i;
       create table apart.since (i int); select lo_from_bytea(0, 'since')`,
    )
    before = await here.rows()
    expect(before).not.toBe(dumped)
  })
  afterAll(() => here?.end())
  const unchanged = async () => {
    expect(await here.rows()).toBe(before)
    expect((await here.sql("select count(*) from since; select count(*) from apart.since")).trim()).toBe(
      "50\n0",
    )
    expect((await here.sql("select count(*) from pg_class where relname like 'dbbackup%'")).trim()).toBe("0")
    await until("no mark is left", async () => !(await marks()).includes("dbbackup"), 30)
  }

  test("is planned with what is overwritten and what stays, and refused while somebody is connected", async () => {
    const { data: plan } = await here
      .on()
      .call(planRestore, { body: { ...here.body("replace"), dryRun: true } })
    expect(plan.lost.join("\n")).toMatch(/overwritten: .*public\.item \(about \d+ rows now\)/)
    expect(plan.lost.join("\n")).toContain(
      "dropped, and not in the backup: apart.since (about 0 rows now), public.since",
    )
    const session = spawn("docker", [
      "exec",
      "-i",
      here.server.name,
      "psql",
      "-U",
      "postgres",
      "-d",
      here.name,
    ])
    session.stdin.write("begin; select count(*) from item;\n")
    await until(
      "somebody is connected",
      async () =>
        (
          await here.server.sql(
            "postgres",
            "select 1 from pg_stat_activity where state = 'idle in transaction'",
          )
        ).trim() === "1",
    )
    expect(here.begin("clean")).rejects.toMatchObject({ error: { code: "CONFLICT" } })
    await unchanged()
    session.kill()
    await until(
      "nobody is connected",
      async () =>
        (
          await here.server.sql(
            "postgres",
            "select 1 from pg_stat_activity where state = 'idle in transaction'",
          )
        ).trim() === "",
    )
  })

  test("fails with names where something depends on what is replaced, and changes nothing", async () => {
    await here.sql("create view over_it as select body from item")
    const done = await here.done("clean")
    await here.sql("drop view over_it")
    expect(done).toMatchObject({
      status: "failed",
      error: { code: "restore-failed", hint: expect.stringContaining("Nothing was changed") },
    })
    expect(await errorOf(here, done.id)).toMatchObject({
      message: expect.stringContaining("view public.over_it"),
    })
    await unchanged()
  })

  test("is cancelled, loses its tool, and loses its server, and each time nothing has changed", async () => {
    const cancelled = await here.begin("replace")
    await here.atWork(loading)
    await here.on().call(cancelRestore, { params: { id: cancelled } })
    expect(await here.on().restoreDone(cancelled)).toMatchObject({ status: "cancelled" })
    await unchanged()

    const killed = await here.begin("clean")
    await here.atWork(loading)
    await must([
      "docker",
      "exec",
      here.server.name,
      "sh",
      "-c",
      "for p in /proc/[0-9]*; do case $(cat $p/comm 2>/dev/null) in pg_restore) kill -9 ${p#/proc/};; esac; done",
    ])
    expect(await here.on().restoreDone(killed)).toMatchObject({ status: "failed" })
    await unchanged()

    const lost = await here.begin("replace")
    await here.atWork(loading)
    await must(["docker", "restart", "--time", "0", here.server.name])
    await here.server.ready()
    // A server that was killed goes on some values later.
    await here.sql("select setval('line_id_seq', 5000)")
    expect(await here.on().restoreDone(lost)).toMatchObject({ status: "failed" })
    expect(await logOf(here, lost)).toContain("is as it was")
    await unchanged()
  })

  test.each([
    ["before anything of it was begun", "after catalogue.startRestore", "nothing had been changed yet"],
    ["while it is loaded", "after docker.exec --single-transaction", "nothing of the restore was committed"],
    [
      "once it is committed, and that is not noted",
      "before docker.exec select 'committed'",
      "was restored as a whole",
    ],
  ])("of a controller that is killed %s, it is known what became of it", async (_, point, said) => {
    const id = await here.crashAt(point, "replace")
    expect(await one(here, id)).toMatchObject({ status: "interrupted" })
    const told = async () => {
      const { message, hint } = (await errorOf(here, id)) ?? { message: "", hint: "" }
      return `${message}. ${hint}`.includes(said)
    }
    await until("it is told with the restore", told, 60)
    if (said.includes("as a whole")) {
      expect(await here.rows()).toBe(dumped)
      await until("no mark is left", async () => !(await marks()).includes("dbbackup"), 30)
    } else await unchanged()
  })

  test("over what the backup holds leaves all else, and keys of it hold again", async () => {
    await here.sql(
      "create table since (id int primary key, item_id int references item (id)); insert into since select i, i from generate_series(1, 50) i; update item set body = 'changed'; delete from line",
    )
    const done = await here.done("clean", { endConnections: true, safetyBackup: true })
    expect(done).toMatchObject({ status: "completed", differences: [], safetyBackupId: expect.any(String) })
    expect((await here.rows()).replaceAll(/since_.*\n/g, "")).toBe(dumped)
    expect((await here.sql("select count(*) from since join item on item.id = item_id")).trim()).toBe("50")
  })

  test("with rows alone leaves the tables as they are by now, with what depends on them", async () => {
    await here.sql(
      "create view over_it as select body from item; alter table item add extra int default 7; update item set body = 'changed'; delete from line where id > 9",
    )
    expect(await here.done("clean", { content: "data" })).toMatchObject({
      status: "completed",
      differences: [],
    })
    expect(
      (
        await here.sql(
          "select count(*), count(extra), count(*) filter (where body = 'changed') from item; select count(*) from line; select count(*) from over_it",
        )
      ).trim(),
    ).toBe("3000\t3000\t0\n5000\n3000")
    await here.sql("drop view over_it; alter table item drop extra")
  })

  test("of one table alone gives back that one, unless something depends on it", async () => {
    const counts = async () =>
      (
        await here.sql(
          "select (select count(*) from line), (select n from totals), (select count(*) from item where body = 'changed'), (select last_value >= 5000 from line_id_seq)",
        )
      ).trim()
    await here.sql("update item set body = 'changed' where id <= 10; delete from line where id > 7")
    expect(await here.done("clean", { tables: ["line"] })).toMatchObject({
      status: "failed",
      error: { message: expect.stringContaining("materialized view public.totals") },
    })
    expect(await counts()).toBe("7\t5000\t10\tt")
    const both = { tables: ["public.line", "totals"] }
    expect(await here.done("clean", both)).toMatchObject({ status: "completed", differences: [] })
    expect(await counts()).toBe("5000\t5000\t10\tt")
    await here.sql("delete from line where id > 7")
    const rows = { tables: ["line"], content: "data" } as const
    const { data: plan } = await here
      .on()
      .call(planRestore, { body: { ...here.body("clean", rows), dryRun: true } })
    expect(plan.lost.join("\n")).toContain("overwritten: public.line")
    expect(plan.lost.join("\n")).not.toContain("public.item")
    expect(await here.done("clean", rows)).toMatchObject({ status: "completed", differences: [] })
    expect(await counts()).toBe("5000\t5000\t10\tt")
    await here.sql("delete from line; delete from since where item_id = 1; delete from item where id = 1")
    expect(await here.done("clean", rows)).toMatchObject({
      status: "failed",
      error: { hint: expect.stringContaining("Restore the tables that they refer to") },
    })
    expect((await counts()).split("\t")[0]).toBe("0")
  })

  test("emptied before has what the backup holds, and stays what it is itself", async () => {
    await here.sql(
      "grant create on schema public to reader; alter default privileges grant all on tables to reader",
    )
    expect(await here.done("replace")).toMatchObject({ status: "completed", differences: [] })
    expect(await here.rows()).toBe(dumped)
    expect(
      (
        await here.sql(
          "select count(*) from pg_class where relname = 'since'; select count(*) from pg_default_acl; select has_schema_privilege('reader', 'public', 'create'); select count(*) from pg_largeobject_metadata",
        )
      ).trim(),
    ).toBe("0\n0\nf\n1")
    expect(
      (
        await here.server.sql("postgres", "select datconnlimit from pg_database where datname like 'sh%'")
      ).trim(),
    ).toBe("40")
  })
})

describe.each([
  ["mysql:9", "sh'op x `é`"],
  ["mariadb:11.8", "shop x `é`"],
])("into a database of %s", (image, name) => {
  let here: Scene
  let dumped: string
  let before: string
  // See mysql-in-place-sql.ts.
  const processes = `${image.startsWith("mysql") ? "performance" : "information"}_schema.processlist`
  const loading = `select id from ${processes} where info like 'INSERT INTO \`slow\`%'`
  const around = () =>
    here.server.sql(
      "mysql",
      `select default_collation_name from information_schema.schemata where schema_name like 'sh%'; show grants for app@localhost`,
    )
  const killTool = () =>
    must([
      "docker",
      "exec",
      here.server.name,
      "sh",
      "-c",
      "for p in /proc/[0-9]*; do case $(cat $p/comm 2>/dev/null) in mysql|mariadb) kill -9 ${p#/proc/};; esac; done",
    ])
  const rest = () =>
    here.sql(
      `select table_name, table_type from information_schema.tables where table_schema = database() order by 1; select count(*) from slow;
       select routine_name from information_schema.routines where routine_schema = database() order by 1`,
    )
  let restBefore: string
  const unchanged = async () => {
    expect(await here.rows()).toBe(before)
    expect(await rest()).toBe(restBefore)
    expect((await here.sql("select count(*), sum(item_id) from since")).trim()).toBe("50\t1275")
  }

  beforeAll(async () => {
    here = await scene(image, name, async (server) => {
      await server.sql(
        name,
        `create table slow (i int, j char(128) generated always as (sha2(repeat(char(65 + i % 26), 4000000), 512)) stored);
         insert into slow (i) with recursive n (i) as (select 1 union all select i + 1 from n where i < 60) select i from n;
         create user app@localhost; grant select, insert on \`${name.replaceAll("`", "``").replaceAll("_", "\\_")}\`.* to app@localhost;
         ${image.startsWith("mariadb") ? "create sequence counter; create table kept_rows (i int) with system versioning; insert into kept_rows values (1)" : ""}`,
      )
      dumped = await contents(server, name)
    })
    await here.sql(
      `delete from line where id % 3 = 0; update item set body = 'changed' where id % 2 = 0; drop view expensive;
       create view expensive as select id, price from item where price > 10; drop procedure twice; create procedure twice(in n int, out m int) set m = n * 2 + 1;
       create table since (id int primary key, item_id int, constraint since_item foreign key (item_id) references item (id)); insert into since select id, id from item where id <= 50;
       create view over_it as select body from item; create function mine() returns int deterministic return 1; create event every_year on schedule every 1 year do set @x = 1;
       ${image.startsWith("mariadb") ? "create sequence other; create package p as function f() returns int; end" : ""}`.replace(
        /create package.*/,
        "",
      ),
    )
    before = await here.rows()
    restBefore = await rest()
    expect(before).not.toBe(dumped)
  })
  afterAll(() => here?.end())

  test("fails half-way, and what was there is put back from the backup made before, row for row", async () => {
    const killed = await here.begin("replace", { safetyBackup: true })
    await here.atWork(loading)
    await killTool()
    const done = await here.on().restoreDone(killed)
    expect(done).toMatchObject({
      status: "failed",
      error: { message: expect.stringContaining("was put back as it was") },
    })
    await unchanged()
  })

  if (image.startsWith("mysql"))
    test("of a controller that is killed, it is told how to go back; and one that is cancelled has gone back by itself", async () => {
      const id = await here.crashAt("after docker.exec --init-command", "replace", { safetyBackup: true })
      const { hint } = (await errorOf(here, id)) ?? {}
      const [, safety] = /restore (\S+) --replace --as '.*' --on /.exec(hint ?? "") ?? []
      expect((await one(here, id)).safetyBackupId as string | undefined).toBe(safety)
      const back = here.body("replace", {}, safety as CompletedBackup["id"])
      const { data } = await here.on().call(createRestore, { body: back })
      expect(await here.on().restoreDone(data.id)).toMatchObject({ status: "completed", differences: [] })
      await unchanged()

      const cancelled = await here.begin("clean", { safetyBackup: true })
      await here.atWork(loading)
      await here.on().call(cancelRestore, { params: { id: cancelled } })
      const done = await here.on().restoreDone(cancelled)
      expect(done).toMatchObject({
        status: "cancelled",
        error: { message: expect.stringContaining("was put back as it was") },
      })
      await unchanged()
    })

  test("of one table alone gives back that one, or its rows, and nothing else", async () => {
    const counts = async () =>
      (
        await here.sql(
          "select (select count(*) from line), (select count(*) from item), (select count(*) from item where body = 'changed'), (select count(*) from information_schema.triggers where trigger_schema = database())",
        )
      ).trim()
    expect(await counts()).toBe("600\t900\t450\t1")
    expect(await here.done("clean", { tables: ["line"] })).toMatchObject({
      status: "completed",
      differences: [],
    })
    expect(await counts()).toBe("900\t900\t450\t1")
    const rows = (table: string) => ({ tables: [table], content: "data" }) as const
    expect(await here.done("clean", rows("line"))).toMatchObject({
      status: "failed",
      error: { message: expect.stringContaining("has triggers") },
    })
    await here.sql("set foreign_key_checks = 0; delete from item where id > 10")
    expect(await here.done("clean", rows("item"))).toMatchObject({ status: "completed", differences: [] })
    expect(await counts()).toBe("900\t900\t0\t1")
  })

  test("over what the backup holds leaves all else, and ends who is connected only when told to", async () => {
    const ended = here.sql("begin; select count(*) from item; select '🐘', sleep(300)").catch(() => undefined)
    await here.atWork(`select id from ${processes} where info like '%sleep(300)%' and id <> connection_id()`)
    expect(here.begin("clean")).rejects.toMatchObject({ error: { code: "CONFLICT" } })
    const done = await here.done("clean", { safetyBackup: true, endConnections: true })
    await ended
    expect(done).toMatchObject({ status: "completed", differences: [], safetyBackupId: expect.any(String) })
    expect((await here.rows()).replaceAll(/(mine|every_year)\n|since_item\titem\n/g, "")).toBe(dumped)
    expect(
      (
        await here.sql(
          "select count(*), sum(item_id) from since; select count(*) from over_it; select mine()",
        )
      ).trim(),
    ).toBe("50\t1275\n900\n1")
  })

  test("emptied before has what the backup holds, and stays what it is itself", async () => {
    const was = await around()
    expect(await here.done("replace")).toMatchObject({ status: "completed", differences: [] })
    expect(await here.rows()).toBe(dumped)
    expect(await rest()).not.toMatch(/since|over_it|mine|other/)
    expect(await around()).toBe(was)
  })

  if (image.startsWith("mysql"))
    test("without a backup made before says that it is left half restored", async () => {
      const killed = await here.begin("replace")
      await here.atWork(loading)
      await killTool()
      expect(await here.on().restoreDone(killed)).toMatchObject({
        status: "failed",
        error: {
          message: expect.stringContaining("is left half restored"),
          hint: expect.stringContaining("Restore a good one"),
        },
      })
    })
})
