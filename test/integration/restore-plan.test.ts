// Plans of restores on real servers, and what becomes of them: another server as the target, roles that it lacks, a plan that is
// stale by the time it is confirmed, globals.
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test"
import type { z } from "zod"
import { rulesFor } from "../../controller/engines/registry.ts"
import {
  createBackup,
  createRestore,
  discoverDatabases,
  getRestoreLogs,
  listServers,
  planRestore,
} from "../../schemas/api.ts"
import type { CompletedBackup } from "../../schemas/backup.ts"
import type { RestoreOptions } from "../../schemas/restore.ts"
import type { ServerId } from "../../schemas/server.ts"
import { must, run } from "../support/command.ts"
import { type Controller, type Place, place, startController } from "../support/controller.ts"
import { runScript } from "../support/docker-cli.ts"
import { homeDatabase, password, startServer, type TestServer } from "../support/servers.ts"
import { until } from "../support/until.ts"

setDefaultTimeout(300_000)

let here: Place
let controller: Controller
const started: TestServer[] = []
let production: TestServer
let staging: TestServer
let mysql: TestServer
let mariadb: TestServer

beforeAll(async () => {
  here = place()
  const labels = (more: Record<string, string> = {}) =>
    Object.fromEntries(
      Object.entries({ enable: "true", schedule: "manual", ...more }).map(([key, value]) => [
        `${here.prefix}.${key}`,
        value,
      ]),
    )
  const start = async (image: string, more?: Record<string, string>) => {
    const server = await startServer(image, labels(more))
    started.push(server)
    await server.ready()
    return server
  }
  ;[production, staging, mysql, mariadb] = (await Promise.all([
    start("postgres:17"),
    start("postgres:17", { restore: "new-only" }),
    start("mysql:9"),
    start("mariadb:11.8"),
  ])) as [TestServer, TestServer, TestServer, TestServer]
  await production.sql(
    "postgres",
    `create role app login password 'app''s secret'; create role readers; create role boss login superuser;
     grant readers to app; alter role app set statement_timeout = '7s'; comment on role app is 'the shop''s own';
     create database shop owner app`,
  )
  await production.sql(
    "shop",
    `create table item (id int primary key, name text); insert into item select i, md5(i::text) from generate_series(1, 500) i;
     alter table item owner to app; grant select on item to readers`,
  )
  for (const server of [mysql, mariadb]) {
    await server.sql(
      homeDatabase[server.engine],
      `create database shop; create table shop.item (id int primary key); insert into shop.item values (1), (2), (3);
       create user 'app'@'%' identified by 'its secret'; create role 'readers'; grant select on shop.* to 'readers';
       grant 'readers' to 'app'@'%'; grant insert on shop.item to 'app'@'%';
       create user 'odd''one'@'10.%' identified by 'x'`,
    )
    await server.sql("shop", "create definer='app'@'%' view items as select id from item")
  }
  controller = await startController(here)
})
afterAll(async () => {
  await controller?.end("SIGTERM")
  await Promise.all(started.map((server) => server.remove()))
  here?.remove()
})

const idOf = (server: TestServer) =>
  until(`${server.name} is listed`, async () => {
    const { data } = await controller.call(listServers)
    return data.find(({ name }) => name === server.name)?.id as ServerId | undefined
  })
const backUp = async (server: TestServer, name: string): Promise<CompletedBackup> => {
  const database = await controller.database(name, (each) => each.server.name === server.name)
  const { data: begun } = await controller.call(createBackup, { body: { databaseId: database.id } })
  const done = await controller.backupDone(begun.id)
  if (done.status !== "completed") throw new Error(`${JSON.stringify(done)}\n${controller.log()}`)
  return done
}
const planFor = async ({ id: backupId }: CompletedBackup, options: z.input<typeof RestoreOptions>) =>
  (await controller.call(planRestore, { body: { backupId, options, dryRun: true } })).data
