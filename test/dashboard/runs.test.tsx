import { describe, expect, test } from "bun:test"
import { fireEvent, screen, waitFor, within } from "@testing-library/react"
import { chainOf, nextTryAt, tryWords } from "../../dashboard/src/lib/tries.ts"
import {
  cancelRun,
  getBackup,
  getRun,
  getRunLogs,
  getStatus,
  listBackups,
  listDatabases,
  listRestores,
  listRuns,
  listSchedules,
  listServers,
} from "../../schemas/api.ts"
import type { Backup } from "../../schemas/backup.ts"
import type { Run } from "../../schemas/run.ts"
import { answer, controllerAnswers } from "./setup/controller.ts"
import {
  completedBackup,
  failedBackup,
  failedRun,
  hoursAgo,
  job,
  queuedRun,
  runningBackup,
  status,
} from "./setup/samples.ts"
import { show } from "./setup/show.tsx"

const second = failedRun({
  id: "run-2",
  attempt: 2,
  retryOf: "run-1",
  trigger: "retry",
  queuedAt: hoursAgo(0.5),
})
const first = failedRun({ retryAt: null })

function controller(run: Run, others: readonly Run[] = [], backups: Backup[] = [completedBackup()]) {
  let now = run
  const { asked } = controllerAnswers(
    answer(
      getRun,
      () => ({ run: now, backups }),
      ({ path }) => path === `/api/runs/${run.id}`,
    ),
    answer(getRun, { run: first, backups: [] }),
    answer(getRunLogs, []),
    answer(listRuns, () => [now, ...others]),
    answer(listSchedules, [job()]),
    answer(getStatus, status()),
    answer(cancelRun, () => {
      now = "retryAt" in run ? { ...run, retryAt: null } : failedRun({ status: "cancelled", retryAt: null })
      return now
    }),
  )
  return asked
}

describe("tries in words", () => {
  test("count up to the whole that the labels allow", () => {
    expect(tryWords(2, job())).toBe("try 2 of 4")
    expect(tryWords(2, undefined)).toBe("try 2")
    expect(tryWords(9, job())).toBe("try 9")
  })

  test("are a chain of the same first run, in order, and nothing else", () => {
    const other = failedRun({ id: "else" })
    expect(chainOf(second, [other, second, first]).map(({ id }) => String(id))).toEqual(["run-1", "run-2"])
    expect(chainOf(first, [second]).map(({ id }) => String(id))).toEqual(["run-1", "run-2"])
  })

  test("have a next one only where the run says so", () => {
    expect(nextTryAt(queuedRun())).toBeNull()
    expect(nextTryAt(first)).toBeNull()
    expect(nextTryAt(second)).not.toBeNull()
  })
})

describe("the page of a run", () => {
  test("that failed says why, when it is tried again, and shows its chain", async () => {
    controller(second, [first], [failedBackup()])
    show("/runs/run-2")
    const why = await screen.findByRole("region", { name: "Why" })
    await waitFor(() =>
      expect(why.textContent).toMatch(/It is tried again in 1[45] min, .* \(try 3 of 4\)\./),
    )
    const tries = await screen.findByRole("region", { name: "Tries" })
    const [one, two] = await within(tries).findAllByRole("listitem")
    expect(one?.textContent).toMatch(/^Try 1failed/)
    expect(
      within(one as HTMLElement)
        .getByRole("link")
        .getAttribute("href"),
    ).toBe("/runs/run-1")
    expect(two?.textContent).toContain("this run")
    expect(screen.getByRole("region", { name: "Facts" }).textContent).toContain("itself, as try 2 of 4")
    const backups = screen.getByRole("region", { name: "Backups" })
    expect(within(backups).getByRole("link", { name: "shop" }).getAttribute("href")).toBe("/backups/backup-9")
  })

  test("gives the next try up when asked to", async () => {
    const asked = controller(second, [first])
    show("/runs/run-2")
    fireEvent.click(await screen.findByRole("button", { name: "Do not try again" }))
    const dialog = within(screen.getByRole("dialog"))
    expect(dialog.getByText(/The schedule goes on/)).toBeDefined()
    fireEvent.click(dialog.getByRole("button", { name: "Do not try again" }))
    await waitFor(() =>
      expect(screen.queryByRole("button", { name: "Do not try again" }) === null).toBe(true),
    )
    expect(asked.filter(({ method }) => method === "post").map(({ path }) => path)).toEqual([
      "/api/runs/run-2/cancel",
    ])
    expect(screen.queryByText(/tried again/) === null).toBe(true)
  })

  test("that waits can be cancelled, and says that it was", async () => {
    controller(queuedRun(), [], [])
    show("/runs/run-1")
    expect(await screen.findByText(/It waits for its turn/)).toBeDefined()
    fireEvent.click(screen.getByRole("button", { name: "Cancel the run" }))
    fireEvent.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Cancel the run" }))
    expect(await screen.findByText("cancelled")).toBeDefined()
    expect(screen.queryByRole("button", { name: "Cancel the run" }) === null).toBe(true)
  })

  test("that was cancelled half way says what it made, and what not", async () => {
    const cancelled = { ...failedBackup(), status: "cancelled" } as Backup
    controller(failedRun({ status: "cancelled", retryAt: null }), [], [completedBackup(), cancelled])
    show("/runs/run-1")
    const why = await screen.findByRole("region", { name: "Why" })
    expect(why.textContent).toContain("Not all of shop/db was backed up")
    const table = screen.getByRole("table", { name: "Backups of this run" })
    const [, made, not] = within(table).getAllByRole("row")
    expect(made?.textContent).toContain("completed")
    expect(not?.textContent).toContain("cancelledthe password in POSTGRES_PASSWORD was refused")
  })

  test("that is running shows what each dump has stored so far", async () => {
    controller(queuedRun({ status: "running", startedAt: hoursAgo(0) }), [], [runningBackup()])
    show("/runs/run-1")
    const table = await screen.findByRole("table", { name: "Backups of this run" })
    expect(table.textContent).toContain("0 B so far")
  })

  test("says so when what it made is no longer kept", async () => {
    controller(failedRun({ status: "partial", retryAt: null }), [], [failedBackup()])
    show("/runs/run-1")
    const why = await screen.findByRole("region", { name: "Why" })
    expect(why.textContent).toContain("Not all of shop/db was backed up")
    expect(screen.getByText("What it made is no longer kept.")).toBeDefined()
  })

  test("that made some of its backups is not called a success", async () => {
    controller(failedRun({ status: "partial", retryAt: null }))
    show("/runs/run-1")
    expect(await screen.findByText("partly failed")).toBeDefined()
    expect(screen.getByRole("region", { name: "Why" }).textContent).toContain(
      "Not all of shop/db was backed up",
    )
  })
})

