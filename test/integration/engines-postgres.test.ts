// PostgreSQL's rules on real servers: what the scripts say, dump and load inside containers that were set up in unusual ways.
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { detectScript, readDetection } from "../../controller/engines/detect.ts"
import type { Access, Probe } from "../../controller/engines/engine.ts"
import { postgres as rules } from "../../controller/engines/postgres.ts"
import { must, run } from "../support/command.ts"
import { inside, removeContainer, runScript, startContainer, startScript } from "../support/docker-cli.ts"
import {
  type Dumped,
  drop,
  dump,
  globals,
  look,
  named,
  probeResult,
  proof,
  restore,
} from "../support/dumped.ts"
import { until } from "../support/until.ts"

setDefaultTimeout(240_000)
const images = process.env.POSTGRES_IMAGES?.split(",") ?? ["postgres:17", "postgres:13"]
const password = `it's a $ecret "word" #1 \\ é🐘`
const awkward = [
  "a=b",
  "we ird\"na'me",
  "$HOME",
  "emoji🐘",
  "UPPER",
  "-dash",
  "back\\slash",
  "postgres://x",
  " ",
]

const sql = (container: string, database: string, statements: string) =>
  inside(
    container,
    [
      "sh",
      "-c",
      'export PGHOST= PGPASSWORD="${POSTGRES_PASSWORD:-$(cat "$POSTGRES_PASSWORD_FILE")}" PGDATABASE="$1"; exec psql -X -q -A -t -v ON_ERROR_STOP=1 -U "${POSTGRES_USER:-$(cat "$POSTGRES_USER_FILE")}"',
      "sh",
      database,
    ],
    statements,
  )

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`

const sample = `
create table item (id int primary key, body text, raw bytea);
insert into item select i, repeat('row ', i % 50) || chr(1 + i % 5000), decode(md5(i::text), 'hex') from generate_series(1, 2000) i where i % 5000 not between 55295 and 57344;
create table nothing (id int);
create table "Üñí ""q" (a int) partition by range (a);
create table part partition of "Üñí ""q" for values from (0) to (100);
insert into "Üñí ""q" select generate_series(0, 99);
create view seen as select id from item;
create materialized view counted as select count(*) from item;
create temp table gone (id int);
create schema apart;
create function touch() returns trigger language plpgsql as 'begin return new; end';
create function double(a int) returns int language sql as 'select a * 2';
create procedure nothing_done() language sql as 'select 1';
create aggregate total(int) (sfunc = int4pl, stype = int);
create type span as range (subtype = float8);
create trigger touched before insert on item for each row execute function touch();
create trigger parted after insert on "Üñí ""q" for each row execute function touch();
create table apart.numbered (id serial, other int generated always as identity);
create extension hstore; create extension postgres_fdw;
create server away foreign data wrapper postgres_fdw; create foreign table far (a int) server away;
select lo_from_bytea(0, decode(repeat('00ff', 9000), 'hex')), lo_from_bytea(0, '\\x01');
`
const tablesInSample = 5

const digest = (container: string, database: string) =>
  sql(
    container,
    database,
    `select md5(string_agg(t::text, ',' order by id)) from item t; select sum(a) from "Üñí ""q"; select count(*) from nothing;
     select md5(string_agg(md5(lo_get(oid)), ',' order by md5(lo_get(oid)))) from pg_largeobject_metadata; table counted;
     select pg_get_userbyid(relowner) from pg_class where relname = 'item'`,
  )

for (const image of images) {
  describe(`rules for ${image}, with its password asked even on the socket`, () => {
    let server: string
    let probe: Probe

    beforeAll(async () => {
      server = await startContainer(image, {
        environment: {
          POSTGRES_USER_FILE: "/run/secrets-user",
          POSTGRES_PASSWORD_FILE: "/run/secrets-password",
          POSTGRES_DB: "app",
          POSTGRES_INITDB_ARGS: "--auth-local=scram-sha-256 --auth-host=scram-sha-256",
          PGHOST: "elsewhere.example",
        },
        files: { "/run/secrets-user": "the boss\n", "/run/secrets-password": `${password}\n` },
      })
      await look(server, rules)
      await sql(
        server,
        "postgres",
        `create role "read ""only"" 🐘" nologin; create role writer login password 'x'`,
      )
      for (const name of awkward) {
        await sql(server, "postgres", `create database ${quoted(name)}`)
        await sql(server, name, sample)
      }
      probe = await look(server, rules)
    })
    afterAll(() => removeContainer(server))

    test("finds the engine from inside", async () => {
      expect(readDetection(await runScript(server, detectScript()))).toBe("postgres")
    })

    test("lists every database with its tables and what it takes to make it anew", () => {
      expect(probe.databases.map(({ name }) => name)).toEqual([...awkward, "app", "postgres"].sort())
      for (const { name, facts } of probe.databases) {
        expect(facts.tables).toBe(awkward.includes(name) ? tablesInSample : 0)
        expect(facts.attributes).toMatchObject({ encoding: "UTF8", owner: "the boss" })
      }
      expect(probe.serverVersion).toStartWith(image.replace("postgres:", ""))
      expect(probe.toolVersion).toBe(probe.serverVersion)
      expect(probe.sourceZstd).toBe(Number.parseInt(probe.serverVersion, 10) >= 16)
      expect(probe.warnings).toEqual([])
    })

    for (const name of image === images[0] ? awkward : awkward.slice(0, 2)) {
      test(`dumps ${name}, proves it, and restores it beside the original`, async () => {
        const dumped = await dump(server, rules, probe, named(name))
        expect(dumped.end).toMatch(/^(all \d+ data blocks|the one data block)/)
        const facts = probe.databases.find((each) => each.name === name)?.facts
        expect(dumped.held).toEqual({ tables: facts?.tables ?? 0, ...facts?.objects })
        if (!facts) throw new Error(`no facts of ${name}`)
        const copy = `${name} copy`
        expect(await restore(server, rules, copy, facts, dumped)).toEqual(facts)
        expect(await digest(server, copy)).toBe(await digest(server, name))
        const again = await runScript(server, rules.createDatabase(copy, facts, {}))
        expect(rules.explain(`creating ${copy}`, again, {})).toMatchObject({ code: "target-exists" })
        await drop(server, rules, copy)
        const gone = await runScript(server, rules.inspect(copy, {}))
        expect(rules.explain(`checking ${copy}`, gone, {})).toMatchObject({ code: "database-gone" })
      })
    }

    test("compresses in pg_dump where it can, and leaves the rest to the stream", async () => {
      const zstd = await dump(server, rules, probe, named("UPPER"), {}, { algorithm: "zstd", level: 3 })
      const gzip = await dump(server, rules, probe, named("UPPER"), {}, { algorithm: "gzip", level: 6 })
      const none = await dump(server, rules, probe, named("UPPER"))
      expect(gzip.bytes.length).toBeLessThan(none.bytes.length / 2)
      expect(gzip.plan).toMatchObject({ sourceCompression: "gzip:6", extension: "dump" })
      if (probe.sourceZstd) {
        expect(zstd.bytes.length).toBeLessThan(none.bytes.length / 2)
        expect(zstd.plan).toMatchObject({ sourceCompression: "zstd:3", extension: "dump" })
      } else {
        expect(zstd.plan).toMatchObject({
          sourceCompression: null,
          streamCompression: { algorithm: "zstd", level: 3 },
          extension: "dump.zst",
        })
      }
    })

    test("agrees with pg_restore on what is whole and what is cut", async () => {
      const { bytes } = await dump(server, rules, probe, named("UPPER"), {}, { algorithm: "gzip", level: 6 })
      expect(await readByPgRestore(server, bytes)).toBe(0)
      for (const length of [bytes.length - 1, bytes.length - 100, Math.floor(bytes.length / 2), 5000]) {
        expect(await readByPgRestore(server, bytes.subarray(0, length))).not.toBe(0)
        expect(() => proof(rules.end("archive", named("UPPER")), bytes.subarray(0, length))).toThrow()
      }
    })

    test("proves an archive of a thousand tables", async () => {
      await sql(server, "postgres", "create database many")
      await sql(
        server,
        "many",
        "do $$ begin for i in 1..1000 loop execute format('create table t%s as select generate_series(1, %s) a', i, i % 3); end loop; end $$",
      )
      expect((await dump(server, rules, probe, named("many"))).end).toStartWith("all 1000 data blocks")
    })

    test("dumps roles, with a proven end", async () => {
      const dumped = await dump(server, rules, probe, globals)
      expect(dumped.end).toBe("the cluster dump complete trailer")
      expect(dumped.bytes.toString()).toContain('CREATE ROLE "read ""only"" 🐘";')
      const cut = dumped.bytes.subarray(0, dumped.bytes.lastIndexOf("complete"))
      expect(() => proof(dumped.plan.end(), cut)).toThrow("without its trailer")
    })

    test("keeps the owner, the locale and the settings of a database", async () => {
      await sql(
        server,
        "postgres",
        `create role keeper; create database kept template template0 encoding 'LATIN1' lc_collate 'C' lc_ctype 'C' owner keeper;
         alter database kept set search_path to "a b", public; alter database kept set "my.tenant" to 'it''s';
         alter database kept set default_transaction_read_only to on`,
      )
      const { facts } = (await look(server, rules)).databases.find(({ name }) => name === "kept") ?? {}
      if (!facts) throw new Error("kept is not listed")
      expect(facts.attributes).toMatchObject({ encoding: "LATIN1", collate: "C", owner: "keeper" })
      const dumped = await dump(server, rules, probe, named("kept"))
      expect(await restore(server, rules, "kept again", facts, dumped)).toEqual(facts)
      expect(await sql(server, "kept again", `show search_path; select current_setting('my.tenant')`)).toBe(
        `"a b", public\nit's\n`,
      )
      await drop(server, rules, "kept again")
      const orphan = { ...facts, attributes: { ...facts.attributes, owner: "nobody here" } }
      const restored = await restore(server, rules, "kept again", orphan, dumped)
      expect(restored.attributes.owner).toBe("the boss")
      await drop(server, rules, "kept again")
      const unknown = { tables: 0, attributes: {} }
      expect(await runScript(server, rules.createDatabase("kept again", unknown, {}))).toMatchObject({
        code: 0,
      })
      await drop(server, rules, "kept again")
    })

    test("keeps the provider of a database's locale", async () => {
      const version = Number.parseInt(probe.serverVersion, 10)
      const providers = [
        ...(version >= 15 ? [["icu", "icu_locale 'de-AT'"]] : []),
        ...(version >= 17 ? [["builtin", "builtin_locale 'C.UTF-8'"]] : []),
      ]
      for (const [provider, options] of providers) {
        const from = `by ${provider}`
        await sql(
          server,
          "postgres",
          `create database "${from}" template template0 locale_provider ${provider} ${options}`,
        )
        const { facts } = (await look(server, rules)).databases.find(({ name }) => name === from) ?? {}
        if (!facts) throw new Error(`${from} is not listed`)
        expect(facts.attributes.localeProvider).toBe(provider)
        const dumped = await dump(server, rules, probe, named(from))
        expect(await restore(server, rules, `${from} again`, facts, dumped)).toEqual(facts)
        await drop(server, rules, `${from} again`)
      }
    })

    test("follows the names in the labels, and says which of them is wrong", async () => {
      const faultOf = async (access: Access) =>
        probeResult(rules, await runScript(server, rules.probe(access)))
      const labelled = { user: "writer", passwordFile: "/run/writer" }
      expect(await faultOf(labelled)).toMatchObject({
        code: "access-denied",
        message: expect.stringContaining("/run/writer"),
      })
      await inside(server, ["sh", "-c", "echo x > /run/writer"])
      expect(await look(server, rules, labelled)).toMatchObject({
        warnings: [expect.stringContaining("writer is not a superuser")],
      })
      expect(await faultOf({ user: "writer", passwordEnv: "HOME" })).toMatchObject({
        code: "access-denied",
        message: expect.stringContaining('password authentication failed for user "writer"'),
        hint: expect.stringContaining("dbbackup.password-env"),
      })
      expect(await faultOf({ passwordEnv: "NOT_THERE" })).toMatchObject({
        code: "access-denied",
        message: expect.stringContaining("NOT_THERE"),
      })
      expect(await faultOf({ user: "stranger", passwordEnv: "HOME" })).toMatchObject({
        code: "access-denied",
      })
      const denied = await runScript(server, rules.dump(globals, probe, labelled, none).script)
      expect(rules.explain("dumping roles", denied, labelled)).toMatchObject({ code: "access-denied" })
    })

    test("says that a database is gone", async () => {
      const { code, stderr, stdout, bytes } = await runScript(
        server,
        rules.dump(named("not there"), probe, {}, none).script,
      )
      expect(bytes).toHaveLength(0)
      expect(rules.explain("dumping not there", { code, stderr, stdout }, {})).toMatchObject({
        code: "database-gone",
        message: expect.stringMatching(/^dumping not there: pg_dump exited 1: .*"not there" does not exist$/),
      })
    })

    test("stops a load at its first error and keeps the rows out of the message", async () => {
      const dumped = await dump(server, rules, probe, named("UPPER"))
      await sql(server, "postgres", "create database target")
      await sql(server, "target", "create table item (id int)")
      const load = await runScript(server, rules.load("target", "archive", {}), dumped.bytes)
      expect(load.code).not.toBe(0)
      const fault = rules.explain("loading target", load, {})
      expect(fault.code).toBe("restore-failed")
      expect(fault.message).toContain('relation "item" already exists')
      await drop(server, rules, "target")
    })

    test("a dump that is ended, or whose session is ended, says so and leaves nothing behind", async () => {
      const holder = startScript(server, {
        script: `export PGHOST= PGPASSWORD="$(cat "$POSTGRES_PASSWORD_FILE")"; exec psql -U 'the boss' -d UPPER -c 'begin; lock table item; select pg_sleep(600)'`,
        args: [],
      })
      const waiting = () =>
        sql(
          server,
          "postgres",
          "select count(*) from pg_stat_activity where application_name = 'dbbackup' and wait_event_type = 'Lock'",
        )
      await until(
        "the table is locked",
        async () =>
          (
            await sql(
              server,
              "postgres",
              "select count(*) from pg_locks where mode = 'AccessExclusiveLock' and relation is not null and granted",
            )
          ).trim() !== "0",
      )

      const { script, args } = rules.dump(named("UPPER"), probe, {}, none).script
      const killed = startScript(server, { script: `echo "$$" >&2\n${script}`, args })
      await until("the dump waits", async () => (await waiting()).trim() === "1")
      const pid = await until("its pid", () => killed.stderr().trim() || undefined)
      expect(await inside(server, ["cat", `/proc/${pid}/comm`])).toBe("pg_dump\n")
      await inside(server, ["sh", "-c", `kill -TERM ${pid}`])
      const { code, bytes } = await killed.ended
      expect(code).not.toBe(0)
      expect(() => proof(rules.end("archive", named("UPPER")), bytes)).toThrow()
      await until("its session ends", async () => (await waiting()).trim() === "0")

      const lost = startScript(server, { script, args })
      await until("the dump waits", async () => (await waiting()).trim() === "1")
      await sql(
        server,
        "postgres",
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'dbbackup'",
      )
      expect(rules.explain("dumping UPPER", await lost.ended, {})).toMatchObject({ code: "server-lost" })
      await sql(
        server,
        "postgres",
        "select pg_terminate_backend(pid) from pg_stat_activity where query like '%pg_sleep(600)%' and pid <> pg_backend_pid()",
      )
      await holder.ended
    })
  })
}

