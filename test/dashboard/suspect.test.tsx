import { expect, test } from "bun:test"
import { fireEvent, screen, waitFor, within } from "@testing-library/react"
import {
  acceptBackup,
  getBackup,
  getDatabase,
  getRunLogs,
  getStatus,
  listBackups,
  listDatabases,
  listRuns,
  listSchedules,
  listServers,
} from "../../schemas/api.ts"
import { answer, controllerAnswers, Refused } from "./setup/controller.ts"
import { completedBackup, database, hoursAgo, lostRows, status } from "./setup/samples.ts"
import { show } from "./setup/show.tsx"

const doubted = completedBackup({ suspect: lostRows })
const suspect = { id: "backup-1", finishedAt: hoursAgo(1), problem: lostRows }
const heading = () => screen.findByRole("heading", { level: 1, name: /^Backup of shop/ })

test("a suspect backup says why, and that it is whole; accepting it asks first and tells what follows", async () => {
  const accepted = completedBackup({ suspect: lostRows, acceptedAt: hoursAgo(0) })
  let shown = doubted
  const { asked } = controllerAnswers(
    answer(getBackup, () => shown),
    answer(getRunLogs, []),
    answer(acceptBackup, () => {
      shown = accepted
      return accepted
    }),
  )
  show("/backups/backup-1")
  const why = await screen.findByRole("region", { name: "Why it is suspect" })
  for (const part of ["2 tables instead of 20 (90 % less).", "If that is right, accept it."])
    expect(why.textContent).toContain(part)
  expect(why.textContent).toContain("backup-suspect")
  expect((await heading()).textContent).toContain("suspect")
  fireEvent.click(within(why).getByRole("button", { name: "Accept it" }))
  const dialog = within(screen.getByRole("dialog"))
  expect(screen.getByRole("dialog").textContent).toContain("older backups are deleted again")
  expect(asked.some(({ path }) => path.endsWith("/accept"))).toBe(false)
  fireEvent.click(dialog.getByRole("button", { name: /accept it$/ }))
  await waitFor(() => expect(screen.queryByRole("dialog") === null).toBe(true))
  expect(asked.filter(({ path }) => path.endsWith("/accept"))).toMatchObject([
    { method: "post", path: "/api/backups/backup-1/accept" },
  ])
  const was = await screen.findByRole("region", { name: "Was suspect" })
  expect(was.textContent).toContain("Somebody accepted it")
  expect((await heading()).textContent).toContain("completed")
})

test("what the controller refuses is told in the dialog, and the backup stays suspect", async () => {
  controllerAnswers(
    answer(getBackup, doubted),
    answer(getRunLogs, []),
    answer(acceptBackup, () => {
      throw new Refused(409, { code: "CONFLICT", message: "it was accepted before", hint: null })
    }),
  )
  show("/backups/backup-1")
  fireEvent.click(await screen.findByRole("button", { name: "Accept it" }))
  fireEvent.click(within(screen.getByRole("dialog")).getByRole("button", { name: /accept it$/ }))
  expect(await within(screen.getByRole("dialog")).findByText(/was accepted before/)).toBeDefined()
  expect(screen.getByRole("region", { name: "Why it is suspect" })).toBeDefined()
})

test("the history marks it with its reason, and can show those alone", async () => {
  const { asked } = controllerAnswers(
    answer(listBackups, [doubted, completedBackup({ id: "backup-0" })]),
    answer(listDatabases, [database()]),
  )
  show("/backups?status=suspect")
  const [, first, second] = await screen.findAllByRole("row")
  expect(first?.textContent).toContain("suspect")
  expect(first?.textContent).toContain("2 tables instead of 20")
  expect(second?.textContent).toContain("completed")
  expect(asked.filter(({ path }) => path === "/api/backups").at(-1)?.query).toMatchObject({ suspect: "true" })
  expect(screen.getByLabelText<HTMLSelectElement>("Status").value).toBe("suspect")
})

test("a database says that its newest backup is suspect, beside the last good one", async () => {
  const attempt = { id: "backup-1", status: "completed", at: hoursAgo(1), problem: null }
  const lastBackup = { ...database().lastBackup, id: "backup-0" }
  controllerAnswers(
    answer(getDatabase, database({ suspect, lastAttempt: attempt, lastBackup: lastBackup as never })),
    answer(listBackups, []),
    answer(listSchedules, []),
  )
  show("/databases/shop~db:shop")
  const now = await screen.findByRole("region", { name: "Now" })
  expect(within(now).getByRole("link", { name: "suspect backup" }).getAttribute("href")).toBe(
    "/backups/backup-1",
  )
  expect(now.textContent).toContain("2 tables instead of 20")
  expect(now.textContent).not.toContain("Last try")
})

test("the overview leads from the alarm, and from the database, to the suspect backup", async () => {
  const sentence = `shop on shop/db has a suspect backup: ${lostRows.message}.`
  const attention = [{ databaseId: database().id, serverId: "shop~db", sentence, hint: lostRows.hint }]
  const verdict = { level: "attention" as const, sentence: "1 database's last backup is suspect.", attention }
  controllerAnswers(
    answer(getStatus, status({ verdict })),
    answer(listDatabases, [database({ suspect })]),
    answer(listServers, []),
    answer(listSchedules, []),
    answer(listRuns, []),
    answer(listBackups, []),
  )
  show("/")
  const needs = await screen.findByRole("region", { name: "Needs attention" })
  const link = await within(needs).findByRole("link", { name: "Look at it" })
  expect(link.getAttribute("href")).toBe("/backups/backup-1")
  const table = await screen.findByRole("region", { name: "Databases" })
  expect(within(table).getByRole("link", { name: "suspect backup" }).getAttribute("href")).toBe(
    "/backups/backup-1",
  )
})
