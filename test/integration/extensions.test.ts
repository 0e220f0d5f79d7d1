// Databases that live off extensions, PostGIS and pgvector from Debian's packages: types, rows, indexes and the extensions' own tables.
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test"
import { postgres as rules } from "../../controller/engines/postgres.ts"
import { must, run } from "../support/command.ts"
import { inside, removeContainer, startContainer } from "../support/docker-cli.ts"
import { dump, look, named, restore } from "../support/dumped.ts"
import { builderEnvironment, ensureImage } from "../support/images.ts"

setDefaultTimeout(600_000)
const image = "dbbackup-test-tables-extensions"
const recipe = `FROM postgres:17
RUN apt-get update && apt-get install -y --no-install-recommends postgresql-17-postgis-3 postgresql-17-pgvector && rm -rf /var/lib/apt/lists/*
`
const sample = `
create extension postgis; create extension vector; create extension hstore;
create table place (id int primary key, at geometry(Point, 4326), area geography, near vector(3), tags hstore);
insert into place select i, st_setsrid(st_makepoint(i / 10.0, 50 - i / 20.0), 4326), st_buffer(st_point(i / 10.0, 10)::geography, 100),
  format('[%s,%s,%s]', i, i * 2, 1.0 / i)::vector, hstore('n', i::text) from generate_series(1, 200) i;
create index on place using gist (at);
create index on place using hnsw (near vector_l2_ops);
insert into spatial_ref_sys (srid, auth_name, auth_srid, srtext, proj4text) values (990001, 'own', 1, '', '+proj=longlat +datum=WGS84');
create view northern as select id from place where st_y(at) > 45;
`
const rows = `select id, st_asewkt(at), st_asbinary(area), near, tags from place order by id;
select count(*) from northern; select proj4text from spatial_ref_sys where srid = 990001;
select indexdef from pg_indexes where tablename = 'place' order by 1; select extname, extversion from pg_extension order by 1;
select id from place order by near <-> '[3,6,0.3]' limit 3;`

let container: string
const sql = (database: string, statements: string) =>
  inside(
    container,
    ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-U", "postgres", database],
    statements,
  )

beforeAll(async () => {
  await ensureImage("postgres:17")
  await must(["docker", "build", "-q", "-t", image, "-"], { env: await builderEnvironment(), input: recipe })
  container = await startContainer(image, { environment: { POSTGRES_PASSWORD: "secret" } })
  await look(container, rules)
  await sql("postgres", "create database maps")
  await sql("maps", sample)
})
afterAll(async () => {
  await removeContainer(container)
  await run(["docker", "rmi", image])
})

test("a database with PostGIS and pgvector is restored equal in every row, index and extension", async () => {
  const probe = await look(container, rules)
  const facts = probe.databases.find(({ name }) => name === "maps")?.facts
  if (!facts) throw new Error("maps was not found")
  // What extensions bring along is not the dump's to hold.
  expect(facts).toMatchObject({ tables: 1, objects: { views: 1 } })
  const dumped = await dump(container, rules, probe, named("maps"))
  expect(dumped.held).toMatchObject({ tables: 1, views: 1 })
  expect((await restore(container, rules, "maps_again", facts, dumped)).tables).toBe(1)
  const before = await sql("maps", rows)
  expect(before).toContain("SRID=4326;POINT")
  expect(await sql("maps_again", rows)).toBe(before)
})
