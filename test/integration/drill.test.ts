// Backups of real servers restored into throw-away ones: a good one of each engine and of an image of other conventions, with roles and a person's questions; one that is
// not what its manifest says; one cancelled; one whose controller is killed. Nothing of any of them stays.

import { Database } from "bun:sqlite"
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test"
import { join } from "node:path"
import {
  cancelVerification,
  createBackup,
  discoverDatabases,
  getBackup,
  getDatabase,
  getStatus,
  getVerification,
  listServers,
  verificationsOf,
  verifyBackup,
} from "../../schemas/api.ts"
import type { CompletedBackup } from "../../schemas/backup.ts"
import type { Verification } from "../../schemas/verification.ts"
import { bitnamiLike, buildBitnamiLike } from "../support/bitnami-like.ts"
import { must, run } from "../support/command.ts"
import { type Controller, type Place, place, startController } from "../support/controller.ts"
import { inside, removeContainer, startContainer } from "../support/docker-cli.ts"
import { repository } from "../support/places.ts"
import { startServer, type TestServer } from "../support/servers.ts"
import { until } from "../support/until.ts"

setDefaultTimeout(400_000)

let here: Place
let controller: Controller
let unlike: string | undefined
const servers: TestServer[] = []
const backups = new Map<string, CompletedBackup>()

beforeAll(async () => {
  here = place()
  const start = (image: string, own: Record<string, string>) =>
    startServer(
      image,
      Object.fromEntries(
        Object.entries({ enable: "true", schedule: "manual", databases: own.id ?? "", ...own }).map(
          ([key, value]) => [`${here.prefix}.${key}`, value],
        ),
      ),
    )
  await buildBitnamiLike()
  const query = { "verify.query.rows": "select count(*) = 20 from t" }
  servers.push(
    ...(await Promise.all([
      start("postgres:17", {
        id: "pg",
        fingerprint: "exact",
        ...query,
        "verify.query.owner": "select tableowner from pg_tables where tablename = 't'",
      }),
      start("mysql:9", { id: "my", ...query }),
      start("mariadb:11.8", { id: "ma", ...query }),
    ])),
  )
  unlike = await startContainer(bitnamiLike, {
    environment: { POSTGRESQL_PASSWORD: "secret" },
    flags: Object.entries({
      enable: "true",
      schedule: "manual",
      databases: "bn",
      id: "bn",
      ...query,
    }).flatMap(([key, value]) => ["--label", `${here.prefix}.${key}=${value}`]),
  })
  const [postgres, mysql, mariadb] = servers
  if (!postgres || !mysql || !mariadb) throw new Error("three servers were started")
  await Promise.all(servers.map((server) => server.ready()))
  const client = [
    "env",
    "PGPASSWORD=secret",
    "psql",
    "-q",
    "-h",
    "/tmp",
    "-U",
    "postgres",
    "-v",
    "ON_ERROR_STOP=1",
  ]
  await until(
    "the fourth answers",
    async () => (await run(["docker", "exec", unlike ?? "", ...client, "-l"])).code === 0,
  )
  await inside(unlike, client, "create database bn; create role keeper")
  await inside(
    unlike,
    [...client, "bn"],
    "create table t as select generate_series(1, 20) i; alter table t owner to keeper",
  )
  await postgres.sql(
    "postgres",
    "create role keeper login password 'secret'; create database pg owner keeper",
  )
  await postgres.sql(
    "pg",
    "create table t as select i, repeat('x', 10) as x from generate_series(1, 20) i; alter table t owner to keeper; create sequence s start 7",
  )
  const rows = Array.from({ length: 20 }, (_, i) => `(${i})`).join()
  for (const [server, name] of [[mysql, "my"] as const, [mariadb, "ma"] as const]) {
    // The event is dumped as one that is at work, and must not be in a throw-away server.
    await server.sql(
      "",
      `set global event_scheduler = off; create database ${name}; create user keeper@'%' identified by 'secret'`,
    )
    await server.sql(
      name,
      `create table t (i int primary key); insert into t values ${rows};
       create definer = keeper@'%' sql security invoker view v as select count(*) from t;
       create event e on schedule every 1 second do delete from t limit 1`,
    )
  }
  controller = await startController(here)
  for (const name of ["pg", "my", "ma", "bn"]) backups.set(name, await backUp(name))
})
afterAll(async () => {
  await controller?.end("SIGTERM")
  await Promise.all(servers.map((server) => server.remove()))
  if (unlike) await removeContainer(unlike)
  await run(["docker", "rmi", bitnamiLike])
  here?.remove()
})

async function backUp(name: string): Promise<CompletedBackup> {
  // Globals first: each run by hand is of one subject.
  const { id } = await controller.database(name, ({ state }) => state === "never")
  const globals = (await controller.call(getDatabase, { params: { id } })).data.server.id
  for (const databaseId of [`${globals}:@globals`, id]) {
    const { data } = await controller.call(createBackup, { body: { databaseId } })
    const done = await controller.backupDone(data.id)
    if (done.status !== "completed") throw new Error(`${JSON.stringify(done)}\n${controller.log()}`)
    if (databaseId === id) return done
  }
  throw new Error("both were backed up")
}
const backupOf = (name: string) => {
  const backup = backups.get(name)
  if (!backup) throw new Error(`${name} was not backed up`)
  return backup
}
const drill = (id: string) =>
  run([
    ...[process.execPath, join(repository, "controller/cli.ts"), "verify", id, "--level", "drill"],
    ...["--wait", "--url", controller.url],
  ])
