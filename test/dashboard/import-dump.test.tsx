// Handing in a file on a database's page: what is asked of the controller, and what is said of its answer.
import { expect, test } from "bun:test"
import { fireEvent, screen, waitFor } from "@testing-library/react"
import { getDatabase, importBackup, listBackups, listRestores, listSchedules } from "../../schemas/api.ts"
import { answer, controllerAnswers, Refused } from "./setup/controller.ts"
import { completedBackup, database } from "./setup/samples.ts"
import { show } from "./setup/show.tsx"

const madeAt = "2026-02-01T03:04:05.000Z"

async function choose(reply: () => unknown) {
  const shop = database()
  const { asked } = controllerAnswers(
    answer(getDatabase, shop),
    answer(listSchedules, []),
    answer(importBackup, reply as never),
    answer(listBackups, []),
    answer(listRestores, []),
  )
  show(`/databases/${encodeURIComponent(shop.id)}`)
  fireEvent.click(await screen.findByRole("button", { name: "Import a dump…" }))
  const button = await screen.findByRole("button", { name: "Import", hidden: true })
  expect((button as HTMLButtonElement).disabled).toBe(true)
  const file = new File(["bytes"], "old.sql.gz", { lastModified: Date.parse(madeAt) })
  fireEvent.change(screen.getByLabelText("File"), { target: { files: [file] } })
  fireEvent.click(button)
  return { asked, shop }
}

test("the file is sent with when it was made, and what it is kept as is said", async () => {
  const kept = completedBackup()
  const { asked, shop } = await choose(() => kept)
  expect(await screen.findByText(/It is kept as/)).toBeTruthy()
  await waitFor(() =>
    expect(asked.find(({ method }) => method === "post")).toMatchObject({
      path: "/api/backups/import",
      query: { serverId: shop.server.id, database: shop.name, fileName: "old.sql.gz", madeAt },
    }),
  )
})

test("a file that is refused is told with the reason", async () => {
  await choose(() => {
    throw new Refused(400, {
      code: "VALIDATION_ERROR",
      message: "the archive ends inside a data block, after 3 of 14",
      hint: "Fetch it again from where it comes from.",
    })
  })
  expect(await screen.findByText(/Not taken in: the archive ends inside a data block/)).toBeTruthy()
})