const restore = async (
  { id: backupId }: CompletedBackup,
  options: z.input<typeof RestoreOptions>,
  planHash?: string,
) => {
  const confirmed = planHash === undefined ? {} : { planHash }
  const { data: begun } = await controller.call(createRestore, { body: { backupId, options, ...confirmed } })
  const done = await controller.restoreDone(begun.id)
  if (done.status !== "completed") throw new Error(`${JSON.stringify(done)}\n${controller.log()}`)
  const { data: lines } = await controller.call(getRestoreLogs, { params: { id: begun.id } })
  return { done, log: lines.map(({ level, message }) => `${level}: ${message}`).join("\n") }
}
const refusal = async (work: Promise<unknown>): Promise<{ message: string; fault: unknown }> => {
  const error = await work.then(
    () => undefined,
    (reason) => reason,
  )
  if (!error?.error) throw error ?? new Error("it was not refused")
  return { message: error.error.message, fault: error.error.details?.fault }
}

describe("from one PostgreSQL server to another", () => {
  test("the plan says what the other one lacks, and so does the log of the restore that leaves owners out", async () => {
    const backup = await backUp(production, "shop")
    const options = { mode: "new", name: "shop", serverId: await idOf(staging) } as const
    const plan = await planFor(backup, options)
    expect(plan).toMatchObject({ serverName: staging.name, owners: "drop", lost: [], connections: [] })
    expect(plan.missing.roles).toEqual(["app", "readers"])
    expect(plan.freeBytes).toBeGreaterThan(1024 ** 2)
    expect(plan.neededBytes).toBeGreaterThan(1024 ** 2)
    expect(plan.timeGuess?.from).toBe("dumps of its server")
    const told = `${staging.name} lacks the roles app, readers: everything will belong to postgres`
    expect(plan.warnings.join("\n")).toContain(told)
    const keeping = await refusal(planFor(backup, { ...options, owners: "keep" }))
    expect(keeping.message).toBe(`${staging.name} lacks the roles app, readers`)
    const { log } = await restore(backup, options, plan.hash)
    expect(log).toContain(`warn: ${told}`)
    expect(await staging.sql("shop", "select count(*) from item")).toBe("500\n")
    expect(await staging.sql("shop", "select tableowner from pg_tables where tablename = 'item'")).toBe(
      "postgres\n",
    )
    // Production has what it had, and no more.
    expect(
      await production.sql("postgres", "select count(*) from pg_database where datname like 'shop%'"),
    ).toBe("1\n")
  })

  test("a plan that is not what it was is refused, with what is other", async () => {
    const backup = await backUp(production, "shop")
    const options = { mode: "new", name: "later", serverId: await idOf(staging) } as const
    const { hash } = await planFor(backup, options)
    expect((await planFor(backup, options)).hash).toBe(hash)
    await staging.sql("postgres", "create role readers")
    const refused = await refusal(restore(backup, options, hash))
    expect(refused.fault).toBe("plan-stale")
    expect(refused.message).toContain(`now: ${staging.name} lacks the role app:`)
    expect(refused.message).toContain(`no more: ${staging.name} lacks the roles app, readers:`)
    expect(await staging.sql("postgres", "select count(*) from pg_database where datname = 'later'")).toBe(
      "0\n",
    )
    await staging.sql("postgres", "drop role readers")
  })

  test("globals that it lacks are made whole, and what it has stays as it is", async () => {
    await staging.sql("postgres", "create role boss nologin")
    // Set once more, it has another salt: the two servers may have started from one data folder.
    await staging.sql("postgres", `alter role postgres password '${password.replaceAll("'", "''")}'`)
    const backup = await backUp(production, "globals")
    const options = { mode: "globals", serverId: await idOf(staging) } as const
    const plan = await planFor(backup, options)
    expect(plan.accounts).toMatchObject({ create: ["app", "readers"] })
    expect(plan.accounts?.different).toEqual([
      { name: "boss", differs: ["attributes"] },
      { name: "postgres", differs: ["password"] },
    ])
    expect(JSON.stringify(plan)).not.toContain("SCRAM")
    const { log } = await restore(backup, options, plan.hash)
    expect(log + controller.log()).not.toContain("SCRAM")
    const described = `select a.rolname, a.rolpassword, a.rolcanlogin, shobj_description(a.oid, 'pg_authid'), s.setconfig,
      array(select roleid::regrole from pg_auth_members where member = a.oid)
      from pg_authid a left join pg_db_role_setting s on s.setrole = a.oid where a.rolname in ('app', 'readers') order by 1`
    const wanted = await production.sql("postgres", described)
    expect(wanted).toContain("SCRAM-SHA-256")
    expect(await staging.sql("postgres", described)).toBe(wanted)
    expect(
      await staging.sql("postgres", "select rolcanlogin, rolsuper from pg_roles where rolname = 'boss'"),
    ).toBe("f\tf\n")
    const again = await planFor(backup, options)
    expect(again.accounts).toMatchObject({ create: [], same: expect.arrayContaining(["app", "readers"]) })
  })

  test("once the roles are there, objects belong to their owners", async () => {
    const backup = await backUp(production, "shop")
    const options = { mode: "new", name: "owned", serverId: await idOf(staging) } as const
    const plan = await planFor(backup, options)
    expect(plan).toMatchObject({ owners: "keep", missing: { roles: [] }, warnings: [] })
    expect((await restore(backup, options, plan.hash)).done.differences).toEqual([])
    expect(await staging.sql("owned", "select tableowner from pg_tables where tablename = 'item'")).toBe(
      "app\n",
    )
  })

  test("an extension that it does not have ends it before it begins", async () => {
    await must([
      ...["docker", "exec", production.name, "sh", "-c"],
      `cd /usr/share/postgresql/17/extension && echo "default_version = '1'" > house.control && echo 'create table house (i int);' > house--1.sql`,
    ])
    await production.sql("postgres", "create database housed")
    await production.sql("housed", "create extension house; create table t (i int)")
    await controller.call(discoverDatabases)
    const backup = await backUp(production, "housed")
    const refused = await refusal(
      planFor(backup, { mode: "new", name: "housed", serverId: await idOf(staging) }),
    )
    expect(refused.message).toBe(`${staging.name} has no extension house, which the backup needs`)
  })
})