const none = { algorithm: "none", level: 0 } as const

async function readByPgRestore(container: string, bytes: Buffer): Promise<number> {
  const { code } = await runScript(container, { script: "exec pg_restore -f /dev/null", args: [] }, bytes)
  return code
}

const image = images[0] ?? "postgres:17"

describe(`a server of ${image} that is not ready`, () => {
  const slow = { "/docker-entrypoint-initdb.d/slow.sh": "until [ -e /tmp/go ]; do sleep 0.1; done\n" }

  for (const [how, flags] of [
    ["as process 1", []],
    ["under an init", ["--init"]],
  ] as const) {
    test(`is refused while its image sets it up, ${how}, and taken afterwards`, async () => {
      const environment = { POSTGRES_PASSWORD: "x", POSTGRES_DB: "app" }
      const server = await startContainer(image, { environment, files: slow, flags })
      try {
        const refused = await until("the set-up server answers", async () => {
          const probed = probeResult(rules, await runScript(server, rules.probe({})))
          return probed instanceof Error && probed.message.includes("set-up") ? probed : undefined
        })
        expect(refused).toMatchObject({ code: "server-not-ready" })
        await inside(server, ["touch", "/tmp/go"])
        expect((await look(server, rules)).databases.map(({ name }) => name)).toEqual(["app", "postgres"])
      } finally {
        await removeContainer(server)
      }
    })

    test(`is taken when it never listens on the network, ${how}`, async () => {
      const server = await startContainer(image, {
        environment: { POSTGRES_PASSWORD: "x" },
        flags,
        command: ["postgres", "-c", "listen_addresses=", "-c", "port=5499"],
      })
      try {
        expect((await look(server, rules)).databases.map(({ name }) => name)).toEqual(["postgres"])
      } finally {
        await removeContainer(server)
      }
    })
  }

  test("is taken as a standby with a warning, and after its database postgres is gone", async () => {
    const server = await startContainer(image, {
      environment: { POSTGRES_PASSWORD: "x", POSTGRES_DB: "app" },
    })
    try {
      await look(server, rules)
      await inside(server, ["psql", "-U", "postgres", "-d", "app", "-c", "create table t as select 1"])
      await inside(server, ["psql", "-U", "postgres", "-d", "app", "-c", "drop database postgres"])
      expect((await look(server, rules)).databases).toMatchObject([{ name: "app", facts: { tables: 1 } }])
      await inside(server, ["sh", "-c", 'touch "$PGDATA/standby.signal"'])
      await must(["docker", "restart", server])
      const standby = await look(server, rules)
      expect(standby.warnings).toEqual([expect.stringContaining("standby")])
      expect((await dump(server, rules, standby, named("app"))).end).toContain("the one data block")
    } finally {
      await removeContainer(server)
    }
  })
})

