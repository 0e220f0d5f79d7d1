import { describe, expect, test } from "bun:test"
import { screen, waitFor, within } from "@testing-library/react"
import { grouped } from "../../dashboard/src/features/overview/grouped.ts"
import {
  getStatus,
  listBackups,
  listDatabases,
  listRestores,
  listRuns,
  listServers,
} from "../../schemas/api.ts"
import type { Run } from "../../schemas/run.ts"
import type { Database, DatabaseId, Server } from "../../schemas/server.ts"
import { answer, controllerAnswers } from "./setup/controller.ts"
import {
  database,
  failedRun,
  hoursAgo,
  queuedRun,
  refusedPassword,
  runningBackup,
  server,
  status,
} from "./setup/samples.ts"
import { show } from "./setup/show.tsx"

interface World {
  readonly status?: ReturnType<typeof status>
  readonly databases?: Database[]
  readonly servers?: Server[]
  readonly running?: ReturnType<typeof runningBackup>[]
  readonly runs?: Run[]
}

function overview(world: World): void {
  controllerAnswers(
    answer(getStatus, world.status ?? status()),
    answer(listDatabases, world.databases ?? [database()]),
    answer(listServers, world.servers ?? [server()]),
    answer(listBackups, world.running ?? [], ({ query }) => query.status === "running"),
    answer(listBackups, []),
    answer(listRestores, []),
    answer(listRuns, world.runs ?? []),
  )
  show("/")
}

const failing = (id: string, name: string) =>
  database({
    id,
    name,
    state: "late",
    lastAttempt: {
      id: `try-${name}`,
      status: "failed",
      at: hoursAgo(1),
      problem: { ...refusedPassword, message: `dumping ${name}: ${refusedPassword.message}` },
    },
  })
const lateItem = (databaseId: string, sentence: string) => ({
  databaseId: databaseId as DatabaseId,
  serverId: "shop~db",
  sentence,
  hint: refusedPassword.hint,
})

test("the verdict is the heading, in the controller's own sentence", async () => {
  overview({})
  const heading = await screen.findByRole("heading", { level: 1, name: /^All 2 databases are backed up/ })
  expect(heading).toBeDefined()
  expect(screen.queryByRole("heading", { name: "Needs attention" }) === null).toBe(true)
})

describe("what needs attention", () => {
  const verdict = (attention: ReturnType<typeof lateItem>[]) =>
    status({ verdict: { level: "attention", sentence: "Something is late.", attention } })

  test("is told with what to do, and leads to the failed attempt where there is one", async () => {
    overview({
      status: verdict([lateItem("shop~db:shop", "shop on shop/db is late.")]),
      databases: [failing("shop~db:shop", "shop")],
    })
    const region = await screen.findByRole("region", { name: "Needs attention" })
    expect(within(region).getByText("shop on shop/db is late.")).toBeDefined()
    expect(within(region).getByText(refusedPassword.hint ?? "")).toBeDefined()
    const why = await within(region).findByRole("link", { name: "See why" })
    expect(why.getAttribute("href")).toBe("/backups/try-shop")
  })

  test("offers to back up now where nothing failed", async () => {
    overview({
      status: verdict([lateItem("shop~db:shop", "shop on shop/db was never backed up.")]),
      databases: [database({ state: "never", lastBackup: null, lastAttempt: null })],
    })
    expect(await screen.findByRole("button", { name: "Back up now: shop" })).toBeDefined()
  })

  test("is told once for databases that share a cause", () => {
    const databases = [failing("a", "crm"), failing("b", "crm_archive"), database({ id: "c", name: "shop" })]
    const items = [
      lateItem("a", "crm is late."),
      lateItem("b", "crm_archive is late."),
      lateItem("c", "shop is late."),
    ]
    expect(grouped(items, databases, []).map(({ sentence, same }) => [sentence, same])).toEqual([
      ["crm is late.", ["crm_archive"]],
      ["shop is late.", []],
    ])
  })

  test("stands together for what is wrong with the labels of one server", async () => {
    const mistaken = server({ state: "misconfigured", jobs: [] })
    const items = ["dbbackup.a", "dbbackup.b"].map((label) => ({
      databaseId: null,
      serverId: "shop~db",
      sentence: `shop/db: ${label}: unknown label.`,
      hint: null,
    }))
    overview({
      status: status({ verdict: { level: "attention", sentence: "Mistaken.", attention: items } }),
      servers: [mistaken],
    })
    const region = await screen.findByRole("region", { name: "Needs attention" })
    const links = await within(region).findAllByRole("link", { name: "Open server" })
    expect(links.map((link) => link.getAttribute("href"))).toEqual(["/servers/shop~db"])
    for (const { sentence } of items) expect(region.textContent).toContain(sentence)
  })

  test("is told once for servers that nobody labelled", () => {
    const servers = ["a", "b", "c"].map((id) => server({ id, name: id, state: "unprotected", jobs: [] }))
    const items = servers.map(({ id }) => ({
      databaseId: null,
      serverId: id,
      sentence: `${id} is not backed up.`,
      hint: null,
    }))
    expect(grouped(items, [], servers).map(({ sentence, same }) => [sentence, same])).toEqual([
      ["a is not backed up.", ["b", "c"]],
    ])
  })
})

