import { describe, expect, test } from "bun:test"
import {
  databaseViews,
  type Insight,
  jobView,
  retiredView,
  serverView,
} from "../../controller/core/database-view.ts"
import { type DerivedServer, deriveServers } from "../../controller/core/server.ts"
import type { ServerRecord } from "../../controller/ports.ts"
import type { Backup, CompletedBackup } from "../../schemas/backup.ts"
import { Database, Server, type Subject } from "../../schemas/server.ts"
import { aCompletedBackup, aFailedBackup } from "./records.ts"
import { aContainer, guess, labelled, operator } from "./samples.ts"

const now = new Date("2026-03-01T12:00:00Z")
const insight: Insight = {
  engine: "postgres",
  serverVersion: "17.6",
  databases: ["shop", "users"],
  problem: null,
  warnings: [],
}
const denied = {
  code: "access-denied" as const,
  message: "the password was refused",
  hint: null,
  key: null,
  suggestion: null,
}

function derived(labels: Readonly<Record<string, string>>): DerivedServer {
  const container = Object.keys(labels).length === 0 ? aContainer() : labelled(labels)
  const [server] = deriveServers([container], operator(), new Map(), guess)
  if (!server) throw new Error("no server")
  return server
}

/** The databases of a server with these labels; `history` says what the catalogue remembers of each. */
function databases(
  labels: Readonly<Record<string, string>>,
  history: { readonly good?: string; readonly attempt?: Backup } = {},
  present: readonly string[] = insight.databases,
) {
  const server = derived(labels)
  const lastGood: CompletedBackup | undefined = history.good
    ? aCompletedBackup({ finishedAt: history.good })
    : undefined
  return databaseViews(
    serverView(server, insight, "dbbackup"),
    server.jobs,
    present,
    () => ({ lastGood, lastAttempt: history.attempt ?? lastGood, doubt: undefined, held: [] }),
    now,
  )
}

describe("a server as people see it", () => {
  test("is a value of the API, whatever its state", () => {
    for (const labels of [
      {},
      { enable: "true" },
      { enable: "false" },
      { enable: "true", schedule: "x" },
      { user: "x" },
    ])
      expect(Server.safeParse(serverView(derived(labels), insight, "dbbackup")).error).toBeUndefined()
  })

  test("comes with a label block to paste when it is unprotected, in the operator's own prefix", () => {
    expect(serverView(derived({}), insight, "backup").suggestedLabels).toBe(
      'labels:\n  backup.enable: "true"\n  backup.schedule: daily\n',
    )
    expect(serverView(derived({ enable: "true" }), insight, "dbbackup").suggestedLabels).toBeNull()
  })

  test("has the engine its label names, else the one found inside", () => {
    expect(
      serverView(derived({ enable: "true" }), { ...insight, engine: "mariadb" }, "dbbackup").engine,
    ).toBe("postgres")
    const unknown = { ...derived({ enable: "true" }), engine: null }
    expect(serverView(unknown, { ...insight, engine: "mariadb" }, "dbbackup").engine).toBe("mariadb")
  })

  test("shows what went wrong inside it, but only while it is backed up", () => {
    const failing = { ...insight, problem: denied }
    expect(serverView(derived({ enable: "true" }), failing, "dbbackup").problems).toEqual([denied])
    expect(serverView(derived({ enable: "false" }), failing, "dbbackup").problems).toEqual([])
  })

  test("shows warnings as problems of their own code", () => {
    const warned = { ...insight, warnings: ["2 tables are not InnoDB"] }
    expect(serverView(derived({ enable: "true" }), warned, "dbbackup").problems[0]).toMatchObject({
      code: "server-warning",
      message: "2 tables are not InnoDB",
    })
  })
})

