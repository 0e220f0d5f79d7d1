import { expect, test } from "bun:test"
import { fireEvent, screen, waitFor, within } from "@testing-library/react"
import { confirmPrune, getDatabase, listBackups, listSchedules } from "../../schemas/api.ts"
import type { Problem } from "../../schemas/errors.ts"
import { answer, controllerAnswers } from "./setup/controller.ts"
import { database, hoursAgo } from "./setup/samples.ts"
import { show } from "./setup/show.tsx"

const problem: Problem = {
  code: "prune-held",
  message: "retention would delete 9 of the 12 backups of shop at once, and waits for a person",
  hint: "If that is wanted, confirm it.",
  key: null,
  suggestion: null,
}
const held = database({ heldPrune: { heldAt: hoursAgo(1), backups: 9, of: 12, problem } })

test("what retention holds back is told, and deleted once the database's name is typed", async () => {
  let shown = held
  const { asked } = controllerAnswers(
    answer(getDatabase, () => shown),
    answer(listBackups, []),
    answer(listSchedules, []),
    answer(confirmPrune, () => {
      shown = database()
      return shown
    }),
  )
  show("/databases/shop~db:shop")
  expect(await screen.findByText(/retention would delete 9 of the 12/)).toBeDefined()
  fireEvent.click(screen.getByRole("button", { name: "Let 9 backups be deleted" }))
  const dialog = within(screen.getByRole("dialog"))
  const button = dialog.getByRole<HTMLButtonElement>("button", { name: "Delete 9 backups" })
  expect(button.disabled).toBe(true)
  fireEvent.change(dialog.getByLabelText(/^Type shop/), { target: { value: "shop" } })
  fireEvent.click(button)
  await waitFor(() => expect(screen.queryByText(/retention would delete/) === null).toBe(true))
  expect(asked.filter(({ method }) => method === "post")).toMatchObject([
    { path: "/api/databases/shop~db%3Ashop/confirm-prune", body: { backups: 9 } },
  ])
})