describe(`the commands for a person, on ${image}`, () => {
  let server: string
  let folder: string
  let dumped: Dumped
  let roles: Dumped

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "dbbackup-test-"))
    server = await startContainer(image, {
      environment: { POSTGRES_PASSWORD: password, POSTGRES_USER: "boss" },
    })
    await look(server, rules)
    await sql(server, "postgres", "create database shop")
    await sql(server, "shop", sample)
    const probe = await look(server, rules)
    dumped = await dump(server, rules, probe, named("shop"))
    roles = await dump(server, rules, probe, globals)
  })
  afterAll(async () => {
    rmSync(folder, { recursive: true })
    await removeContainer(server)
  })

  test("restore a database", async () => {
    const { facts } = (await look(server, rules)).databases.find(({ name }) => name === "shop") ?? {}
    writeFileSync(join(folder, "the file.dump"), dumped.bytes)
    const commands = rules.restoreCommands({
      subject: named("shop"),
      format: "archive",
      compression: "none",
      encryption: null,
      fileName: "the file.dump",
      facts: facts ?? null,
      container: server,
    })
    for (const command of commands)
      await must(["sh", "-ec", command.replaceAll("<new database>", "it is back")], { cwd: folder })
    expect(await digest(server, "it is back")).toBe(await digest(server, "shop"))
  })

  test("restore the roles", async () => {
    await must(["sh", "-c", "zstd -q > roles.sql.zst"], {
      cwd: folder,
      input: `${roles.bytes}create role proof;`,
    })
    const commands = rules.restoreCommands({
      subject: globals,
      format: "sql",
      compression: "zstd",
      encryption: null,
      fileName: "roles.sql.zst",
      facts: null,
      container: server,
    })
    for (const command of commands) expect((await run(["sh", "-c", command], { cwd: folder })).code).toBe(0)
    expect(await sql(server, "postgres", "select count(*) from pg_roles where rolname = 'proof'")).toBe("1\n")
  })
})