describe("a server without a container", () => {
  const record: ServerRecord = {
    id: derived({}).id,
    name: "shop/db",
    project: "shop",
    service: "db",
    engine: "postgres",
    serverVersion: "17.6",
    containerName: "shop-db-1",
    image: "postgres:17",
    goodLabels: {},
    lastSeenAt: now,
    managed: "label" as const,
    retiredAt: now,
  }

  test("is gone when Docker was seen without it", () => {
    expect(retiredView(record)).toMatchObject({ state: "retired", container: null, jobs: [] })
    expect(retiredView(record).why).toContain("its container shop-db-1 is gone")
  })

  test("that never had one is gone for another reason", () => {
    expect(retiredView({ ...record, managed: "file" }).why).toContain("the settings name it no more")
    expect(retiredView({ ...record, managed: "api" })).toMatchObject({
      ...{ managed: "api", why: "not backed up: it was removed over the API. Its backups stay" },
    })
  })

  test("is not said to be gone before Docker has answered", () => {
    expect(retiredView({ ...record, retiredAt: null }).why).toStartWith("not known yet")
  })
})

describe("the databases of a server", () => {
  test("are values of the API: each database by name, then the globals", () => {
    const views = databases({ enable: "true" })
    expect(views.map(({ name, kind }) => [name, kind])).toEqual([
      ["shop", "database"],
      ["users", "database"],
      ["globals", "globals"],
    ])
    for (const view of views) expect(Database.safeParse(view).error).toBeUndefined()
  })

  test("include a name on the label that nobody has seen", () => {
    const views = databases({ enable: "true", databases: "shop,typo", globals: "false" })
    expect(views.map(({ name, state, jobs }) => [name, state, jobs])).toEqual([
      ["shop", "never", ["default"]],
      ["typo", "never", ["default"]],
      ["users", "unprotected", []],
    ])
  })

  test("name every job that takes them, and the soonest next run", () => {
    const [shop, users] = databases({ enable: "true", "often.schedule": "hourly", "often.databases": "shop" })
    expect(shop).toMatchObject({ jobs: ["default", "often"], nextRunAt: "2026-03-01T13:00:00.000Z" })
    expect(users).toMatchObject({ jobs: ["default"], nextRunAt: "2026-03-02T02:00:00.000Z" })
  })
})

describe("a database is", () => {
  const stateOf = (labels: Readonly<Record<string, string>>, good?: string) =>
    databases({ enable: "true", ...labels }, good === undefined ? {} : { good })[0]?.state

  test("fresh until a second tick has passed since its newest good backup", () => {
    expect(stateOf({}, "2026-03-01T02:01:00Z")).toBe("fresh")
    expect(stateOf({}, "2026-02-28T02:01:00Z")).toBe("fresh")
    expect(stateOf({}, "2026-02-27T02:01:00Z")).toBe("late")
    expect(stateOf({ schedule: "hourly" }, "2026-03-01T09:59:00Z")).toBe("late")
  })

  test("fresh all weekend when its schedule rests on weekends", () => {
    // The 1st of March 2026 is a Sunday.
    expect(stateOf({ schedule: "0 8-18 * * 1-5" }, "2026-02-27T18:05:00Z")).toBe("fresh")
    expect(stateOf({ schedule: "0 8-18 * * 1-5" }, "2026-02-27T16:05:00Z")).toBe("late")
  })

  test("judged by the job that wants it most often", () => {
    expect(stateOf({ schedule: "weekly", "often.schedule": "hourly" }, "2026-03-01T09:30:00Z")).toBe("late")
  })

  test("fresh for ever when only a person makes backups, and paused while they are paused", () => {
    expect(stateOf({ schedule: "manual" }, "2020-01-01T00:00:00Z")).toBe("fresh")
    expect(stateOf({ paused: "true" }, "2020-01-01T00:00:00Z")).toBe("paused")
  })

  test("late as soon as its newest good backup is older than its max-age, and not before", () => {
    expect(stateOf({ "max-age": "10h" }, "2026-03-01T02:00:00Z")).toBe("fresh")
    expect(stateOf({ "max-age": "10h" }, "2026-03-01T01:59:59.999Z")).toBe("late")
    expect(stateOf({ "max-age": "7d" }, "2026-02-23T02:01:00Z")).toBe("fresh")
    expect(stateOf({ schedule: "manual", "max-age": "30d" }, "2026-01-01T00:00:00Z")).toBe("late")
    expect(stateOf({ "max-age": "10h", paused: "true" }, "2020-01-01T00:00:00Z")).toBe("paused")
  })

  test("never backed up until it is, paused or not", () => {
    expect(stateOf({})).toBe("never")
    expect(stateOf({ paused: "true" })).toBe("never")
  })

  test("unprotected, however fresh its backups, when every job takes only a part of it", () => {
    const good = "2026-03-01T11:59:00Z"
    for (const part of [
      { content: "schema" },
      { tables: "a" },
      { "exclude-tables": "a" },
      { "exclude-data": "a" },
    ])
      expect(stateOf(part as Record<string, string>, good)).toBe("unprotected")
    expect(stateOf({ tables: "*" }, good)).toBe("fresh")
    expect(stateOf({ "hourly.tables": "a", "hourly.schedule": "hourly" }, good)).toBe("fresh")
    expect(stateOf({ "hourly.tables": "a", "hourly.schedule": "hourly" }, "2026-02-27T02:01:00Z")).toBe(
      "late",
    )
  })

  test("unprotected when its server is, or when no job takes it", () => {
    expect(stateOf({ databases: "!shop" })).toBe("unprotected")
    expect(databases({ enable: "false" }).map(({ state }) => state)).toEqual(["unprotected", "unprotected"])
    expect(databases({ enable: "true", schedule: "x" }).map(({ state }) => state)).toEqual([
      "misconfigured",
      "misconfigured",
    ])
  })
})

