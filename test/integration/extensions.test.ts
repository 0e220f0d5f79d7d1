// Databases that live off extensions, in one image. PostGIS and pgvector: types, rows, indexes and the extensions' own tables.
// TimescaleDB (its Apache build: hypertables, no continuous aggregates): chunks, what refers to them, and a catalogue that the
// extension keeps by itself. Restored by the engine's rules, by the commands of the manifest, by the product, and on trial. As in
// timescale/timescaledb, that extension is in postgres and template1, too.
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Probe } from "../../controller/engines/engine.ts"
import { postgres as rules } from "../../controller/engines/postgres.ts"
import { createBackup, createRestore, listVerifications, verifyBackup } from "../../schemas/api.ts"
import type { DatabaseFacts } from "../../schemas/manifest.ts"
import { must } from "../support/command.ts"
import { place, startController } from "../support/controller.ts"
import { inside, removeContainer, runScript, startContainer } from "../support/docker-cli.ts"
import { type Dumped, dump, look, named, restore, uncompressed } from "../support/dumped.ts"
import { ensureImage } from "../support/images.ts"
import { until } from "../support/until.ts"

setDefaultTimeout(600_000)
const image = "dbbackup-test-extensions:1"
// A foreign key of a hypertable, and a trigger, are what a load without TimescaleDB's leave fails at.
const sample = `
create table device (id int primary key); insert into device select generate_series(1, 3);
create table reading (at timestamptz not null, device int not null references device, value double precision, primary key (at, device), check (value >= 0));
select create_hypertable('reading', 'at', chunk_time_interval => interval '1 day');
create function no_null() returns trigger language plpgsql as 'begin new.value := coalesce(new.value, 0); return new; end';
create trigger no_null before insert on reading for each row execute function no_null();
create index on reading (device, at desc);
insert into reading select '2026-01-01'::timestamptz + i * interval '1 hour', d, i * d / 7.0 from generate_series(0, 240) i, generate_series(1, 3) d;
create view daily as select time_bucket('1 day', at) as day, device, avg(value) from reading group by 1, 2;
`
const contents = `select * from reading order by at, device; select * from daily order by day, device;
select count(*) from show_chunks('reading'); select hypertable_name, num_chunks from timescaledb_information.hypertables;
select count(*) from pg_constraint where contype = 'f' and conrelid::regclass::text like '%_chunk';`

const maps = `
create extension postgis; create extension vector; create extension hstore;
create table place (id int primary key, at geometry(Point, 4326), area geography, near vector(3), tags hstore);
insert into place select i, st_setsrid(st_makepoint(i / 10.0, 50 - i / 20.0), 4326), st_buffer(st_point(i / 10.0, 10)::geography, 100),
  format('[%s,%s,%s]', i, i * 2, 1.0 / i)::vector, hstore('n', i::text) from generate_series(1, 200) i;
create index on place using gist (at);
create index on place using hnsw (near vector_l2_ops);
insert into spatial_ref_sys (srid, auth_name, auth_srid, srtext, proj4text) values (990001, 'own', 1, '', '+proj=longlat +datum=WGS84');
create view northern as select id from place where st_y(at) > 45;
`
const places = `select id, st_asewkt(at), st_asbinary(area), near, tags from place order by id;
select count(*) from northern; select proj4text from spatial_ref_sys where srid = 990001;
select indexdef from pg_indexes where tablename = 'place' order by 1; select extname, extversion from pg_extension order by 1;
select id from place order by near <-> '[3,6,0.3]' limit 3;`

const here = place()
let container: string
let facts: DatabaseFacts
let dumped: Dumped
let probe: Probe
const psql = ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-U", "chief"]
const everywhere = `#!/bin/sh
for database in postgres template1; do psql -U "$POSTGRES_USER" -c 'create extension timescaledb' "$database"; done
`
const sql = (database: string, statements: string) => inside(container, [...psql, database], statements)

