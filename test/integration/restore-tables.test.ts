// Chosen tables of a backup on real servers: they come row for row, with what is theirs, under whatever names; nothing else comes.
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test"
import type { z } from "zod"
import { rulesFor } from "../../controller/engines/registry.ts"
import { createBackup, createRestore, getRestoreLogs, planRestore } from "../../schemas/api.ts"
import type { CompletedBackup } from "../../schemas/backup.ts"
import type { RestoreOptions } from "../../schemas/restore.ts"
import { type Controller, type Place, place, startController } from "../support/controller.ts"
import { runScript } from "../support/docker-cli.ts"
import { dump, look, named } from "../support/dumped.ts"
import { homeDatabase, startServer, type TestServer } from "../support/servers.ts"

setDefaultTimeout(300_000)

/** What names may hold that shells, statements and dumps read as something else. MySQL takes no emoji in a name. */
const odd = {
  postgres: "we\"ird.na'me; 🐘",
  mysql: "we`ird \"na'me; --漢字",
  mariadb: "we`ird \"na'me; --漢字",
}
const quotedFor = (engine: TestServer["engine"]) => (name: string) =>
  engine === "postgres" ? `"${name.replaceAll('"', '""')}"` : `\`${name.replaceAll("`", "``")}\``
const oddTable = (engine: TestServer["engine"]) =>
  engine === "postgres" ? `"s.p".${quotedFor(engine)(odd[engine])}` : quotedFor(engine)(odd[engine])
/** As the fingerprint writes it. */
const oddName = (engine: TestServer["engine"]) =>
  engine === "postgres" ? '"s.p"."we""ird.na\'me; 🐘"' : odd[engine]

const postgresSample = `
create extension citext; create role clerk;
create type mood as enum ('good', 'bad'); create domain positive as int check (value > 0);
create function doubled(n int) returns int immutable language sql as 'select n * 2';
create table item (id int primary key, name citext, feeling mood not null default 'good');
insert into item select i, 'Name ' || i from generate_series(1, 50) i;
create table line (id int generated always as identity (start 100) primary key, item_id int references item,
  amount positive default doubled(3), twice int generated always as (amount * 2) stored, note text,
  parent int references line);
insert into line (item_id, note) select i, e'it''s\\n\\\\.\\t;' || i from generate_series(1, 30) i; update line set parent = 100;
create index on line (note); comment on column line.note is 'what; for'; grant select on line to clerk;
alter table line enable row level security; create policy own on line using (true);
create function touch() returns trigger language plpgsql as 'begin new.note := new.note || ''!''; return new; end';
create trigger touched before update on line for each row execute function touch();
create function first_item() returns item language sql as 'select * from item limit 1';
create table event (at int, what text default 'x') partition by range (at);
create table event_1 partition of event for values from (0) to (10);
create table event_2 partition of event for values from (10) to (20);
insert into event select generate_series(0, 19); create unique index on event (at);
create schema "s.p"; create sequence "s.p".shared start 7;
create table ${oddTable("postgres")} ("a.b" text default nextval('"s.p".shared'), "c ""d" int[]);
insert into ${oddTable("postgres")} ("c ""d") values ('{1,2}'), (null); create table "s.p".left_out (id int);
create view rich as select id, name from item where id > 40; create materialized view sums as select sum(amount) from line;
create publication all_of_it for all tables; select lo_from_bytea(0, 'large');
`
const mysqlSample = (engine: "mysql" | "mariadb") => `
create table item (id int primary key, name varchar(40), feeling enum('good', 'bad') not null default 'good');
insert into item (id, name) with recursive n (i) as (select 1 union all select i + 1 from n where i < 50) select i, concat('Name ', i) from n;
create table line (id int auto_increment primary key, item_id int not null, amount int default 3 comment 'a, b);',
  twice int generated always as (amount * 2) stored, thrice int generated always as (amount * 3) virtual, note text, data blob,
  parent int, key (note(10)), constraint line_item foreign key (item_id) references item (id) on delete cascade,
  constraint line_parent foreign key (parent) references line (id)) auto_increment = 100;
insert into line (item_id, note, data) select id, concat('it\\'s\\n;\\t\\\\-- \\0', id, '; DROP TABLE \`item\`; 🐘'), unhex('00ff27') from item where id <= 30;
update line set parent = 100;
create table event (at int primary key) partition by hash (at) partitions 3;
insert into event select id from item;
create table ${oddTable(engine)} (\`a.b\` text, \`c\`\`d\` json, bits bit(3)); insert into ${oddTable(engine)} values ('x', '[1]', b'101'), (null, null, null);
create view rich as select id, name from item where id > 40;
create view richer as select id from rich;
create procedure nothing_done() select 'DELIMITER ;';
create event nothing on schedule every 1 day do select 1;
delimiter //
create trigger touched before insert on line for each row begin set new.note = concat(new.note, '!'); set @a = 1; end //
delimiter ;
`