test("the last good backup stays in sight when the last attempt failed", () => {
  const [shop] = databases(
    { enable: "true" },
    {
      good: "2026-02-28T02:01:00.000Z",
      attempt: aFailedBackup("2026-03-01T02:01:00.000Z", "pg_dump exited 1"),
    },
  )
  expect(shop?.lastBackup).toEqual({
    id: "b1",
    finishedAt: "2026-02-28T02:01:00.000Z",
    storedBytes: 1000,
    durationSeconds: 60,
    copies: ["local"],
  })
  expect(shop?.lastAttempt).toMatchObject({ status: "failed", problem: { message: "pg_dump exited 1" } })
})

test("copies that are deleted or failed are not counted as places", () => {
  const at = "2026-03-01T02:01:00.000Z"
  const lastGood = aCompletedBackup({
    copies: [
      { state: "deleted", destination: "local", key: "k", deletedAt: at },
      { state: "stored", destination: "offsite", key: "k", storedAt: at },
      { state: "failed", destination: "nas", key: "k", error: denied },
    ],
  })
  const server = derived({ enable: "true" })
  const history = (_: Subject) => ({ lastGood, lastAttempt: lastGood, doubt: undefined, held: [] })
  const [shop] = databaseViews(serverView(server, insight, "dbbackup"), server.jobs, ["shop"], history, now)
  expect(shop?.lastBackup?.copies).toEqual(["offsite"])
})

test("a job says its pattern, its zone, what is next, and where each value is from", () => {
  const view = (labels: Readonly<Record<string, string>>) => {
    const [job] = derived({ enable: "true", ...labels }).jobs
    if (!job) throw new Error("no job")
    return jobView(job, "shop/db", now)
  }
  expect(view({})).toMatchObject({
    schedule: "daily",
    cron: "0 2 * * *",
    type: "daily",
    enabled: true,
    nextRunAt: "2026-03-02T02:00:00.000Z",
  })
  expect(view({ schedule: "manual" })).toMatchObject({ cron: null, type: "manual", nextRunAt: null })
  expect(view({ paused: "true" })).toMatchObject({ enabled: false, nextRunAt: null, type: "daily" })
})