const newest = async (id: string): Promise<Verification | undefined> =>
  (await controller.call(verificationsOf, { params: { id } })).data[0]
/** Containers of drills of this process, and volumes without a container. */
const drilling = async () =>
  (
    await must([
      "docker",
      "ps",
      "--all",
      "--quiet",
      "--filter",
      "label=dbbackup.scratch=true",
      "--filter",
      `label=dbbackup.installation=${installation()}`,
    ])
  )
    .split("\n")
    .filter((line) => line !== "")
const installation = () => {
  const db = new Database(join(here.folder, "db/app.db"), { readonly: true })
  const row = db.query<{ id: string }, []>("SELECT id FROM installation").get()
  db.close()
  return row?.id ?? ""
}
const volumesOf = async (container: string) =>
  (await must(["docker", "inspect", "--format", "{{range .Mounts}}{{.Name}} {{end}}", container]))
    .trim()
    .split(" ")
    .filter((name) => name !== "")
const isThere = async (volume: string) => (await run(["docker", "volume", "inspect", volume])).code === 0

test.each(["pg", "my", "ma", "bn"])(
  "a good backup of %s is restored with its globals, compared, asked, and its time told",
  async (name) => {
    const { code, stdout, stderr } = await drill(backupOf(name).id)
    expect([code, stderr, code === 0 ? "" : stdout]).toEqual([0, "", ""])
    expect(stdout).toContain("local: good")
    expect(stdout).toContain("of the very image that was dumped")
    expect(stdout).toMatch(/the globals of another run, of .* were loaded: \d+ bytes/)
    expect(stdout).toContain(`of ${name} are those that were dumped`)
    expect(stdout).toMatch(/the query rows answers (t|1)\n/)
    if (name === "pg") expect(stdout).toContain("the query owner answers keeper")
    const found = await newest(backupOf(name).id)
    expect(found).toMatchObject({ level: "drill", outcome: "passed", recoverySeconds: expect.any(Number) })
    expect(await drilling()).toEqual([])
  },
)

test("roles that no backup of globals holds are made for the drill, and it says so", async () => {
  const db = new Database(join(here.folder, "db/app.db"))
  db.run("UPDATE backups SET deleted_at = finished_at WHERE kind = 'globals' AND server_name = 'pg'")
  db.close()
  const { code, stdout } = await drill(backupOf("pg").id)
  expect([code, stdout]).toEqual([0, expect.stringContaining("there is no backup of the server's globals")])
  expect(stdout).toContain("no globals have were made, empty: keeper")
})

test("a backup that is not what its manifest says fails its drill, and everybody is told", async () => {
  const { id } = backupOf("pg")
  const db = new Database(join(here.folder, "db/app.db"))
  db.run(
    "UPDATE backups SET manifest = json_set(manifest, '$.fingerprint.rows.\"public.t\"', 21) WHERE id = ?",
    [id],
  )
  db.close()
  const { code, stdout } = await drill(id)
  expect([code, stdout]).toEqual([1, expect.stringContaining("public.t has 20 rows, 21 were dumped")])
  const { data } = await controller.call(getBackup, { params: { id } })
  expect(data).toMatchObject({
    lastVerified: { level: "drill", outcome: "failed" },
    copies: [{ state: "stored" }],
  })
  const { verdict } = (await controller.call(getStatus)).data
  expect(verdict.attention.map(({ sentence }) => sentence)).toContainEqual(
    expect.stringContaining("pg on pg has a damaged backup: what was restored is not what was dumped"),
  )
  expect(await drilling()).toEqual([])
})

test("a drill that is cancelled leaves neither its server nor the server's volume", async () => {
  const { id } = backupOf("my")
  const { data } = await controller.call(verifyBackup, { params: { id }, body: { level: "drill" } })
  const [container = ""] = await until("its server is made", async () => {
    const there = await drilling()
    return there.length > 0 ? there : undefined
  })
  const volumes = await volumesOf(container)
  expect(volumes.length).toBe(1)
  await controller.call(discoverDatabases)
  expect(JSON.stringify((await controller.call(listServers)).data)).not.toContain("dbbackup-drill-")
  await controller.call(cancelVerification, { params: { id: data.id } })
  await until("it is cancelled", async () => {
    const { status } = (await controller.call(getVerification, { params: { id: data.id } })).data
    return status === "cancelled"
  })
  expect(await drilling()).toEqual([])
  expect(await Promise.all(volumes.map(isThere))).toEqual([false])
})

test("the server of a drill whose controller was killed is removed with its volume at the next start", async () => {
  const { id } = backupOf("ma")
  await controller.call(verifyBackup, { params: { id }, body: { level: "drill" } })
  const [container = ""] = await until("its server is made", async () => {
    const there = await drilling()
    return there.length > 0 ? there : undefined
  })
  const volumes = await volumesOf(container)
  await controller.end("SIGKILL")
  controller = await startController(here)
  await controller.database("ma", () => true)
  await until("it is removed", async () => (await drilling()).length === 0)
  expect(await Promise.all(volumes.map(isThere))).toEqual([false])
})