let here: Place
let controller: Controller
const started: TestServer[] = []
const backups = new Map<string, CompletedBackup>()
let restored = 0

beforeAll(async () => {
  here = place()
  const words = { enable: "true", schedule: "manual", fingerprint: "exact" }
  const labels = Object.fromEntries(
    Object.entries(words).map(([key, value]) => [`${here.prefix}.${key}`, value]),
  )
  const start = async (image: string) => {
    const server = await startServer(image, labels)
    started.push(server)
    await server.ready()
    const { engine } = server
    await server.sql(homeDatabase[engine], "create database shop")
    await server.sql("shop", engine === "postgres" ? postgresSample : mysqlSample(engine))
  }
  await Promise.all(["postgres:17", "mysql:9", "mariadb:11.8"].map(start))
  controller = await startController(here)
  await Promise.all(
    started.map(async (server) => {
      const { id } = await controller.database("shop", (each) => each.server.name === server.name)
      const { data } = await controller.call(createBackup, { body: { databaseId: id } })
      const done = await controller.backupDone(data.id)
      if (done.status !== "completed") throw new Error(`${JSON.stringify(done)}\n${controller.log()}`)
      backups.set(server.engine, done)
    }),
  )
})
afterAll(async () => {
  await controller?.end("SIGTERM")
  await Promise.all(started.map((server) => server.remove()))
  here?.remove()
})

type New = Omit<Extract<z.input<typeof RestoreOptions>, { mode: "new" }>, "mode" | "name">
const engines = ["postgres", "mysql", "mariadb"] as const
const server = (engine: string) => started.find((each) => each.engine === engine) as TestServer
const backupId = (engine: string) => (backups.get(engine) as CompletedBackup).id
const planFor = async (engine: string, options: New, name = "never_made") => {
  const body = {
    backupId: backupId(engine),
    options: { mode: "new" as const, name, ...options },
    dryRun: true as const,
  }
  return (await controller.call(planRestore, { body })).data
}
const restore = async (engine: string, options: New) => {
  const name = `restored_${++restored}`
  const plan = await planFor(engine, options, name)
  const body = {
    backupId: backupId(engine),
    options: { mode: "new" as const, name, ...options },
    planHash: plan.hash,
  }
  const { data: begun } = await controller.call(createRestore, { body })
  const done = await controller.restoreDone(begun.id)
  const { data: lines } = await controller.call(getRestoreLogs, { params: { id: begun.id } })
  return { name, plan, done, log: lines.map(({ level, message }) => `${level}: ${message}`).join("\n") }
}
const refusal = async (work: Promise<unknown>): Promise<{ message: string; hint: string }> => {
  const error = await work.then(
    () => undefined,
    (reason) => reason,
  )
  if (!error?.error) throw error ?? new Error("it was not refused")
  return error.error
}
/** Names of tables and views that are there. */
const contents = async (engine: string, name: string) =>
  (
    await server(engine).sql(
      name,
      `select table_name from information_schema.tables where table_schema in ('public', 's.p', '${name}') order by 1`,
    )
  )
    .trim()
    .split("\n")
