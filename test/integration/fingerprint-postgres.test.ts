// PostgreSQL's fingerprints on real servers: equal after a dump and its restore, different after every change, and quick.
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test"
import { differencesOf } from "../../controller/core/fingerprint.ts"
import type { FingerprintReading, Probe } from "../../controller/engines/engine.ts"
import { postgres as rules } from "../../controller/engines/postgres.ts"
import type { FingerprintLevel } from "../../schemas/manifest.ts"
import { runScript } from "../support/docker-cli.ts"
import { drop, dump, look, named, restore, uncompressed } from "../support/dumped.ts"
import { everyDefinition } from "../support/every-definition.ts"
import { startServer, type TestServer } from "../support/servers.ts"

setDefaultTimeout(240_000)
const images = process.env.POSTGRES_IMAGES?.split(",") ?? ["postgres:17", "postgres:13"]

/** Each is to show in the fingerprint. */
const changes: Readonly<Record<string, string>> = {
  "a column": "alter table item add column more int",
  "a column's type": "alter table item alter column price type numeric(12, 2)",
  "a default": "alter table item alter column status set default 'old'",
  "a check": "alter table item drop constraint item_status_check",
  "what may be null": "alter table item alter column status drop not null",
  "an index": "create index on item (price)",
  "an index's condition":
    "drop index item_lower_idx; create unique index item_lower_idx on item (lower(body)) where status = 'new'",
  "a foreign key": "alter table apart.numbered drop constraint numbered_item_fkey",
  "a view": "create or replace view seen as select i.id, 'c'::text as s from item i",
  "a materialized view": "drop materialized view counted",
  "a function's body":
    "create or replace function dbl(a int, b varchar default 'x') returns int language sql as 'select (a) * 2'",
  "a function's volatility": "alter function dbl immutable",
  "an aggregate": "drop aggregate total(int)",
  "a trigger that is off": "alter table item disable trigger touched",
  "a rule": "drop rule r on apart.numbered",
  "a policy": "drop policy pol on item",
  "row level security": "alter table item disable row level security",
  "a label of an enum": "alter type mood rename value 'fine' to 'well'",
  "a domain": "alter domain email drop not null",
  "a sequence's step": "alter sequence down increment -2",
  "a schema": "create schema another",
  "a partition's bounds": 'alter table "Üñí ""q.x" detach partition part',
  "an event trigger": "drop event trigger et",
  statistics: "drop statistics st",
}

