// MySQL's and MariaDB's fingerprints on real servers: equal after a dump and its restore, different after every change; and the lock
// under which one is opened beside a dump.
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test"
import { differencesOf } from "../../controller/core/fingerprint.ts"
import type { Access, FingerprintReading, Script } from "../../controller/engines/engine.ts"
import { rulesFor } from "../../controller/engines/registry.ts"
import type { FingerprintLevel } from "../../schemas/manifest.ts"
import { must } from "../support/command.ts"
import { runScript } from "../support/docker-cli.ts"
import { engineOf, startServer, type TestServer } from "../support/servers.ts"

setDefaultTimeout(240_000)
const images = process.env.MYSQL_IMAGES?.split(",") ?? ["mysql:9", "mariadb:11.8"]

const everyDefinition = [
  `create table item (id int auto_increment primary key, price decimal(10,2) not null default 1.5, body varchar(80) comment 'wie es heißt',
  twice decimal(12,2) generated always as (price * 2) stored, constraint dear check (price >= 0), key by_body (body(10)))`,
  `create table kid (id int primary key, item int, constraint of_item foreign key (item) references item (id) on delete cascade)`,
  `create table \`odd "na'me\` (i int primary key) partition by range (i) (partition low values less than (10), partition rest values less than maxvalue)`,
  `insert into item (price, body) select 2, 'x' from (select 1 union select 2 union select 3) n`,
  `insert into kid values (1, 1), (2, 1)`,
  `create view seen as select i.id, i.body, k.id as kid from item i join kid k on k.item = i.id`,
  `create procedure fill(in n int) begin insert into kid values (n, 1); end`,
  `create function dbl(a int) returns int deterministic return a * 2`,
  `create trigger low before insert on item for each row set new.body = lower(new.body)`,
  `create event later on schedule every 1 year starts '2030-01-01' do delete from kid`,
]

/** Each is to show in the fingerprint. */
const changes: Readonly<Record<string, string>> = {
  "a column": "alter table item add column more int",
  "a column's type": "alter table item modify body varchar(90) comment 'wie es heißt'",
  "a default": "alter table item alter column price set default 2.5",
  "a comment": "alter table item modify body varchar(80) comment 'anders'",
  "a check": "alter table item drop constraint dear",
  "an index": "create index by_price on item (price)",
  "a foreign key": "alter table kid drop foreign key of_item",
  "a partition":
    "alter table `odd \"na'me` reorganize partition rest into (partition mid values less than (50), partition rest values less than maxvalue)",
  "a view": "create or replace view seen as select id from item",
  "a procedure's body":
    "drop procedure fill // create procedure fill(in n int) begin insert into kid values (n, 2); end",
  "a function's parameter":
    "drop function dbl // create function dbl(a bigint) returns int deterministic return a * 2",
  "a trigger": "drop trigger low",
  "an event": "alter event later do delete from item",
}

