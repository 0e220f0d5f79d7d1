// TimescaleDB from Debian's packages (its Apache build: hypertables, no continuous aggregates): chunks, what refers to them, and a
// catalogue that the extension keeps by itself. Restored by the engine's rules, and by the commands of the manifest. As in
// timescale/timescaledb, the extension is in postgres and template1, too.
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Probe } from "../../controller/engines/engine.ts"
import { postgres as rules } from "../../controller/engines/postgres.ts"
import { createBackup, createRestore } from "../../schemas/api.ts"
import type { DatabaseFacts } from "../../schemas/manifest.ts"
import { must, run } from "../support/command.ts"
import { place, startController } from "../support/controller.ts"
import { inside, removeContainer, runScript, startContainer } from "../support/docker-cli.ts"
import { type Dumped, dump, look, named, restore, uncompressed } from "../support/dumped.ts"
import { builderEnvironment, ensureImage } from "../support/images.ts"

setDefaultTimeout(600_000)
const image = "dbbackup-test-timescale"
const recipe = `FROM postgres:17
RUN apt-get update && apt-get install -y --no-install-recommends postgresql-17-timescaledb && rm -rf /var/lib/apt/lists/*
`
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
  await ensureImage("postgres:17")
  await must(["docker", "build", "-q", "-t", image, "-"], { env: await builderEnvironment(), input: recipe })
  container = await startContainer(image, {
    environment: { POSTGRES_USER: "chief", POSTGRES_PASSWORD: "secret" },
    command: ["postgres", "-c", "shared_preload_libraries=timescaledb"],
    files: { "/docker-entrypoint-initdb.d/000_install.sh": everywhere },
    flags: Object.entries({ enable: "true", schedule: "manual", fingerprint: "exact" }).flatMap(
      ([key, value]) => ["--label", `${here.prefix}.${key}=${value}`],
    ),
  })
  await look(container, rules)
  await sql("postgres", "create database meter; create database apart template template0")
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
  await run(["docker", "rmi", image])
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

test("the whole product restores it without a difference, each row of each chunk counted", async () => {
  const controller = await startController(here)
  try {
    const { id: databaseId } = await controller.database("meter", ({ jobs }) => jobs.length > 0)
    const { data } = await controller.call(createBackup, { body: { databaseId } })
    expect(await controller.backupDone(data.id)).toMatchObject({ status: "completed" })
    const options = { mode: "new", name: "meter_by_product" } as const
    const { data: begun } = await controller.call(createRestore, { body: { backupId: data.id, options } })
    const restored = await controller.restoreDone(begun.id)
    expect(restored).toMatchObject({ status: "completed", tables: 13, differences: [] })
  } finally {
    await controller.end("SIGTERM")
  }
  expect(await sql("meter_by_product", contents)).toBe(await sql("meter", contents))
  await expectAtWork("meter_by_product")
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