test("a try whose time has come is about to begin, not in the past", async () => {
  controller(failedRun({ retryAt: hoursAgo(0.01) }))
  show("/runs/run-1")
  const why = await screen.findByRole("region", { name: "Why" })
  await waitFor(() => expect(why.textContent).toContain("It is about to be tried again (try 2 of 4)."))
})

test("a run that was tried again leads to the next try", async () => {
  controller(failedRun({ retryAt: null }), [second])
  show("/runs/run-1")
  const why = await screen.findByRole("region", { name: "Why" })
  const next = await within(why).findByRole("link", { name: "tried again" })
  expect(next.getAttribute("href")).toBe("/runs/run-2")
})

describe("the list of runs", () => {
  test("shows each try, of one server where the address says so", async () => {
    const asked = controller(second, [first])
    show("/runs?server=shop~db&page=2")
    const table = await screen.findByRole("table", { name: "Runs, newest first" })
    await waitFor(() => expect(table.textContent).toContain("try 2 of 4"))
    const [, retry, begun] = within(table).getAllByRole("row")
    expect(retry?.textContent).toContain("(try 3 of 4)")
    expect(begun?.textContent).not.toContain("tried again")
    expect(asked.find(({ path }) => path === "/api/runs")?.query).toEqual({ page: "2", serverId: "shop~db" })
    expect(screen.getByRole("link", { name: "Show all" }).getAttribute("href")).toBe("/runs")
  })
})

test("a failed backup says when its run tries it again, instead of what its kind of problem says", async () => {
  controllerAnswers(
    answer(getBackup, failedBackup()),
    answer(getRun, { run: failedRun(), backups: [] }),
    answer(getRunLogs, []),
    answer(listSchedules, [job()]),
  )
  show("/backups/backup-9")
  const why = await screen.findByRole("region", { name: "Why" })
  await waitFor(() => expect(why.textContent).toMatch(/It is tried again .*\(try 2 of 4\)/))
  expect(why.textContent).not.toContain("It stays like this until something is changed.")
  expect(screen.getByRole("link", { name: "a run" }).getAttribute("href")).toBe("/runs/run-1")
})

test("the overview lists what is tried again by itself, and says when every schedule is paused", async () => {
  controllerAnswers(
    answer(getStatus, status({ pausedBy: "person" })),
    answer(listRuns, [failedRun(), first]),
    answer(listSchedules, [job()]),
    answer(listDatabases, []),
    answer(listServers, []),
    answer(listBackups, []),
    answer(listRestores, []),
  )
  show("/")
  const region = await screen.findByRole("region", { name: "Tried again by itself" })
  expect(within(region).getAllByRole("listitem")).toHaveLength(1)
  expect(within(region).getByRole("link").getAttribute("href")).toBe("/runs/run-1")
  expect(screen.getByRole("region", { name: "All schedules are paused" }).textContent).toContain("Resume all")
})
