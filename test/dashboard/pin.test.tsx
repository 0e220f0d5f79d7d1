import { expect, test } from "bun:test"
import { fireEvent, screen, waitFor, within } from "@testing-library/react"
import {
  getBackup,
  getDatabase,
  getRunLogs,
  listBackups,
  listDatabases,
  pinBackup,
  unpinBackup,
} from "../../schemas/api.ts"
import { answer, controllerAnswers, Refused } from "./setup/controller.ts"
import { completedBackup, database, hoursAgo } from "./setup/samples.ts"
import { show } from "./setup/show.tsx"

const pinned = completedBackup({ pinned: { at: hoursAgo(0), reason: "before the migration" } })
const plain = completedBackup()

test("a backup is pinned with a reason, which its page shows until it is unpinned", async () => {
  let shown = plain
  const { asked } = controllerAnswers(
    answer(getBackup, () => shown),
    answer(getRunLogs, []),
    answer(pinBackup, () => {
      shown = pinned
      return shown
    }),
    answer(unpinBackup, () => {
      shown = plain
      return shown
    }),
  )
  show("/backups/backup-1")
  fireEvent.click(await screen.findByRole("button", { name: "Pin" }))
  const dialog = within(screen.getByRole("dialog"))
  const button = dialog.getByRole<HTMLButtonElement>("button", { name: "Pin it" })
  expect(button.disabled).toBe(true)
  fireEvent.change(dialog.getByLabelText("Why it is to stay"), { target: { value: " before the migration" } })
  fireEvent.click(button)
  const report = await screen.findByRole("region", { name: "Pinned" })
  expect(report.textContent).toContain("before the migration. It stays whatever retention says")
  expect(screen.queryByRole("button", { name: "Pin" }) === null).toBe(true)
  fireEvent.click(within(report).getByRole("button", { name: "Unpin it" }))
  expect(await screen.findByRole("button", { name: "Pin" })).toBeDefined()
  expect(asked.filter(({ method }) => method !== "get")).toMatchObject([
    { method: "post", path: "/api/backups/backup-1/pin", body: { reason: "before the migration" } },
    { method: "delete", path: "/api/backups/backup-1/pin" },
  ])
})

test("a refusal is told in the dialog", async () => {
  controllerAnswers(
    answer(getBackup, plain),
    answer(getRunLogs, []),
    answer(pinBackup, () => {
      throw new Refused(409, { code: "CONFLICT", message: "it was deleted meanwhile", hint: null })
    }),
  )
  show("/backups/backup-1")
  fireEvent.click(await screen.findByRole("button", { name: "Pin" }))
  const dialog = within(screen.getByRole("dialog"))
  fireEvent.change(dialog.getByLabelText("Why it is to stay"), { target: { value: "x" } })
  fireEvent.click(dialog.getByRole("button", { name: "Pin it" }))
  expect(await dialog.findByText(/deleted meanwhile/)).toBeDefined()
})

test("the history marks it, and its deletion is not offered", async () => {
  controllerAnswers(
    answer(listBackups, [pinned, completedBackup({ id: "backup-0" })]),
    answer(listDatabases, [database()]),
    answer(getDatabase, database({ lastBackup: null })),
  )
  show("/backups")
  const [, first, second] = await screen.findAllByRole("row")
  expect(first?.textContent).toContain("pinned: before the migration")
  expect(second?.textContent).not.toContain("pinned")
  fireEvent.click(within(first as HTMLElement).getByRole("button", { name: /^Delete/ }))
  const dialog = screen.getByRole("dialog")
  await waitFor(() => expect(dialog.textContent).toContain("Unpin it first"))
  expect(within(dialog).queryByRole("button", { name: "Delete the backup" }) === null).toBe(true)
})
