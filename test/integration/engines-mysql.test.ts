// The rules of MySQL and MariaDB on real servers: accounts of every kind, awkward names and data, set-up phases, lost sessions.
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { detectScript, readDetection } from "../../controller/engines/detect.ts"
import type { Access, EngineRules, Probe } from "../../controller/engines/engine.ts"
import { rulesFor } from "../../controller/engines/registry.ts"
import { must } from "../support/command.ts"
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
  uncompressed,
} from "../support/dumped.ts"
import { until } from "../support/until.ts"

setDefaultTimeout(240_000)
const images = process.env.MYSQL_IMAGES?.split(",") ?? ["mysql:9", "mariadb:11.8", "mariadb:10.11"]
const password = `it's a $ecret "word" #1 \\ é🐘`
const quotes = "we ird\"na'me"
const awkward = ["a=b", "we ird", "$HOME", "UPPER", "-dash", "back`tick", "漢字", "sla/sh.dot"]

const engineOf = (image: string) => (image.startsWith("mysql") ? "mysql" : "mariadb")

/** Runs statements as root over the socket; the password is the one all servers here are given. */
function sql(container: string, statements: string, options: readonly string[] = []): Promise<string> {
  const script = `client=$(command -v mariadb || command -v mysql)
    export MYSQL_PWD="$1"; shift; unset MYSQL_HOST
    exec "$client" --no-defaults -uroot --socket=/var/run/mysqld/mysqld.sock --default-character-set=utf8mb4 --batch --skip-column-names "$@"`
  return inside(container, ["sh", "-c", script, "sh", password, ...options], statements)
}

const quoted = (name: string) => `\`${name.replaceAll("`", "``")}\``

const sample = `
create table item (id int primary key auto_increment, body text character set utf8mb4, raw longblob, flag bit(3), at datetime);
insert into item (body, raw, flag, at) values
  ('plain', x'00ff0a0d5c27221a', b'101', '2024-02-29 12:00:00'),
  ('-- Dump completed on 2020-01-01  1:00:00\\n', null, null, null),
  ('\\0 nul \\\\ back \\' quote \\r\\n \\\\! ls \\\\. quit 🐘', x'', b'000', null),
  ('delimiter //\\nsource /etc/passwd\\nsystem id', repeat(x'00e29c', 70000), null, null);
insert into item (body) select concat('row ', body) from item;
insert into item (body) select a.body from item a, item b, item c;
create table line (id int primary key, item_id int, foreign key (item_id) references item (id));
insert into line values (1, 1);
create view seen as select id, body from item;
delimiter //
create procedure twice(in n int, out m int) begin
-- Dump completed on 2020-01-01  1:00:00
set m = n * 2; end //
create function plus(n int) returns int deterministic return n + 1 //
create trigger before_line before insert on line for each row begin if new.item_id is null then set new.item_id = 1; end if; end //
create event nothing on schedule every 1 day do begin end //
delimiter ;
`
const commands = (image: string) =>
  image.startsWith("mysql") ? ["--commands", "--comments"] : ["--comments"]

const digest = (container: string, database: string) =>
  sql(
    container,
    `use ${quoted(database)}; select id, sha2(body, 256), sha2(raw, 256), hex(flag), at from item order by id;
     select * from line; select count(*) from seen; call twice(21, @m); select @m, plus(1);
     select trigger_name from information_schema.triggers where trigger_schema = database();
     select event_name from information_schema.events where event_schema = database();
     select engine from information_schema.tables where table_schema = database() order by table_name;`,
  )