test("each database has its state in words, its last good backup, its copies and its next run", async () => {
  overview({ databases: [database(), failing("shop~db:users", "users")] })
  const [, shop, users] = await screen.findAllByRole("row")
  expect(shop?.textContent).toContain("fresh")
  expect(shop?.textContent).toContain("2 h ago")
  expect(shop?.textContent).toContain("local")
  expect(shop?.textContent).toMatch(/in (2|3) h/)
  expect(users?.textContent).toContain("late")
  expect(users?.textContent).toContain("last try failed")
})

test("what runs now is shown in bytes, beside the size of last time, without a percentage", async () => {
  overview({ running: [runningBackup()] })
  const region = await screen.findByRole("region", { name: "Running now" })
  expect(region.textContent).toContain("0 B read, 0 B stored")
  expect(region.textContent).toContain("last time 1.0 MiB stored")
  expect(region.textContent).not.toContain("%")
})

test("a run that waits, or of which no backup is under way yet, is shown as well, and none twice", async () => {
  const runs = [
    queuedRun({ id: "run-1", status: "running", startedAt: hoursAgo(0) }),
    queuedRun({ id: "run-2", serverName: "crm" }),
    queuedRun({ id: "run-3", serverName: "wiki", status: "running", startedAt: hoursAgo(0.1) }),
    failedRun({ id: "run-4", retryAt: null }),
  ]
  overview({ running: [runningBackup()], runs })
  const region = await screen.findByRole("region", { name: "Running now" })
  await waitFor(() => expect(within(region).getAllByRole("listitem")).toHaveLength(3))
  const [backup, queued, waiting] = within(region).getAllByRole("listitem")
  expect(backup?.textContent).toContain("0 B read")
  expect(queued?.textContent).toBe("queuedRun of job default on crmwaits for its turn")
  expect(waiting?.textContent).toContain("Run of job default on wiki6 min")
})

test("warns when other machines can reach it without authentication, and only then", async () => {
  overview({ status: status({ listening: { address: "0.0.0.0", port: 3000, loopbackOnly: false } }) })
  expect(await screen.findByText(/without authentication/)).toBeDefined()
})

test("says nothing of that on loopback", async () => {
  overview({})
  await screen.findByRole("region", { name: "Docker engine" })
  expect(screen.queryByText(/without authentication/) === null).toBe(true)
})

test("the first visit shows what is in place and the label that is missing", async () => {
  const empty = { level: "empty", sentence: "Nothing is backed up yet.", attention: [] } as const
  overview({
    status: status({ verdict: { ...empty, attention: [] }, labelPrefix: "backup" }),
    databases: [],
    servers: [],
  })
  const steps = await screen.findByRole("region", { name: "First steps" })
  expect(steps.textContent).toContain("Done: Docker engine found")
  expect(steps.textContent).toContain("Missing: 0 database servers seen")
  expect(steps.textContent).toContain('backup.enable: "true"')
})