for (const image of images) {
  describe(`fingerprints of ${image}`, () => {
    let server: TestServer
    let probe: Probe
    beforeAll(async () => {
      server = await startServer(image, {})
      await server.ready()
      await server.sql("postgres", "create database every")
      await server.sql("every", everyDefinition)
      await server.sql(
        "every",
        `insert into item (body) select i from generate_series(1, 500) i; insert into kid (body) values ('k');
         insert into "Üñí ""q.x" select generate_series(0, 149); insert into "we.ird\nnl" values (1), (2)`,
      )
      probe = await look(server.name, rules)
    })
    afterAll(() => server?.remove())

    const take = async (database: string, level: FingerprintLevel): Promise<FingerprintReading> => {
      const script = rules.fingerprint?.(database, level, {})
      const outcome = script && (await runScript(server.name, script))
      if (outcome?.code !== 0) throw new Error(outcome?.stderr)
      const reading = rules.readFingerprint?.(outcome)
      if (!reading) throw new Error("PostgreSQL has fingerprints")
      return reading
    }
    const asDumped = (reading: FingerprintReading, level: FingerprintLevel = "exact") => ({
      ...reading,
      level,
      sameSnapshot: true,
      seconds: 0,
    })

    test("count the rows of each table, by names that nothing in them can confuse", async () => {
      const { rows, sequences, roles, extensions, databaseBytes } = await take("every", "exact")
      expect(rows).toEqual({
        "apart.numbered": 0,
        'public."we.ird\nnl"': 2,
        "public.fk": 0,
        "public.fp1": 0,
        "public.item": 500,
        "public.kid": 1,
        "public.part": 100,
        "public.part2": 50,
        "public.pk1": 0,
      })
      expect(sequences).toEqual({
        "apart.numbered_id_seq": "",
        "apart.numbered_other_seq": "",
        "public.down": "-1",
        "public.item_id_seq": "502",
      })
      expect(roles).toEqual(["app", "postgres"])
      expect(Object.keys(extensions).sort()).toEqual(["hstore", "plpgsql", "postgres_fdw"])
      expect(databaseBytes).toBeGreaterThan(1_000_000)
    })

    test("estimate them, and take no filled table for an empty one", async () => {
      const exact = await take("every", "exact")
      const before = await take("every", "estimates")
      expect(Object.keys(before.rows)).toEqual(Object.keys(exact.rows))
      for (const [name, rows] of Object.entries(exact.rows))
        expect((before.rows[name] ?? 0) > 0).toBe(rows > 0)
      await server.sql("every", "analyze")
      const { rows } = await take("every", "estimates")
      expect(rows["public.item"]).toBe(500)
      expect(rows["public.part2"]).toBe(50)
    })

    test("are the same after a dump and its restore, of whatever there is", async () => {
      const before = await take("every", "exact")
      const facts = probe.databases.find(({ name }) => name === "every")?.facts
      if (!facts) throw new Error("it is not listed")
      await restore(server.name, rules, "again", facts, await dump(server.name, rules, probe, named("every")))
      const after = await take("again", "exact")
      expect({ ...after, databaseBytes: 0 }).toEqual({ ...before, databaseBytes: 0 })
      expect(differencesOf(asDumped(before), after, true)).toEqual([])
      const estimates = asDumped(await take("every", "estimates"), "estimates")
      expect(differencesOf(estimates, await take("again", "estimates"), true)).toEqual([])
      await server.sql(
        "again",
        "alter database again set timezone to 'Asia/Tokyo'; alter database again set search_path to apart, public",
      )
      await server.sql(
        "again",
        "alter database again set datestyle to 'German'; alter database again set quote_all_identifiers to on",
      )
      expect((await take("again", "estimates")).schemaSha256).toBe(before.schemaSha256)
      await drop(server.name, rules, "again")
    })

    test("tell a restored database that lacks something", async () => {
      const before = asDumped(await take("every", "exact"))
      await server.sql("postgres", "create database lacking template every")
      await server.sql(
        "lacking",
        "delete from only item where id = 7; drop table fk; alter sequence item_id_seq restart 5; drop extension postgres_fdw cascade",
      )
      const after = await take("lacking", "exact")
      expect(differencesOf(before, after, true)).toEqual([
        "missing: public.fk",
        "public.item has 499 rows, 500 were dumped",
        "the sequence public.item_id_seq is at its start, the dumped one at 502",
        "the extension postgres_fdw 1.1 is missing".replace("1.1", before.extensions.postgres_fdw ?? ""),
      ])
      await drop(server.name, rules, "lacking")
    })

    for (const [what, statements] of Object.entries(image === images[0] ? changes : {}))
      test(`show a change of ${what}`, async () => {
        const before = await take("every", "estimates")
        await server.sql("postgres", "create database changed template every")
        try {
          expect((await take("changed", "estimates")).schemaSha256).toBe(before.schemaSha256)
          await server.sql("changed", statements)
          expect((await take("changed", "estimates")).schemaSha256).not.toBe(before.schemaSha256)
        } finally {
          await drop(server.name, rules, "changed")
        }
      })

    test("need a snapshot: of one that is gone, the dump says so by that word", async () => {
      const plan = rules.dump(named("every"), probe, {}, uncompressed)
      for (const id of ["00000003-00000001-1", "nonsense"]) {
        const gone = rules.sharedSnapshot?.dump(plan, id) ?? plan
        const outcome = await runScript(server.name, gone.script)
        expect(outcome.bytes.length).toBe(0)
        expect(rules.explain("dumping every", outcome, {}).message).toContain("snapshot")
      }
    })

    test("of a thousand tables take seconds, rows and all", async () => {
      await server.sql("postgres", "create database many")
      await server.sql(
        "many",
        "do $$ begin for i in 1..1000 loop execute format('create table t%s as select generate_series(1, %s) a', i, i % 3); end loop; end $$",
      )
      const begun = performance.now()
      const { rows } = await take("many", "exact")
      const seconds = (performance.now() - begun) / 1000
      expect(Object.values(rows).reduce((sum, one) => sum + one, 0)).toBe(1000)
      // A second or two on a machine of its own.
      expect(seconds).toBeLessThan(30)
    })
  })
}