describe("what a dump tells the client to do", () => {
  const target = (server: TestServer) => ({ name: server.name, rules: rulesFor(server.engine) })
  const load = (server: TestServer, text: string) => {
    const { name, rules } = target(server)
    return runScript(name, rules.load("shop", "sql", {}, { unconfined: true }), Buffer.from(text))
  }
  const isThere = async ({ name }: TestServer, path: string) =>
    (await run(["docker", "exec", name, "test", "-e", path])).code === 0

  test("psql does not do", async () => {
    for (const hostile of ["\\! touch /tmp/done", "\\copy item to /tmp/done", "\\o /tmp/done"]) {
      const { code, stderr } = await load(production, `select 1;\n${hostile}\nselect 2;\n`)
      expect(`${code} ${stderr}`).toMatch(/^3 .*backslash commands are restricted/)
    }
    expect(await isThere(production, "/tmp/done")).toBe(false)
    expect((await load(production, "create table loaded (i int);\n")).code).toBe(0)
  })

  test("mysql and mariadb do not do", async () => {
    for (const server of [mysql, mariadb]) {
      for (const hostile of [
        "\\! touch /tmp/done",
        "system touch /tmp/done",
        "tee /tmp/done",
        "source /etc/passwd",
      ])
        await load(server, `select 1;\n${hostile}\n;\n`)
      expect(await isThere(server, "/tmp/done")).toBe(false)
      const { code } = await load(server, "load data local infile '/etc/hostname' into table item;\n")
      expect(code).not.toBe(0)
      expect((await load(server, "create table loaded (i int);\n")).code).toBe(0)
    }
  })
})