beforeAll(async () => {
  await ensureImage(image)
  container = await startContainer(image, {
    environment: { POSTGRES_USER: "chief", POSTGRES_PASSWORD: "secret" },
    command: ["postgres", "-c", "shared_preload_libraries=timescaledb"],
    files: { "/docker-entrypoint-initdb.d/000_install.sh": everywhere },
    flags: Object.entries({ enable: "true", schedule: "manual", fingerprint: "exact" }).flatMap(
      ([key, value]) => ["--label", `${here.prefix}.${key}=${value}`],
    ),
  })
  await look(container, rules)
  const beside = ["apart", "maps"].map((name) => `create database ${name} template template0`)
  await sql("postgres", ["create database meter", "create database fleet", ...beside].join("; "))
  await sql("maps", maps)
  await sql("fleet", `${sample} ${maps}`)
  await sql("meter", sample)
  await sql("apart", `create schema "Odd one"; create extension timescaledb schema "Odd one"`)
  await sql("apart", `set search_path = public, "Odd one"; ${sample}`)
  probe = await look(container, rules)
  facts = factsOf("meter")
  dumped = await dump(container, rules, probe, named("meter"))
})
afterAll(async () => {
  await removeContainer(container)
  here.remove()
})

function factsOf(name: string): DatabaseFacts {
  const found = probe.databases.find((database) => database.name === name)?.facts
  if (!found) throw new Error(`${name} was not found`)
  return found
}

/** It works as a hypertable again, and its foreign key holds. */
async function expectAtWork(database: string, preamble = ""): Promise<void> {
  await sql(database, `${preamble} insert into reading values ('2026-03-01', 1, null)`)
  expect(await sql(database, `${preamble} select count(*) from show_chunks('reading')`)).toContain("12")
  await expect(sql(database, `${preamble} insert into reading values ('2026-03-01', 99, 1)`)).rejects.toThrow(
    "violates foreign key constraint",
  )
  const setting = "select count(*) from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase"
  expect((await sql(database, `${setting} where datname = current_database()`)).trim()).toBe("0")
}

test("a database with PostGIS and pgvector is restored equal in every row, index and extension", async () => {
  const facts = factsOf("maps")
  // What extensions bring along is not the dump's to hold.
  expect(facts).toMatchObject({ tables: 1, objects: { views: 1 } })
  const dumped = await dump(container, rules, probe, named("maps"))
  expect(dumped.held).toMatchObject({ tables: 1, views: 1 })
  expect((await restore(container, rules, "maps_again", facts, dumped)).tables).toBe(1)
  const before = await sql("maps", places)
  expect(before).toContain("SRID=4326;POINT")
  expect(await sql("maps_again", places)).toBe(before)
})

test("a dump holds every chunk that the server's catalogue counts", () => {
  // device, reading and its 11 chunks.
  expect(facts).toMatchObject({ tables: 13, objects: { views: 1 } })
  expect(facts.attributes).toHaveProperty("timescaledb")
  expect(facts.attributes).not.toHaveProperty("timescaledbSchema")
  expect(dumped.held).toMatchObject({ tables: 13, views: 1 })
})

test("a hypertable is restored equal in every row and chunk, and works as one", async () => {
  expect((await restore(container, rules, "again", facts, dumped)).tables).toBe(13)
  const before = await sql("meter", contents)
  expect(before).toContain("reading|11")
  expect(await sql("again", contents)).toBe(before)
  await expectAtWork("again")
})

test("a dump in statements is restored so, too", async () => {
  const plan = rules.dump(named("meter"), probe, {}, uncompressed, { plain: true })
  const { bytes } = await runScript(container, plan.script)
  await restore(container, rules, "from_text", facts, { ...dumped, plan, bytes })
  expect(await sql("from_text", contents)).toBe(await sql("meter", contents))
  await expectAtWork("from_text")
})

test("the extension may be in a schema of its own", async () => {
  const apart = factsOf("apart")
  expect(apart.attributes).toMatchObject({ timescaledbSchema: "Odd one" })
  const path = `set search_path = public, "Odd one";`
  await restore(container, rules, "apart_again", apart, await dump(container, rules, probe, named("apart")))
  expect(await sql("apart_again", `${path} ${contents}`)).toBe(await sql("apart", `${path} ${contents}`))
  await expectAtWork("apart_again", path)
})