/** All rows of a table, as the client writes them. */
const rows = (engine: string, name: string, table: string) =>
  server(engine).sql(
    name,
    engine === "postgres" ? `select t::text from ${table} t order by 1` : `select * from ${table} order by 1`,
  )
const expectSame = async (engine: string, name: string, table: string) => {
  const original = await rows(engine, "shop", table)
  expect(original.length).toBeGreaterThan(1)
  expect(await rows(engine, name, table)).toBe(original)
}

describe.each(engines)("%s", (engine) => {
  const id = (table: string) => (engine === "postgres" ? `public.${table}` : table)

  test.concurrent("chosen tables come row for row, without foreign keys to the others, and nothing else comes", async () => {
    const { name, plan, done, log } = await restore(engine, { tables: [id("line"), oddName(engine)] })
    expect(done).toMatchObject({ status: "completed", tables: 2, differences: [] })
    expect((await contents(engine, name)).sort()).toEqual(["line", odd[engine]].sort())
    for (const table of ["line", oddTable(engine)]) await expectSame(engine, name, table)
    expect(plan.steps.join("\n")).toContain(`of the backup only ${id("line")}`)
    expect(log).toContain("Left out, as a table that they refer to is left out")
    expect(log).toContain(
      engine === "postgres" ? "the foreign key line_item_id_fkey" : "the foreign key line_item of line",
    )
    // What is theirs works: the counter goes on, the trigger acts, the key to itself holds.
    const insert = "insert into line (note, item_id) values ('new', 1)"
    await server(engine).sql(name, insert)
    await server(engine).sql(name, "update line set note = 'changed' where note like 'new%'")
    const last = "select note from line where id > 129"
    expect(await server(engine).sql(name, last)).toBe(engine === "postgres" ? "changed!\n" : "changed\n")
    expect(server(engine).sql(name, "update line set parent = 999")).rejects.toThrow(/foreign key/i)
    expect(server(engine).sql("shop", "select 1 from line where note = 'changed'")).resolves.toBe("")
  })

  test.concurrent("a foreign key between chosen tables stays, partitions go with their table", async () => {
    const { name, done } = await restore(engine, { tables: [id("line"), id("item"), id("event")] })
    expect(done).toMatchObject({ status: "completed", differences: [] })
    for (const table of ["line", "item", "event"]) await expectSame(engine, name, table)
    expect(server(engine).sql(name, "update line set item_id = 999")).rejects.toThrow(/foreign key/i)
  })

  test.concurrent("without rows, everything else comes", async () => {
    const { name, done } = await restore(engine, { content: "schema" })
    expect(done).toMatchObject({ status: "completed", differences: [] })
    expect(await contents(engine, name)).toEqual(await contents(engine, "shop"))
    expect(await server(engine).sql(name, "select count(*) from line")).toBe("0\n")
  })

  test.concurrent("a view brings along what it reads, without rows", async () => {
    const { name, done, log } = await restore(engine, { tables: [id("rich")] })
    expect(done).toMatchObject({ status: "completed", tables: 1, differences: [] })
    expect(await contents(engine, name)).toEqual(["item", "rich"])
    expect(await server(engine).sql(name, "select count(*) from rich")).toBe("0\n")
    expect(log).toContain(`cannot be made without ${id("item")}: it comes along without rows`)
  })

  test.concurrent("a name that the backup does not hold is refused, and nothing is made", async () => {
    if (engine === "postgres") {
      const { message, hint } = await refusal(planFor(engine, { tables: ["public.lin"] }))
      expect(message).toBe('the backup holds no table or view "public.lin"')
      expect(hint).toContain("Did you mean public.line?")
      return
    }
    // It may be a view, of which only the dump tells.
    const { name, plan, done } = await restore(engine, { tables: ["lin"] })
    expect(plan.warnings.join("\n")).toContain("The manifest tells no table of the name lin")
    expect(done).toMatchObject({
      status: "failed",
      error: { code: "request-invalid", message: 'the backup holds no table or view "lin"' },
    })
    expect(await databases(engine)).not.toContain(name)
  })
})

