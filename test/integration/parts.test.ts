// Parts of databases on real servers: what a choice of tables, schema or rows dumps, and what a restore makes of it.
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test"
import { shortfalls } from "../../controller/core/completeness.ts"
import { choose } from "../../controller/core/part.ts"
import type { Probe } from "../../controller/engines/engine.ts"
import { rulesFor } from "../../controller/engines/registry.ts"
import { JobLabels } from "../../schemas/labels.ts"
import { runScript } from "../support/docker-cli.ts"
import { look, named, proof, uncompressed } from "../support/dumped.ts"
import { engineOf, homeDatabase, startServer, type TestServer } from "../support/servers.ts"

setDefaultTimeout(300_000)
const images = process.env.PART_IMAGES?.split(",") ?? [
  ...["postgres:17", "postgres:13"],
  ...["mysql:9", "mariadb:11.8", "mariadb:10.5"],
]
/** What names may hold that shells, patterns and SQL read as something else. MySQL takes no emoji in a name. */
const odd = (isPostgres: boolean) => (isPostgres ? "we\"ird $na'me*?.🐘" : "we ird $na*?漢字")

const postgresSample = `
create type mood as enum ('good', 'bad');
create table item (id int primary key, feeling mood not null default 'good');
insert into item (id) select generate_series(1, 50);
create table line (id serial primary key, item_id int not null references item);
insert into line (item_id) select generate_series(1, 20);
create table log_a (t text); insert into log_a values ('a');
create table log_b (t text); insert into log_b values ('b');
create table event (at int) partition by range (at);
create table event_1 partition of event for values from (0) to (10);
create table event_2 partition of event for values from (10) to (20);
insert into event select generate_series(0, 19);
create schema app; create table app.item (id int); insert into app.item values (7);
create view logged as select t from log_a;
create view ids as select id from line;
create function first_log() returns log_a language sql as 'select * from log_a limit 1';
create function touch() returns trigger language plpgsql as 'begin return new; end';
create trigger touched before insert on line for each row execute function touch();
select lo_from_bytea(0, '\\x0102');
create table ${`"${odd(true).replaceAll('"', '""')}"`} (id int); insert into ${`"${odd(true).replaceAll('"', '""')}"`} values (42);
`
const mysqlSample = `
create table item (id int primary key, feeling enum('good', 'bad') not null default 'good');
insert into item (id) with recursive n (i) as (select 1 union all select i + 1 from n where i < 50) select i from n;
create table line (id int auto_increment primary key, item_id int not null, foreign key (item_id) references item (id));
insert into line (item_id) select id from item where id <= 20;
create table log_a (t text); insert into log_a values ('a');
create table log_b (t text); insert into log_b values ('b');
create view logged as select t from log_a;
create view ids as select id from line;
create view ids2 as select id from ids;
create procedure nothing_done() select 1;
create event nothing on schedule every 1 day do select 1;
create trigger touched before insert on line for each row set new.item_id = new.item_id + 0;
create table \`${odd(false)}\` (id int); insert into \`${odd(false)}\` values (42);
`

