import { describe, expect, test } from "bun:test"
import { fireEvent, screen, waitFor, within } from "@testing-library/react"
import {
  discoverDatabases,
  getServer,
  getStatus,
  listDatabases,
  listRuns,
  listSchedules,
  listServers,
  nextRunsOf,
  type ServerDetail,
} from "../../schemas/api.ts"
import { answer, controllerAnswers, Refused } from "./setup/controller.ts"
import { database, failedRun, hoursAgo, job, server, serverDetail, status } from "./setup/samples.ts"
import { show } from "./setup/show.tsx"

function page(detail: ServerDetail) {
  const { asked } = controllerAnswers(
    answer(getServer, detail),
    answer(listRuns, [failedRun()]),
    answer(listSchedules, [job()]),
    answer(nextRunsOf, [hoursAgo(-3)]),
    answer(getStatus, status()),
  )
  show(`/servers/${encodeURIComponent(detail.id)}`)
  return asked
}

const legacy = serverDetail({
  id: "legacy",
  name: "legacy",
  state: "unprotected",
  why: "not backed up: it has labels, but not dbbackup.enable",
  problems: [
    {
      code: "not-enabled",
      message: "looks configured (dbbackup.shedule), but is not enabled",
      hint: "Add dbbackup.enable=true to back it up.",
      key: "dbbackup.enable",
      suggestion: "dbbackup.enable=true",
    },
  ],
  jobs: [],
  schedules: [],
  databases: [],
  suggestedLabels: 'labels:\n  dbbackup.enable: "true"\n  dbbackup.schedule: hourly\n',
})

describe("a server that is backed up", () => {
  test("says why, by which job, next when, and where each value comes from", async () => {
    page(serverDetail())
    const why = await screen.findByRole("region", { name: "Why" })
    expect(why.textContent).toContain("This server is backed up by its job default.")
    expect(why.textContent).toContain("shop-db-1, running")
    const region = await screen.findByRole("region", { name: "Job default" })
    const rows = within(within(region).getByRole("table")).getAllByRole("row")
    expect(rows.map(({ textContent }) => textContent)).toEqual([
      "KeyValueSource",
      "scheduledailylabel",
      "timezoneUTCsettings",
      "retries3default",
      "pausedfalsedefault",
    ])
    expect(region.textContent).toContain("every day at 02:00, UTC")
  })

  test("lists its databases, and its runs with when what failed is tried again", async () => {
    page(
      serverDetail({
        databases: [database(), database({ id: "x", name: "tmp", state: "unprotected", jobs: [] })],
      }),
    )
    const databases = await screen.findByRole("table", { name: "Databases of shop/db" })
    const [, , left] = within(databases).getAllByRole("row")
    expect(left?.textContent).toContain("tmpunprotectedleft out by label")
    const runs = await screen.findByRole("table", { name: "Last runs, newest first" })
    await waitFor(() => expect(runs.textContent).toMatch(/tried again in 1[45] min, .* \(try 2 of 4\)/))
  })
})

describe("a server that is not backed up", () => {
  test("says why not and what is wrong, with labels to copy", async () => {
    page(legacy)
    const why = await screen.findByRole("region", { name: "Why" })
    expect(why.textContent).toContain("This server is not backed up: it has labels, but not dbbackup.enable.")
    expect(why.textContent).toContain("looks configured (dbbackup.shedule)")
    expect(screen.getByRole("button", { name: "Copy the labels for legacy" })).toBeDefined()
    expect(screen.getByText(/dbbackup.schedule: hourly/)).toBeDefined()
    expect(screen.getByText("No job backs this server up.")).toBeDefined()
  })
})

describe("looking again", () => {
  test("asks the controller to look, and shows what it found", async () => {
    let found = false
    const { asked } = controllerAnswers(
      answer(listServers, () => (found ? [server(), server({ id: "new", name: "new" })] : [server()])),
      answer(listDatabases, [database()]),
      answer(getStatus, status()),
      answer(discoverDatabases, () => {
        found = true
        return [serverDetail(), serverDetail({ id: "new", name: "new" })]
      }),
    )
    show("/databases")
    await screen.findByRole("region", { name: "shop/db" })
    fireEvent.click(screen.getByRole("button", { name: "Look again" }))
    expect(await screen.findByRole("region", { name: "new" })).toBeDefined()
    expect(await screen.findByText("Looked: 2 servers.")).toBeDefined()
    expect(asked.filter(({ method }) => method === "post")).toHaveLength(1)
  })

  test("that failed is not told as done", async () => {
    controllerAnswers(
      answer(listServers, [server()]),
      answer(listDatabases, [database()]),
      answer(getStatus, status()),
      answer(discoverDatabases, () => {
        throw new Refused(503, { code: "DATABASE_ERROR", message: "Docker is away", hint: "Start it." })
      }),
    )
    show("/databases")
    await screen.findByRole("region", { name: "shop/db" })
    fireEvent.click(screen.getByRole("button", { name: "Look again" }))
    expect(await screen.findByText("Could not look: Docker is away. Start it.")).toBeDefined()
  })
})

test("every server on the page of databases says why, and leads to its own page", async () => {
  controllerAnswers(
    answer(listServers, [server()]),
    answer(listDatabases, [database()]),
    answer(getStatus, status()),
  )
  show("/databases")
  const section = within(await screen.findByRole("region", { name: "shop/db" }))
  expect(section.getByText("This server is backed up by its job default.")).toBeDefined()
  expect(section.getByRole("link", { name: "shop/db" }).getAttribute("href")).toBe("/servers/shop~db")
})