describe("a dump that was handed in", () => {
  const handIn = async (server: TestServer, text: string): Promise<CompletedBackup> => {
    const query = { serverId: await idOf(server), database: "shop", fileName: "old.sql" }
    const asked = new URLSearchParams({ ...query, madeAt: "2026-01-01T00:00:00.000Z" })
    const answer = await fetch(`${controller.url}/api/backups/import?${asked}`, {
      method: "POST",
      headers: { "content-type": "application/octet-stream" },
      body: text,
    })
    const { data, error } = (await answer.json()) as { data: CompletedBackup; error?: unknown }
    if (error) throw new Error(JSON.stringify(error))
    return data
  }

  test("is not loaded when it reaches beyond its database, and leaves nothing behind", async () => {
    const { name } = mysql
    const good = await must([
      ...["docker", "exec", name, "sh", "-c"],
      `MYSQL_PWD="$MYSQL_ROOT_PASSWORD" exec mysqldump -uroot --set-gtid-purged=OFF shop item`,
    ])
    const options = { mode: "new", name: "handed" } as const
    await restore(await handIn(mysql, good), options)
    expect(await mysql.sql("handed", "select count(*) from item")).toMatch(/^[34]\n$/)
    const hostile = good.replace("DROP TABLE", "/*!40000 GRANT ALL ON *.* TO `app`@`%` */;\nDROP TABLE")
    expect(hostile).not.toBe(good)
    const backup = await handIn(mysql, hostile)
    const failed = restore(backup, { mode: "new", name: "hostile" })
    await expect(failed).rejects.toThrow(
      /not loaded: the statement GRANT ALL ON .* changes the accounts of the server/,
    )
    expect(await mysql.sql("mysql", "show databases like 'hostile'")).toBe("")
    expect(await mysql.sql("mysql", "show grants for 'app'@'%'")).not.toContain(
      "GRANT SELECT, INSERT, UPDATE",
    )
    expect(await mysql.sql("shop", "select count(*) from item")).toMatch(/^[34]\n$/)
  })
})

describe("between MySQL and MariaDB", () => {
  test("nothing is restored", async () => {
    const backup = await backUp(mysql, "shop")
    const refused = await refusal(
      planFor(backup, { mode: "new", name: "shop2", serverId: await idOf(mariadb) }),
    )
    expect(refused).toEqual({
      message: "the backup is of mysql, the server is mariadb",
      fault: "restore-unsupported",
    })
  })

  for (const server of [() => mysql, () => mariadb])
    test("accounts that are missing are made with their passwords and grants, and a missing definer is told before", async () => {
      const { engine, sql } = server()
      const globals = await backUp(server(), "globals")
      const shop = await backUp(server(), "shop")
      const grants = () => sql("shop", "show grants for 'app'@'%'; show grants for 'odd''one'@'10.%'")
      const before = await grants()
      await sql(
        "shop",
        `drop user 'app'@'%', 'odd''one'@'10.%'; drop role 'readers'; create user 'odd''one'@'10.%' identified by 'y'`,
      )
      const kept = await sql("shop", "show grants for 'odd''one'@'10.%'")
      const plan = await planFor(shop, { mode: "new", name: "shop_copy" })
      expect(plan.missing.roles).toContain("app@%")
      expect(plan.warnings.join("\n")).toContain("views, routines, triggers and events that they define")
      const applied = await planFor(globals, { mode: "globals" })
      const role = engine === "mysql" ? "readers@%" : "readers"
      expect(applied.accounts?.create.toSorted()).toEqual(["app@%", role])
      expect(applied.accounts?.different).toContainEqual({
        name: "odd'one@10.%",
        differs: expect.arrayContaining(["password and options"]),
      })
      const { log } = await restore(globals, { mode: "globals" }, applied.hash)
      expect(log).toContain("info: made ")
      expect(await grants()).toBe(before.replace(/^.*odd[\s\S]*$/m, kept))
      const login = await run([
        ...["docker", "exec", "--env", "MYSQL_PWD=its secret", server().name, engine],
        ...["--user=app", "--host=127.0.0.1", "--execute=insert into shop.item values (9)"],
      ])
      expect(`${login.code} ${login.stderr}`).toStartWith("0 ")
      expect((await planFor(globals, { mode: "globals" })).accounts?.create).toEqual([])
    })
})
