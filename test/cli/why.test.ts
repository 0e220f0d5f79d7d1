// `dbbackup servers --why`, `servers --json`, `discover` and `runs` as processes, against the real API with a small world behind it.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test"
import { join } from "node:path"
import { type Listening, listen } from "../../controller/api/listen.ts"
import { ServerDetail } from "../../schemas/api.ts"
import type { JobView } from "../../schemas/job.ts"
import type { RunId } from "../../schemas/run.ts"
import type { Database, Server, ServerId } from "../../schemas/server.ts"
import { aWorld, theDatabase, theJob, theServer, type World } from "../api/samples.ts"
import { aProblem, aRun, minute } from "../state/samples.ts"
import { run } from "../support/command.ts"
import { repository } from "../support/places.ts"

const legacy: Server = {
  ...theServer,
  id: "legacy" as ServerId,
  name: "legacy",
  container: { id: "c2", name: "legacy", image: "mysql:9", state: "exited" },
  state: "unprotected",
  why: "not backed up: the container has no dbbackup.enable label",
  jobs: [],
  suggestedLabels: 'labels:\n  dbbackup.enable: "true"\n  dbbackup.schedule: daily\n',
}
const weekly: JobView = {
  ...theJob,
  name: "weekly",
  enabled: false,
  pausedBy: "person",
  nextRunAt: null,
  settings: [
    { key: "schedule", value: "weekly", source: "label" },
    { key: "timezone", value: "Europe/Berlin", source: "settings" },
    { key: "retries", value: "3", source: "default" },
    { key: "max-age", value: "", source: "default" },
  ],
}
const leftOut: Database = {
  ...theDatabase,
  id: "x" as never,
  name: "scratch",
  jobs: [],
  state: "unprotected",
}

let world: World
let api: Listening
let servers: readonly Server[]
let databases: readonly Database[]
let looked: number

beforeAll(() => {
  world = aWorld({
    view: {
      servers: () => servers,
      databases: () => databases,
      jobs: () => [theJob, weekly],
      nextRuns: () => [],
      verdict: () => ({ level: "ok", sentence: "All is well.", attention: [] }),
      pausedForAll: () => null,
    },
    discover: async () => {
      looked += 1
      servers = [theServer, legacy]
    },
  })
  api = listen(world.app, { hostname: "127.0.0.1", port: 0 })
})
beforeEach(() => {
  servers = [theServer, legacy]
  databases = [theDatabase, leftOut]
  looked = 0
})
afterAll(async () => {
  await api.stop()
  world.remove()
})

const dbbackup = (...args: readonly string[]) =>
  run([process.execPath, join(repository, "controller/cli.ts"), ...args], {
    env: { DBBACKUP_URL: `http://127.0.0.1:${api.port}` },
    timeoutSeconds: 60,
  })

