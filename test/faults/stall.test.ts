// Dumps on which nothing moves: ended, with what they waited for; nothing is left running, locked or listed, and the next one works.
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test"
import { join } from "node:path"
import { createBackup, getRunLogs } from "../../schemas/api.ts"
import { must, run } from "../support/command.ts"
import { type Controller, type Place, place, startController } from "../support/controller.ts"
import { homeDatabase, startServer, type TestServer } from "../support/servers.ts"
import { storedFiles } from "../support/stored-files.ts"
import { dumpTools } from "../support/tools.ts"
import { until } from "../support/until.ts"

setDefaultTimeout(240_000)

const images = ["postgres:17", "mysql:9", "mariadb:10.11", "mariadb:11.8"]
const endless = ["mysql:9", "mariadb:10.11"]

/** A session that holds the one table of a database until it is told to end. */
function holdTable(server: TestServer, database: string): Promise<unknown> {
  const { engine, name } = server
  const client = engine === "mariadb" ? "mariadb" : "mysql"
  return engine === "postgres"
    ? must([
        ...["docker", "exec", "--detach", name, "psql", "--username=postgres", `--dbname=${database}`],
        "--command=begin; lock table t in access exclusive mode; select pg_sleep(600)",
      ])
    : must([
        ...["docker", "exec", "--detach", name, "sh", "-c"],
        `MYSQL_PWD="\${MARIADB_ROOT_PASSWORD:-$MYSQL_ROOT_PASSWORD}" exec ${client} --user=root --database=${database} --execute="lock tables t write; select sleep(600)"`,
      ])
}

async function letGo(server: TestServer): Promise<void> {
  if (server.engine === "postgres") {
    await server.sql(
      "postgres",
      "select pg_terminate_backend(pid) from pg_stat_activity where query like '%pg_sleep(600)%' and pid <> pg_backend_pid()",
    )
    return
  }
  const ids = await server.sql(
    "mysql",
    "select id from information_schema.processlist where info like '%sleep(600)%' and id <> connection_id()",
  )
  for (const id of ids.split("\n").filter(Boolean)) await server.sql("mysql", `kill ${id}`)
}

interface On {
  readonly here: Place
  readonly server: TestServer
  readonly controller: Controller
}

const all = new Map<string, On>()

async function prepare(image: string): Promise<void> {
  const here = place()
  const server = await startServer(image, {
    [`${here.prefix}.enable`]: "true",
    [`${here.prefix}.schedule`]: "manual",
    [`${here.prefix}.stall-timeout`]: "8s",
  })
  await server.ready()
  for (const name of ["shop", "odd"]) {
    await server.sql(homeDatabase[server.engine], `create database ${name}`)
    await server.sql(name, "create table t (i int primary key); insert into t values (1), (2), (3)")
  }
  if (server.engine !== "postgres")
    await server.sql(
      "odd",
      "delimiter //\ncreate event e on schedule every 1 day do begin select ';;'; end//\n",
    )
  all.set(image, { here, server, controller: await startController(here) })
}
beforeAll(async () => {
  for (const image of images) await prepare(image)
})
afterAll(async () => {
  for (const { here, server, controller } of all.values()) {
    await controller.end("SIGTERM")
    await server.remove()
    here.remove()
  }
})

const on = (image: string): On => {
  const found = all.get(image)
  if (!found) throw new Error(`${image} was not prepared`)
  return found
}
async function backUp(controller: Controller, name: string) {
  const { id: databaseId } = await controller.database(
    name,
    ({ server }) => server.container?.state === "running",
  )
  const { data } = await controller.call(createBackup, { body: { databaseId } })
  return controller.backupDone(data.id)
}
const logOf = async (controller: Controller, runId: string) =>
  (await controller.call(getRunLogs, { params: { id: runId } })).data.map(({ message }) => message).join("\n")

/** The test of a held table, on one server. */
async function whileHeld({ here, server, controller }: On): Promise<void> {
  const good = await backUp(controller, "shop")
  expect(good.status).toBe("completed")
  const before = storedFiles(join(here.folder, "backups"))
  await holdTable(server, "shop")
  await until("the table is held", async () => {
    const { stdout } = await run(["docker", "top", server.name, "-eo", "pid,args"])
    return /sleep/.test(stdout)
  })
  const done = await backUp(controller, "shop")
  expect(done).toMatchObject({
    status: "failed",
    error: { code: "dump-stalled", hint: expect.stringContaining("End the session that holds the lock") },
  })
  const message = "error" in done ? done.error.message : ""
  expect(message).toMatch(/dumping shop: no byte came for \d+ s: \S+ waits /)
  expect(message).toMatch(
    server.engine === "postgres"
      ? /a lock on public\.t that is held by session \d+ \(user postgres, psql, active for \d+ s\)/
      : /waiting for table metadata lock; sessions that may hold it: session \d+ \(user root, query for \d+ s\)/,
  )
  expect(await dumpTools(server)).toEqual([])
  expect(storedFiles(join(here.folder, "backups"))).toEqual(before)
  expect(await logOf(controller, done.runId)).toMatch(/no byte of shop has come for \d+ s: .* waits /)
  await letGo(server)
  expect((await backUp(controller, "shop")).status).toBe("completed")
}
const heldOnes = new Map<string, Promise<void>>()

// All of them at once: each mostly waits.
describe.each(images)("a dump of %s on which nothing moves", (image) => {
  test.concurrent("as another session holds a table, is ended and says who may hold it", () => {
    const held = whileHeld(on(image))
    heldOnes.set(
      image,
      held.catch(() => {}),
    )
    return held
  })

  const title = endless.includes(image)
    ? "as its tool loops on an event with two semicolons, is ended; the log warned before"
    : "is no other dump's matter: with such an event, if any, it succeeds"
  test.concurrent(title, async () => {
    const { server, controller } = on(image)
    // One run at a time, and no tool of another while they are counted.
    await heldOnes.get(image)
    const done = await backUp(controller, "odd")
    const log = await logOf(controller, done.runId)
    if (!endless.includes(image)) {
      expect(done.status).toBe("completed")
      expect(log).not.toContain("two semicolons")
      return
    }
    expect(done).toMatchObject({
      status: "failed",
      error: { code: "dump-stalled", hint: expect.stringContaining("it hangs") },
    })
    expect(await dumpTools(server)).toEqual([])
    expect(log).toContain("two semicolons in a row: odd.e")
  })
})