describe.each(["mysql", "mariadb"] as const)("%s", (engine) => {
  test.concurrent("rows alone take the place of rows that are there, and come all or not at all", async () => {
    const rules = rulesFor(engine)
    const there = server(engine)
    const taken = await dump(there.name, rules, await look(there.name, rules), named("shop"))
    const asked = ["line", "item", oddName(engine)]
    const { name } = await restore(engine, { tables: asked })
    const load = async (tables: readonly string[]) => {
      const selecting = rules.selecting(
        { tables, content: "data", present: asked },
        taken.plan.format,
        "shop",
      )
      selecting.push(taken.bytes)
      selecting.finish()
      const rewriter = selecting.rewriter()
      const bytes = Buffer.concat([...rewriter.push(taken.bytes), ...rewriter.end()])
      const script = rules.load(name, taken.plan.format, {}, { content: "data", tables })
      return await runScript(there.name, script, bytes)
    }
    const acted = await load(asked)
    expect(acted.stderr).toContain("restore-unsupported: the table line has triggers")
    await there.sql(
      name,
      `drop trigger touched; delete from line where id > 110; update item set name = 'wrong'; delete from ${oddTable(engine)}`,
    )
    const { code, stderr } = await load(asked)
    expect({ code, stderr }).toMatchObject({ code: 0 })
    for (const table of ["line", "item", oddTable(engine)]) await expectSame(engine, name, table)
    // Rows that would refer to nothing, from either side: nothing changes.
    const counts = "select (select count(*) from line), (select count(*) from item)"
    await there.sql(name, "update line set parent = null; delete from line; delete from item where id < 5")
    const dangling = await load(["line"])
    const explained = rules.explain(`loading ${name}`, dangling, {})
    expect(explained.hint).toContain("Rows would refer to rows of another table that are not there")
    expect(await there.sql(name, counts)).toBe("0\t46\n")
    await there.sql(name, "insert into item (id) values (900); insert into line (item_id) values (900)")
    expect(rules.explain(`loading ${name}`, await load(["item"]), {}).hint).toContain("Rows would refer")
    expect(await there.sql(name, counts)).toBe("1\t47\n")
  })
})

const databases = (engine: string) =>
  server(engine).sql(
    homeDatabase[server(engine).engine],
    engine === "postgres" ? "select datname from pg_database" : "show databases",
  )

describe("of PostgreSQL alone", () => {
  test.concurrent("what belongs to a table comes with it, and what belongs to the database does not", async () => {
    const { name, plan } = await restore("postgres", { tables: ["line", "event_2"] })
    const ask = (statement: string) => server("postgres").sql(name, statement)
    expect(await contents("postgres", name)).toEqual(["event", "event_2", "line"])
    expect(await ask("select count(*), min(at) from event")).toBe("10\t10\n")
    expect(
      await ask(
        "select has_table_privilege('clerk', 'line', 'select'), relrowsecurity from pg_class where relname = 'line'",
      ),
    ).toBe("t\tt\n")
    expect(
      await ask(
        "select col_description('line'::regclass, attnum) from pg_attribute where attname = 'note' and attrelid = 'line'::regclass",
      ),
    ).toBe("what; for\n")
    expect(await ask("select count(*) from pg_policy")).toBe("1\n")
    expect(await ask("select extname from pg_extension where extname = 'citext'")).toBe("citext\n")
    expect(
      await ask(
        "select (select count(*) from pg_publication), (select count(*) from pg_largeobject_metadata)",
      ),
    ).toBe("0\t0\n")
    expect(plan.warnings.join("\n")).toContain(
      "cannot be made without public.event: it comes along without rows",
    )
    expect(plan.warnings.join("\n")).toContain("the function public.first_item()")
    expect(plan.neededBytes).toBeNull()
  })
})
