import { expect, test } from "bun:test"
import { act, fireEvent, screen, waitFor, within } from "@testing-library/react"
import { deleteBackup, getDatabase, listBackups, listDatabases } from "../../schemas/api.ts"
import type { Backup } from "../../schemas/backup.ts"
import { answer, controllerAnswers } from "./setup/controller.ts"
import { completedBackup, database, failedBackup, hoursAgo } from "./setup/samples.ts"
import { show } from "./setup/show.tsx"

function history(address: string, backups: Backup[] = [completedBackup(), failedBackup()]) {
  const { asked } = controllerAnswers(
    answer(listBackups, backups),
    answer(listDatabases, [database(), database({ id: "shop~db:users", name: "users" })]),
    answer(getDatabase, database({ lastBackup: null })),
    answer(deleteBackup, { id: "backup-1", deletedAt: hoursAgo(0) }),
  )
  show(address)
  const lastQuery = () => asked.filter(({ path }) => path === "/api/backups").at(-1)?.query
  return { asked, lastQuery }
}

test("an encrypted backup carries its key's name, and a plain one no lock", async () => {
  const encryption = { format: "age" as const, key: "ops", recipients: ["age1first"] }
  history("/backups", [completedBackup({ encryption }), completedBackup({ id: "backup-2" })])
  const [, encrypted, plain] = await screen.findAllByRole("row")
  expect(encrypted?.textContent).toContain("encrypted with the key ops")
  expect(encrypted?.querySelector("[title='Encrypted with the key ops'] svg") !== null).toBe(true)
  expect(plain?.textContent).not.toContain("encrypted")
})

test("filters in the address fill the fields and the question", async () => {
  const { lastQuery } = history("/backups?status=failed&database=shop~db:users&page=2")
  await screen.findByRole("option", { name: "users" })
  expect(screen.getByLabelText<HTMLSelectElement>("Status").value).toBe("failed")
  expect(screen.getByLabelText<HTMLSelectElement>("Database").value).toBe("shop~db:users")
  expect(lastQuery()).toMatchObject({ status: "failed", databaseId: "shop~db:users", page: "2" })
})

test("a filter that is chosen goes into the address, and back to the first page", async () => {
  const { lastQuery } = history("/backups?page=3")
  await screen.findByRole("table")
  fireEvent.change(screen.getByLabelText("Type"), { target: { value: "daily" } })
  expect(location.search).toBe("?type=daily")
  await waitFor(() => expect(lastQuery()).toMatchObject({ type: "daily", page: "1" }))
  fireEvent.click(screen.getByRole("button", { name: "Clear filters" }))
  expect(location.search).toBe("")
})

test("the fields follow the address when it changes", async () => {
  history("/backups?status=failed")
  await screen.findByRole("table")
  act(() => window.history.pushState(null, "", "/backups?status=completed"))
  expect(screen.getByLabelText<HTMLSelectElement>("Status").value).toBe("completed")
})

test("only what is stored can be restored, downloaded or deleted; a failure says why", async () => {
  history("/backups")
  const [, completed, failed] = await screen.findAllByRole("row")
  if (!completed || !failed) throw new Error("two rows were expected")
  const names = (row: HTMLElement) =>
    [...row.querySelectorAll("td:last-child :is(a, button)")].map((action) =>
      action.getAttribute("aria-label"),
    )
  expect(names(completed)).toEqual(
    ["View", "Restore", "Download", "Delete"].map((action) => `${action} backup of shop`),
  )
  expect(names(failed)).toEqual(["View backup of shop"])
  expect(failed.textContent).toContain("the password in POSTGRES_PASSWORD was refused")
  expect(
    within(completed)
      .getByRole("link", { name: /^Download/ })
      .getAttribute("href"),
  ).toBe("/api/backups/backup-1/download")
})

test("deleting waits for the database's name, then for the controller", async () => {
  const { asked } = history("/backups")
  fireEvent.click(await screen.findByRole("button", { name: "Delete backup of shop" }))
  const dialog = within(screen.getByRole("dialog"))
  const button = () => dialog.getByRole<HTMLButtonElement>("button", { name: "Delete the backup" })
  expect(button().disabled).toBe(true)
  fireEvent.change(dialog.getByLabelText(/^Type shop/), { target: { value: "sho" } })
  expect(button().disabled).toBe(true)
  fireEvent.change(dialog.getByLabelText(/^Type shop/), { target: { value: "shop" } })
  fireEvent.click(button())
  await waitFor(() => expect(screen.queryByRole("dialog") === null).toBe(true))
  expect(asked.filter(({ method }) => method === "delete").map(({ path }) => path)).toEqual([
    "/api/backups/backup-1",
  ])
})

test("nothing found says which way out there is", async () => {
  history("/backups?status=failed", [])
  expect(await screen.findByText(/^No backup matches these filters/)).toBeDefined()
})