describe("servers --why", () => {
  test("says of each container why it is backed up, by which job, next when, and where values come from", async () => {
    const { code, stdout } = await dbbackup("servers", "--why", "shop/db")
    expect(code).toBe(0)
    expect(stdout).toContain(`shop/db: ${theServer.why}\n  container  shop-db-1, postgres:17, running\n`)
    expect(stdout).toContain("  engine     postgres 17.6\n")
    expect(stdout).toMatch(/\n {2}shop +fresh +default +never +- +2026-/)
    expect(stdout).toMatch(/\n {2}scratch +unprotected +none: left out by the label databases/)
    expect(stdout).toContain(`job default, next run: ${theJob.nextRunAt}\n`)
    expect(stdout).toContain("job weekly, next run: none, paused by a person\n")
    expect(stdout).toMatch(/\n {4}schedule +weekly +label\n/)
    expect(stdout).toMatch(/\n {4}timezone +Europe\/Berlin +settings\n/)
    expect(stdout).toMatch(/\n {4}retries +3 +default\n/)
    expect(stdout).not.toContain("max-age")
    expect(stdout).not.toContain("legacy")
  })

  test("says of which database drills stay away, and what to do", async () => {
    const overdueDrill = {
      ...{ code: "drill-overdue" as const, key: null, suggestion: null },
      ...{ message: "no drill of it has ever passed, and two were due", hint: "Have one made now." },
    }
    databases = [{ ...theDatabase, overdueDrill }]
    const { stdout } = await dbbackup("servers", "--why", "shop/db")
    expect(stdout).toContain(
      "  problem    shop: no drill of it has ever passed, and two were due. Have one made now.\n",
    )
  })

  test("says where a server outside Docker is, in the place of a container", async () => {
    const tls = { mode: "verify-full", ca: "browsers" } as const
    const outside = {
      host: "db.example.com",
      port: 5433,
      user: "x",
      tls,
      password: "sealed",
      labels: {},
    } as const
    servers = [{ ...theServer, managed: "api", outside }]
    const { stdout } = await dbbackup("servers", "--why", "shop/db")
    expect(stdout).toContain("  place      db.example.com:5433, outside Docker, added over the API\n")
    expect(stdout).not.toContain("container")
  })

  test("says why one is not, with labels to paste", async () => {
    const { stdout } = await dbbackup("servers", "--why")
    expect(stdout).toContain("legacy: not backed up: the container has no dbbackup.enable label\n")
    expect(stdout).toEndWith('\n    labels:\n      dbbackup.enable: "true"\n      dbbackup.schedule: daily\n')
  })

  test("blames no label for databases of a server that is gone", async () => {
    databases = [{ ...theDatabase, jobs: [], state: "retired", server: { ...theServer, state: "retired" } }]
    const { stdout } = await dbbackup("servers", "--why", "shop/db")
    expect(stdout).toMatch(/\n {2}shop +retired +- +never/)
  })

  test("shows what would steer the terminal as a mark in its place", async () => {
    servers = [{ ...legacy, name: "evil\u001b[2Jname\u0007" }]
    const { stdout } = await dbbackup("servers", "--why")
    expect(stdout).toStartWith("evil\uFFFD[2Jname\uFFFD: not backed up")
    const { stderr } = await dbbackup("servers", "--why", "nobody")
    expect(stderr).toContain("There are: evil\uFFFD[2Jname\uFFFD.")
  })

  test("finds a server by its container, and lists those there are for a name there is not", async () => {
    expect((await dbbackup("servers", "--why", "shop-db-1")).stdout).toStartWith("shop/db: ")
    const { code, stderr } = await dbbackup("servers", "--why", "nobody")
    expect([code, stderr]).toEqual([1, "dbbackup: there is no server nobody\nThere are: shop/db, legacy.\n"])
  })
})

test("servers --json is what the API says of each server", async () => {
  const { code, stdout } = await dbbackup("servers", "--json")
  expect(code).toBe(0)
  const all = ServerDetail.array().parse(JSON.parse(stdout))
  expect(all.map(({ id, schedules, databases }) => [id, schedules.length, databases.length])).toEqual([
    [theServer.id, 2, 2],
    [legacy.id, 0, 0],
  ])
})

test("discover looks, and then says what is there", async () => {
  servers = []
  const { code, stdout } = await dbbackup("discover")
  expect([code, looked]).toEqual([0, 1])
  expect(stdout).toBe(`All is well.\nshop/db: ${theServer.why}\nlegacy: ${legacy.why}\n`)
})

test("runs shows each try, and when the next one is", async () => {
  const failed = "r1" as RunId
  world.catalogue.addRun(aRun(failed))
  world.catalogue.startRun(failed, minute(1))
  world.catalogue.finishRun(failed, minute(2), { status: "failed", error: aProblem(), retryAt: minute(3) })
  const { stdout: before } = await dbbackup("runs", "--server", "shop/db")
  expect(before).toMatch(new RegExp(` schedule +1 +failed +${minute(3).toISOString()} +r1$`, "m"))
  world.catalogue.addRun(aRun("r2", { queuedAt: minute(3), trigger: "retry", attempt: 2, retryOf: failed }))
  const { stdout } = await dbbackup("runs", "--server", "shop/db")
  const [head, second, first] = stdout.split("\n")
  expect(head).toMatch(/^QUEUED +JOB +TRIGGER +TRY +STATUS +TRIED AGAIN +ID$/)
  expect(second).toMatch(/ shop\/db:default +retry +2 +queued +- +r2$/)
  expect(first).toMatch(/ schedule +1 +failed +- +r1$/)
  expect((await dbbackup("runs", "--server", "nobody")).code).toBe(1)
})