for (const image of images) {
  describe(`fingerprints of ${image}`, () => {
    const rules = rulesFor(engineOf(image))
    const home = "mysql"
    let server: TestServer
    beforeAll(async () => {
      server = await startServer(image, {})
      await server.ready()
      await server.sql(home, "create database every")
      await define("every", everyDefinition)
    })
    afterAll(() => server?.remove())

    /** Bodies hold semicolons, so statements are separated by another mark. */
    const define = (database: string, statements: readonly string[]) =>
      server.sql(database, `delimiter //\n${statements.join("\n//\n")}\n//\n`)

    const take = async (database: string, level: FingerprintLevel): Promise<FingerprintReading> => {
      const script = rules.fingerprint?.(database, level, {})
      const outcome = script && (await runScript(server.name, script))
      if (outcome?.code !== 0) throw new Error(outcome?.stderr)
      const reading = rules.readFingerprint?.(outcome)
      if (!reading) throw new Error(`${image} has fingerprints`)
      return reading
    }
    const asDumped = (reading: FingerprintReading) => ({
      ...reading,
      level: "exact" as const,
      sameSnapshot: true,
      seconds: 0,
    })
    const tool = image.startsWith("mysql")
      ? ["mysqldump --set-gtid-purged=OFF", "mysql"]
      : ["mariadb-dump", "mariadb"]
    const copy = (from: string, to: string) =>
      must([
        "docker",
        "exec",
        server.name,
        "sh",
        "-c",
        `export MYSQL_PWD="\${MARIADB_ROOT_PASSWORD:-$MYSQL_ROOT_PASSWORD}"; ${tool[1]} -uroot -e 'create database ${to}' && ${tool[0]} -uroot --single-transaction --routines --triggers --events ${from} | ${tool[1]} -uroot ${to}`,
      ])

    test("count the rows of each table, and tell what comes next", async () => {
      const { rows, sequences, roles, databaseBytes } = await take("every", "exact")
      expect(rows).toEqual({ item: 3, kid: 2, "odd \"na'me": 0 })
      expect(Number(sequences.item)).toBeGreaterThanOrEqual(4)
      expect(roles).toContain("root@localhost")
      expect(databaseBytes).toBeGreaterThan(16_384)
    })

    test("estimate the rows of the same tables", async () => {
      expect(Object.keys((await take("every", "estimates")).rows)).toEqual(["item", "kid", "odd \"na'me"])
    })

    test("are the same after a dump and its restore into another database", async () => {
      await copy("every", "again")
      const [was, is] = [await take("every", "exact"), await take("again", "exact")]
      expect(is.schemaSha256).toBe(was.schemaSha256)
      expect(differencesOf(asDumped(was), is, true)).toEqual([])
      await server.sql(home, "drop database again")
    })

    test("differ after every change of a definition", async () => {
      const { schemaSha256 } = await take("every", "estimates")
      for (const [what, change] of Object.entries(changes)) {
        await copy("every", "changed")
        await define("changed", change.split(" // "))
        expect([what, (await take("changed", "estimates")).schemaSha256]).not.toEqual([what, schemaSha256])
        await server.sql(home, "drop database changed")
      }
    })

    const session = (access: Access): Script => {
      if (!rules.lockedSnapshot) throw new Error(`${image} has no lock`)
      return rules.lockedSnapshot.session(access)
    }
    /** What a session is asked to take the lock, when all that it looks at is well. */
    const lockStatements = () => {
      const talk = rules.lockedSnapshot?.lock(["every"])
      const asked: string[] = []
      for (let next = talk?.next(); next && !next.done; next = talk?.next([])) asked.push(next.value)
      return asked.join("")
    }

    test("are opened under a lock by an account with the rights, and by no other", async () => {
      await server.sql(
        home,
        `create user some@localhost; grant select on *.* to some@localhost; grant reload on *.* to some@localhost;
create user able@localhost; grant select, process on *.* to able@localhost;`,
      )
      const outcome = async (user: string) => {
        const { code, stderr } = await runScript(
          server.name,
          session({ user }),
          Buffer.from(lockStatements()),
        )
        return [user, code, /ERROR (\d+)/.exec(stderr)?.[1]]
      }
      expect(await outcome("some")).toEqual(["some", 1, "1227"])
      expect(await outcome("able")).toEqual(["able", 1, "1227"])
      await server.sql(home, "grant reload on *.* to able@localhost")
      expect(await outcome("able")).toEqual(["able", 0, undefined])
    })

    test("do not keep the lock: the server ends a session that forgets it", async () => {
      const { script, args } = session({})
      const argv = ["docker", "exec", "--interactive", server.name, "sh", "-c", script, "dbbackup", ...args]
      const forgetful = Bun.spawn(argv, { stdin: "pipe", stdout: "pipe", stderr: "ignore" })
      forgetful.stdin.write(lockStatements())
      forgetful.stdin.flush()
      const answers = forgetful.stdout.getReader()
      let told = ""
      while (told.split("dbbackup: end\n").length <= lockStatements().split("dbbackup: end").length - 1)
        told += new TextDecoder().decode((await answers.read()).value)
      const began = performance.now()
      await server.sql("every", "insert into kid values (100, 1)")
      const waited = performance.now() - began
      expect(waited).toBeGreaterThan(1000)
      expect(waited).toBeLessThan(30_000)
      await server.sql("every", "delete from kid where id = 100")
      forgetful.stdin.end()
      await forgetful.exited
    })

    test("do not see the mark of a restore under way", async () => {
      const before = await take("every", "exact")
      const claim = rules.claim("every", "some-restore", {})
      expect((await runScript(server.name, claim)).code).toBe(0)
      expect(await take("every", "exact")).toMatchObject({
        rows: before.rows,
        schemaSha256: before.schemaSha256,
      })
      await runScript(server.name, rules.release("every", {}))
    })
  })
}