for (const image of images) {
  const rules: EngineRules = rulesFor(engineOf(image))
  const prefix = engineOf(image).toUpperCase()
  // Time zones are no matter here, and take a third of a first start.
  const environmentOf = (own: Readonly<Record<string, string>>) => ({
    ...own,
    [`${prefix}_INITDB_SKIP_TZINFO`]: "yes",
  })
  // What one client makes of a name, the others make of it; two show it.
  const names = image === images[0] ? awkward : [...awkward.slice(0, 2), "UPPER"]

  describe(`rules for ${image}`, () => {
    let server: string
    let probe: Probe

    beforeAll(async () => {
      server = await startContainer(image, {
        environment: environmentOf({
          [`${prefix}_ROOT_PASSWORD_FILE`]: "/run/root-password",
          MYSQL_HOST: "elsewhere.example",
        }),
        files: {
          "/run/root-password": `${password}\n`,
          // Each of these would spoil a dump: no rows, no trailer, a statement per row to another file.
          "/etc/mysql/conf.d/trap.cnf":
            "[mysqldump]\nskip-comments\nno-data\nwhere=1=0\nresult-file=/tmp/stolen\n[mariadb-dump]\nno-data\n[client]\nuser=nobody\n",
        },
      })
      await look(server, rules)
      for (const name of names) {
        await sql(server, `create database ${quoted(name)} character set utf8mb4 collate utf8mb4_unicode_ci`)
        await sql(server, `use ${quoted(name)};\n${sample}`, commands(image))
      }
      probe = await look(server, rules)
    })
    afterAll(() => removeContainer(server))

    test("finds the engine from inside", async () => {
      expect(readDetection(await runScript(server, detectScript()))).toBe(engineOf(image))
    })

    test("lists every database with what is in it, its character set and collation", () => {
      expect(probe.databases.map(({ name }) => name)).toEqual([...names].sort())
      for (const { facts } of probe.databases) {
        expect(facts).toEqual({
          tables: 2,
          objects: { views: 1, procedures: 1, functions: 1, triggers: 1, events: 1 },
          attributes: { charset: "utf8mb4", collation: "utf8mb4_unicode_ci" },
        })
      }
      expect(probe.serverVersion).toStartWith(image.replace(/\w+:/, ""))
      expect(probe.toolVersion).toBe(probe.serverVersion)
      expect(probe.warnings).toEqual([])
    })

    for (const name of names) {
      test(`dumps ${name}, proves it, and restores it beside the original`, async () => {
        const dumped = await dump(server, rules, probe, named(name))
        expect(dumped.end).toBe("the dump completed trailer")
        const facts = probe.databases.find((each) => each.name === name)?.facts
        expect(dumped.held).toEqual({ tables: facts?.tables ?? 0, ...facts?.objects })
        if (!facts) throw new Error(`no facts of ${name}`)
        const copy = `${name} copy`
        expect(await restore(server, rules, copy, facts, dumped)).toEqual(facts)
        expect(await digest(server, copy)).toBe(await digest(server, name))
        const again = await runScript(server, rules.createDatabase(copy, facts, {}))
        expect(rules.explain(`creating ${copy}`, again, {})).toMatchObject({ code: "target-exists" })
        await drop(server, rules, copy)
        const { stdout } = await runScript(server, rules.inspect(copy, {}))
        expect(() => rules.readFacts({ code: 0, stdout, stderr: "" })).toThrow("not there")
      })
    }

    test("refuses every cut of a dump, even right after a procedure's comment that looks like the end", async () => {
      const { bytes, plan } = await dump(server, rules, probe, named("UPPER"))
      const decoy = bytes.indexOf("-- Dump completed on 2020-01-01  1:00:00\nset m")
      expect(decoy).toBeGreaterThan(0)
      const cuts = [decoy + 41, bytes.length - 1, bytes.length - 20, bytes.length - 60, bytes.length >> 1, 1]
      for (const cut of cuts) expect(() => proof(plan.end(), bytes.subarray(0, cut))).toThrow()
    })

    test("dumps a name with quotes, or says why the tool cannot", async () => {
      await sql(
        server,
        `create database ${quoted(quotes)}; create table ${quoted(quotes)}.t as select 1 as a`,
      )
      expect((await dump(server, rules, probe, named(quotes))).end).toBe("the dump completed trailer")
      await sql(
        server,
        `use ${quoted(quotes)}; create procedure p() select 1; create event e on schedule every 1 day do select 1`,
      )
      const outcome = await runScript(server, rules.dump(named(quotes), probe, {}, uncompressed).script)
      if (outcome.code === 0) expect(outcome.stdout).toContain("PROCEDURE `p`")
      else
        expect(rules.explain("dumping it", outcome, {})).toMatchObject({
          code: "dump-failed",
          hint: expect.stringContaining("whose name holds a quote"),
        })
      await sql(server, `drop database ${quoted(quotes)}`)
    })

    test("proves the small dump of an empty database", async () => {
      await sql(server, "create database hollow")
      expect((await dump(server, rules, probe, named("hollow"))).end).toBe("the dump completed trailer")
      await sql(server, "drop database hollow")
    })

    test("warns about tables outside the snapshot", async () => {
      await sql(server, "create database old; create table old.notes (id int) engine=MyISAM")
      const { warnings } = await look(server, rules)
      expect(warnings).toEqual([expect.stringContaining("old.notes (MyISAM)")])
      await sql(server, "drop database old")
    })

    test("dumps accounts, roles and grants, and they work on a new server", async () => {
      await sql(
        server,
        `create role reader; grant select on \`UPPER\`.* to reader;
         create user 'we ird"n''ame'@'%' identified by 'pass''word'; grant reader to 'we ird"n''ame'@'%';
         set default role reader ${image.startsWith("mysql") ? "to" : "for"} 'we ird"n''ame'@'%';
         create user 'named'@'some.host.example' identified by 'x'`,
      )
      const dumped = await dump(server, rules, probe, globals)
      expect(dumped.end).toBe("the end of accounts, roles and grants")
      expect(dumped.bytes.toString()).not.toContain("some.host.example")
      expect(() => proof(dumped.plan.end(), dumped.bytes.subarray(0, -1))).toThrow("without its trailer")
      const fresh = await startContainer(image, {
        environment: environmentOf({ [`${prefix}_ROOT_PASSWORD`]: password }),
      })
      try {
        await look(fresh, rules)
        await sql(fresh, "create database `UPPER`; create table `UPPER`.item as select 1 as id")
        const roles = {
          subject: globals,
          format: "sql",
          compression: "none",
          encryption: null,
          facts: null,
        } as const
        await inside(fresh, ["sh", "-c", "cat > /tmp/roles.sql"], dumped.bytes.toString())
        const [, command = ""] = rules.restoreCommands({ ...roles, fileName: "-", container: fresh })
        await must(["sh", "-c", command], { input: dumped.bytes.toString() })
        const login = `exec "$(command -v mariadb || command -v mysql)" --no-defaults -u'we ird"n'"'"'ame' --socket=/var/run/mysqld/mysqld.sock -e 'select count(*) from UPPER.item'`
        expect(await inside(fresh, ["env", "MYSQL_PWD=pass'word", "sh", "-c", login])).toContain("1")
      } finally {
        await removeContainer(fresh)
      }
    })

    test("the commands for a person restore a database", async () => {
      const folder = mkdtempSync(join(tmpdir(), "dbbackup-test-"))
      const { bytes } = await dump(server, rules, probe, named("a=b"))
      writeFileSync(join(folder, "the file.sql"), bytes)
      await must(["zstd", "-q", "--rm", "the file.sql"], { cwd: folder })
      const lines = rules.restoreCommands({
        subject: named("a=b"),
        format: "sql",
        compression: "zstd",
        encryption: null,
        fileName: "the file.sql.zst",
        facts: probe.databases.find(({ name }) => name === "a=b")?.facts ?? null,
        container: server,
      })
      for (const line of lines)
        await must(["sh", "-ec", line.replaceAll("<new database>", "it is back")], { cwd: folder })
      rmSync(folder, { recursive: true })
      expect(await digest(server, "it is back")).toBe(await digest(server, "a=b"))
      await sql(server, "drop database `it is back`")
    })

    test("follows the names in the labels, and says which of them is wrong", async () => {
      await sql(server, "create user limited identified by 'x'; grant all on `UPPER`.* to limited")
      await inside(server, ["sh", "-c", "echo x > /run/limited"])
      const labelled: Access = { user: "limited", passwordFile: "/run/limited" }
      const limited = await look(server, rules, labelled)
      expect(limited.databases.map(({ name }) => name)).toEqual(["UPPER"])
      expect(limited.warnings).toEqual([expect.stringContaining("limited@% lacks SELECT")])
      const faultOf = async (access: Access) =>
        probeResult(rules, await runScript(server, rules.probe(access)))
      expect(await faultOf({ user: "limited", passwordEnv: "HOME" })).toMatchObject({
        code: "access-denied",
        message: expect.stringContaining("Access denied for user 'limited'@'localhost'"),
        hint: expect.stringContaining("dbbackup.password-env"),
      })
      expect(await faultOf({ user: "stranger", passwordEnv: "HOME" })).toMatchObject({
        code: "access-denied",
      })
      expect(await faultOf({ passwordEnv: "NOT_THERE" })).toMatchObject({
        code: "access-denied",
        message: expect.stringContaining("NOT_THERE"),
      })
      expect(await faultOf({ passwordFile: "/run/nothing" })).toMatchObject({ code: "access-denied" })
      const denied = await runScript(server, rules.dump(globals, probe, labelled, uncompressed).script)
      expect(denied.bytes).toHaveLength(0)
      expect(rules.explain("dumping accounts", denied, labelled)).toMatchObject({ code: "access-denied" })
    })

    test("says that a database is gone", async () => {
      const outcome = await runScript(server, rules.dump(named("not there"), probe, {}, uncompressed).script)
      expect(rules.explain("dumping not there", outcome, {})).toMatchObject({ code: "database-gone" })
      expect(() => proof(rules.end("sql", named("not there")), outcome.bytes)).toThrow()
    })

    test("says which view is broken", async () => {
      await sql(
        server,
        "create database b; use b; create table t (a int); create view v as select a from t; drop table t",
      )
      const outcome = await runScript(server, rules.dump(named("b"), probe, {}, uncompressed).script)
      expect(outcome.code).not.toBe(0)
      expect(rules.explain("dumping b", outcome, {})).toMatchObject({
        code: "dump-failed",
        hint: expect.stringContaining("view"),
      })
      await sql(server, "drop database b")
    })

    test("stops a load at its first error and keeps the rows out of the message", async () => {
      await sql(server, "create database target; create table target.t (a varchar(50) unique)")
      const statements = `insert into t values ('bob@private.example'), ('bob@private.example');\ncreate table never (id int);\n`
      const outcome = await runScript(server, rules.load("target", "sql", {}), Buffer.from(statements))
      const fault = rules.explain("loading target", outcome, {})
      expect(fault.code).toBe("restore-failed")
      expect(fault.message).toContain("1062")
      expect(fault.message).not.toContain("private")
      expect(outcome.stderr).not.toContain("create table")
      expect(await sql(server, "show tables from target")).toBe("t\n")
      await drop(server, rules, "target")
    })

    test("client commands inside a dump are not carried out", async () => {
      await sql(server, "create database target")
      const statements = "create table t (a text);\n\\! touch /tmp/escaped\nsystem touch /tmp/escaped\n"
      const outcome = await runScript(server, rules.load("target", "sql", {}), Buffer.from(statements))
      expect(outcome.code).not.toBe(0)
      expect(await inside(server, ["sh", "-c", "ls /tmp"])).not.toContain("escaped")
      await drop(server, rules, "target")
    })

    test("a dump that is ended, or whose session is ended, says so and leaves nothing behind", async () => {
      const holder = startScript(server, {
        script: `unset MYSQL_HOST; export MYSQL_PWD="$1"; exec "$(command -v mariadb || command -v mysql)" --no-defaults -uroot --socket=/var/run/mysqld/mysqld.sock -e 'lock tables UPPER.item write; select sleep(600)'`,
        args: [password],
      })
      const sessions = async (where: string) =>
        (
          await sql(
            server,
            `select id from information_schema.processlist where ${where} and id <> connection_id()`,
          )
        ).trim() || undefined
      await until("the table is locked", () => sessions("info like '%sleep(600)%'"))
      const waits = () => sessions("state like 'Waiting for table metadata lock%'")

      const { script, args } = rules.dump(named("UPPER"), probe, {}, uncompressed).script
      const killed = startScript(server, { script: `echo "$$" >&2\n${script}`, args })
      await until("the dump waits", waits)
      const pid = await until("its pid", () => killed.stderr().trim() || undefined)
      expect(await inside(server, ["cat", `/proc/${pid}/comm`])).toBe(`${probe.tool}\n`)
      await inside(server, ["sh", "-c", `kill -TERM ${pid}`])
      const ended = await killed.ended
      expect(rules.explain("dumping UPPER", { ...ended, stderr: "" }, {}).message).toContain("signal TERM")
      expect(() => proof(rules.end("sql", named("UPPER")), ended.bytes)).toThrow()
      const alive = await inside(server, ["sh", "-c", `[ -e /proc/${pid} ] && echo yes || echo no`])
      expect(alive).toBe("no\n")
      // The server itself may notice only when the lock is granted.
      const left = await waits()
      if (left) await sql(server, `kill ${left}`).catch(() => undefined)
      await until("its session ends", async () => (await waits()) === undefined)

      const lost = startScript(server, { script, args })
      await sql(server, `kill ${await until("the dump waits", waits)}`)
      expect(rules.explain("dumping UPPER", await lost.ended, {})).toMatchObject({ code: "server-lost" })
      await sql(server, `kill ${await sessions("info like '%sleep(600)%'")}`)
      await holder.ended
    })
  })

  // The newest of each engine: accounts and set-up are their entrypoint's matter.
  if (images.some((one) => engineOf(one) === engineOf(image) && images.indexOf(one) < images.indexOf(image)))
    continue

  describe(`a server of ${image} with other accounts`, () => {
    const withServer = async (
      options: NonNullable<Parameters<typeof startContainer>[1]>,
      check: (server: string) => Promise<void>,
    ) => {
      const environment = environmentOf(options.environment ?? {})
      const server = await startContainer(image, { ...options, environment })
      try {
        await check(server)
      } finally {
        await removeContainer(server)
      }
    }

    test("root may have no password", async () => {
      const allow = image.startsWith("mysql")
        ? "MYSQL_ALLOW_EMPTY_PASSWORD"
        : "MARIADB_ALLOW_EMPTY_ROOT_PASSWORD"
      await withServer({ environment: { [allow]: "yes", [`${prefix}_DATABASE`]: "app" } }, async (server) => {
        const probe = await look(server, rules)
        expect(probe.databases.map(({ name }) => name)).toEqual(["app"])
        expect(probe.warnings).toEqual([])
      })
    })

    test("a random root password leaves the application's account, with a warning; a wrong label says so", async () => {
      const environment = {
        [`${prefix}_RANDOM_ROOT_PASSWORD`]: "yes",
        [`${prefix}_USER`]: "app user",
        [`${prefix}_PASSWORD`]: password,
        [`${prefix}_DATABASE`]: "app",
      }
      await withServer({ environment }, async (server) => {
        const probe = await look(server, rules)
        expect(probe.databases.map(({ name }) => name)).toEqual(["app"])
        expect(probe.warnings).toEqual([expect.stringContaining("app user@% lacks SELECT")])
        expect((await dump(server, rules, probe, named("app"))).end).toBe("the dump completed trailer")
        const root = probeResult(rules, await runScript(server, rules.probe({ user: "root" })))
        expect(root).toMatchObject({
          code: "access-denied",
          hint: expect.stringContaining("random root password"),
        })
      })
    })

    for (const [how, flags] of [
      ["as process 1", []],
      ["under an init", ["--init"]],
    ] as const) {
      test(`is refused while its image sets it up, ${how}, and taken afterwards`, async () => {
        const options = {
          environment: { [`${prefix}_ROOT_PASSWORD`]: password, [`${prefix}_DATABASE`]: "app" },
          files: { "/docker-entrypoint-initdb.d/slow.sh": "until [ -e /tmp/go ]; do sleep 0.1; done\n" },
          flags,
        }
        await withServer(options, async (server) => {
          const refused = await until("the set-up server answers", async () => {
            const probed = probeResult(rules, await runScript(server, rules.probe({})))
            return probed instanceof Error && probed.message.includes("set-up") && probed
          })
          expect(refused).toMatchObject({ code: "server-not-ready" })
          await inside(server, ["touch", "/tmp/go"])
          expect((await look(server, rules)).databases.map(({ name }) => name)).toEqual(["app"])
        })
      })

      test(`is taken when it never listens on the network, ${how}`, async () => {
        const options = {
          environment: { [`${prefix}_ROOT_PASSWORD`]: password },
          flags,
          command: ["--skip-networking", "--socket=/tmp/own.sock"],
        }
        await withServer(options, async (server) => {
          expect((await look(server, rules)).databases).toEqual([])
        })
      })
    }
  })
}

const mariadbImage = images.find((image) => image.startsWith("mariadb"))
if (mariadbImage !== undefined) {
  test("MariaDB's account for the operating system's user mysql needs no password", async () => {
    const rules = rulesFor("mariadb")
    const server = await startContainer(mariadbImage, {
      environment: {
        MARIADB_RANDOM_ROOT_PASSWORD: "yes",
        MARIADB_MYSQL_LOCALHOST_USER: "1",
        MARIADB_MYSQL_LOCALHOST_GRANTS: "ALL PRIVILEGES",
        MARIADB_DATABASE: "app",
      },
    })
    try {
      const probe = await look(server, rules)
      expect(probe.warnings).toEqual([])
      const dumped: Dumped = await dump(server, rules, probe, named("app"))
      expect(dumped.end).toBe("the dump completed trailer")
    } finally {
      await removeContainer(server)
    }
  })
}