test("the whole product restores a database of all three without a difference, and drills it in the very image", async () => {
  const controller = await startController(here)
  try {
    const { id: databaseId } = await controller.database("fleet", ({ jobs }) => jobs.length > 0)
    const { data } = await controller.call(createBackup, { body: { databaseId } })
    expect(await controller.backupDone(data.id)).toMatchObject({ status: "completed" })
    const options = { mode: "new", name: "fleet_by_product" } as const
    const { data: begun } = await controller.call(createRestore, { body: { backupId: data.id, options } })
    const restored = await controller.restoreDone(begun.id)
    expect(restored).toMatchObject({ status: "completed", tables: 14, differences: [] })
    await controller.call(verifyBackup, { params: { id: data.id }, body: { level: "drill" } })
    const drill = await until("it is drilled", async () => {
      const [task] = (await controller.call(listVerifications)).data
      return task?.status === "queued" || task?.status === "running" ? undefined : task
    })
    if (drill.status !== "completed") throw new Error(`${JSON.stringify(drill)}\n${controller.log()}`)
    expect(drill.results).toMatchObject([{ outcome: "passed", recoverySeconds: expect.any(Number) }])
    const [passed] = drill.results
    const report = passed?.outcome === "passed" ? passed.report.join("\n") : ""
    expect(report).toContain(`was made of the very image that was dumped, ${image}`)
    expect(report).toContain(
      "tables, rows, definitions, sequences and extensions of fleet are those that were dumped",
    )
  } finally {
    await controller.end("SIGTERM")
  }
  for (const what of [contents, places])
    expect(await sql("fleet_by_product", what)).toBe(await sql("fleet", what))
  await expectAtWork("fleet_by_product")
  const analyzed = await sql("fleet_by_product", "select count(*) from pg_stats where tablename = 'place'")
  expect(Number(analyzed)).toBeGreaterThan(0)
})

test("after a load that fails the database works normally, and what failed is said", async () => {
  await runScript(container, rules.createDatabase("cut", facts, {}))
  const load = rules.load("cut", dumped.plan.format, {}, { facts })
  const outcome = await runScript(container, load, dumped.bytes.subarray(0, dumped.bytes.length - 2000))
  expect(outcome.code).not.toBe(0)
  expect((await sql("cut", "show timescaledb.restoring")).trim()).toBe("off")
  const older = { ...facts, attributes: { ...facts.attributes, timescaledb: "1.0.0" } }
  await runScript(container, rules.createDatabase("old", older, {}))
  const refused = await runScript(
    container,
    rules.load("old", dumped.plan.format, {}, { facts: older }),
    dumped.bytes,
  )
  expect(rules.explain("loading old", refused, {}).hint).toContain("that very version of the extension")
})

test("the manifest's commands restore it without this program", async () => {
  const folder = mkdtempSync(join(tmpdir(), "dbbackup-test-"))
  writeFileSync(join(folder, "meter.dump"), dumped.bytes)
  for (const [name, of, bytes] of [
    ["meter_by_hand", facts, dumped.bytes],
    ["apart_by_hand", factsOf("apart"), (await dump(container, rules, probe, named("apart"))).bytes],
  ] as const) {
    writeFileSync(join(folder, "meter.dump"), bytes)
    const commands = rules.restoreCommands({
      subject: named("meter"),
      format: "archive",
      compression: "none",
      encryption: null,
      fileName: "meter.dump",
      facts: of,
      container,
    })
    const script = commands.map((command) => command.replaceAll("<new database>", name)).join("\n")
    await must(["sh", "-e", "-c", `cd ${folder}\n${script}`])
    const path = `set search_path = public, "Odd one";`
    expect(await sql(name, `${path} ${contents}`)).toBe(await sql("meter", contents))
    await expectAtWork(name, path)
  }
  rmSync(folder, { recursive: true })
})