for (const image of images) {
  const isPostgres = engineOf(image) === "postgres"
  const rules = rulesFor(engineOf(image))
  const quoted = (name: string) =>
    isPostgres ? `"${name.replaceAll('"', '""')}"` : `\`${name.replaceAll("`", "``")}\``
  describe(image, () => {
    let server: TestServer
    let probe: Probe
    let restored = 0

    beforeAll(async () => {
      server = await startServer(image, {})
      await server.ready()
      await server.sql(homeDatabase[server.engine], "create database shop")
      await server.sql("shop", isPostgres ? postgresSample : mysqlSample)
      probe = await look(server.name, rules)
    })
    afterAll(async () => {
      await server?.remove()
    })

    /** Dumps the part that the labels take of shop. */
    const dumped = async (labels: Record<string, string>) => {
      const spec = JobLabels.parse(labels)
      const listed = await runScript(server.name, rules.relations("shop", {}))
      if (listed.code !== 0) throw rules.explain("listing", listed, {})
      const { relations, foldCase } = rules.readRelations(listed)
      const choice = choose(spec, relations, foldCase)
      const facts = probe.databases.find(({ name }) => name === "shop")?.facts
      if (!facts) throw new Error("there is no shop")
      const form = { choice, plain: spec.format === "plain" }
      const plan = rules.dump(named("shop"), probe, {}, uncompressed, form)
      const { code, stderr, bytes } = await runScript(server.name, plan.script)
      if (code !== 0) throw new Error(stderr)
      const end = plan.end()
      proof(end, bytes)
      const held = end.held()
      const wanted = rules.wanted(choice, facts)
      expect(shortfalls(held, wanted)).toEqual([])
      const isPart = choice.leftOut.length + choice.withoutRows.length > 0
      return { plan, bytes, held, wanted, facts, isPart, choice }
    }

    const load = async (database: string, labels: Record<string, string>) => {
      const made = await dumped(labels)
      const script = rules.load(database, made.plan.format, {}, { isPart: made.isPart })
      const { code, stderr } = await runScript(server.name, script, made.bytes)
      if (code !== 0) throw new Error(`${code}: ${stderr}`)
      return made
    }

    /** Restores the part into a new database: its name, what was dumped, and the names of its tables and views. */
    const restore = async (labels: Record<string, string>) => {
      const database = `restored_${++restored}`
      await server.sql(homeDatabase[server.engine], `create database ${database}`)
      const made = await load(database, labels)
      const text = await server.sql(
        database,
        `select table_name from information_schema.tables where table_schema in ('public', 'app', '${database}') order by 1`,
      )
      const names = text.split("\n").filter((name) => name !== "")
      const count = async (table: string) =>
        Number(await server.sql(database, `select count(*) from ${quoted(table)}`))
      return { ...made, database, names, count }
    }

    test("tables by name come with their rows, and with nothing of the others", async () => {
      const { names, count, held } = await restore({ tables: "line,ids" })
      expect(names).toEqual(["ids", "line"])
      expect(await count("line")).toBe(20)
      expect(await count("ids")).toBe(20)
      expect(held).toMatchObject({ tables: 1, views: 1, triggers: 1, "tables' rows": 1 })
    })

    test("and by name in SQL text, the foreign key to what is not there left out", async () => {
      const { names, count } = await restore({ tables: "line,ids", format: "plain" })
      expect(names).toEqual(["ids", "line"])
      expect(await count("line")).toBe(20)
    })

    test("a name is a name, whatever is in it", async () => {
      const name = odd(isPostgres)
      const { names, count } = await restore({ tables: JSON.stringify([name]) })
      expect(names).toEqual([name])
      expect(await count(name)).toBe(42 - 41)
      const { names: others } = await restore({ "exclude-tables": JSON.stringify([name]) })
      expect(others).not.toContain(name)
      expect(others).toContain("item")
    })

    test("what is left out takes the views that read it along, and nothing else", async () => {
      const all = (await restore({ "exclude-data": "nothing_at_all" })).names
      const { names, count, held, facts } = await restore({ "exclude-tables": "log_*" })
      expect(all.filter((name) => !names.includes(name)).sort()).toEqual(["log_a", "log_b", "logged"])
      expect(await count("item")).toBe(50)
      expect(held.procedures ?? 0).toBe(facts.objects?.procedures ?? 0)
      expect(held.events ?? 0).toBe(facts.objects?.events ?? 0)
    })

    test("tables without their rows are there, empty", async () => {
      for (const format of isPostgres ? ["custom", "plain"] : ["plain"]) {
        const { count, held, wanted } = await restore({ "exclude-data": "item,log_b", format })
        expect([
          await count("item"),
          await count("line"),
          await count("log_a"),
          await count("log_b"),
        ]).toEqual([0, 20, 1, 0])
        expect(held["tables' rows"]).toBe(wanted.objects?.["tables' rows"] ?? -1)
      }
    })

    test("tables can be named and some of them be without rows", async () => {
      const { names, count } = await restore({ tables: "log_*", "exclude-data": "log_b" })
      expect(names).toEqual(["log_a", "log_b"])
      expect([await count("log_a"), await count("log_b")]).toEqual([1, 0])
      const bare = await restore({ tables: "log_b", "exclude-data": "log_b" })
      expect(bare.names).toEqual(["log_b"])
      expect(await bare.count("log_b")).toBe(0)
    })

    test("a schema alone has everything but rows, and takes the rows dumped alone", async () => {
      for (const format of isPostgres ? ["custom", "plain"] : ["plain"]) {
        const { database, names, count, held, facts } = await restore({ content: "schema", format })
        expect(names).toContain("logged")
        expect(await count("item")).toBe(0)
        expect(held).toMatchObject({ tables: facts.tables })
        expect(held["tables' rows"]).toBeUndefined()
        if (isPostgres) await server.sql(database, "alter table line drop constraint line_item_id_fkey")
        const rows = await load(database, { content: "data", format })
        expect(rows.held.tables).toBeUndefined()
        expect([await count("item"), await count("line"), await count(odd(isPostgres))]).toEqual([50, 20, 1])
        expect(await count("ids")).toBe(20)
      }
    })

    if (!isPostgres) return

    test("a whole database as SQL text is equal in every row", async () => {
      const spec = { plain: true }
      const plan = rules.dump(named("shop"), probe, {}, uncompressed, spec)
      const { bytes } = await runScript(server.name, plan.script)
      const end = plan.end()
      expect(proof(end, bytes)).toBe("the database dump complete trailer")
      const facts = probe.databases.find(({ name }) => name === "shop")?.facts
      expect(end.held()).toEqual({ tables: facts?.tables ?? 0, ...facts?.objects })
      await server.sql("postgres", "create database whole")
      const { code, stderr } = await runScript(server.name, rules.load("whole", "sql", {}), bytes)
      expect({ code, stderr }).toMatchObject({ code: 0 })
      const sum = "select (select count(*) from line), (select sum(at) from event), (select id from app.item)"
      expect(await server.sql("whole", sum)).toBe(await server.sql("shop", sum))
    })

    test("a load of a part that fails for another reason fails", async () => {
      for (const format of ["custom", "plain"]) {
        const { plan, bytes, isPart } = await dumped({ tables: "line", format })
        expect(isPart).toBe(true)
        const database = `taken_${format}`
        await server.sql("postgres", `create database ${database}`)
        await server.sql(database, "create table line (id int)")
        const { code, stderr } = await runScript(
          server.name,
          rules.load(database, plan.format, {}, { isPart: true }),
          bytes,
        )
        expect({ code, stderr }).toMatchObject({
          code: expect.any(Number),
          stderr: expect.stringContaining("already exists"),
        })
        expect(code).not.toBe(0)
      }
    })

    test("partitions go with their table, and names of a schema with that schema", async () => {
      const events = await restore({ tables: "event" })
      expect(events.names).toEqual(["event", "event_1", "event_2"])
      expect(await events.count("event")).toBe(20)
      expect((await restore({ "exclude-tables": "event" })).names).not.toContain("event_1")
      expect(await (await restore({ "exclude-data": "event" })).count("event")).toBe(0)
      const second = await restore({ tables: "event_2" })
      expect(second.names).toEqual(["event", "event_2"])
      expect(await second.count("event")).toBe(10)
      const app = await restore({ tables: "app.item" })
      expect(app.names).toEqual(["item"])
      expect(await server.sql(app.database, "select id from app.item")).toContain("7")
    })
  })
}
