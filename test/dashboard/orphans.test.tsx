// Comparing a destination with the catalogue, on the page of destinations.
import { expect, test } from "bun:test"
import { fireEvent, screen, waitFor } from "@testing-library/react"
import { adoptOrphans, cleanOrphans, getStatus, listOrphans, listS3Configs } from "../../schemas/api.ts"
import type { BackupId } from "../../schemas/backup.ts"
import type { Orphans } from "../../schemas/orphans.ts"
import { answer, controllerAnswers } from "./setup/controller.ts"
import { hoursAgo, status } from "./setup/samples.ts"
import { show } from "./setup/show.tsx"

const object = (key: string) => ({ key, bytes: 2048, changedAt: hoursAgo(50) })
const found = (changes: Partial<Orphans> = {}): Orphans => ({
  destination: "local",
  lookedAt: hoursAgo(0),
  graceSeconds: 86_400,
  orphans: [
    { kind: "bytes", key: "a.dump", objects: [object("a.dump")], backupId: "b1" as BackupId, waits: null },
    { kind: "bytes", key: "b.dump", objects: [object("b.dump")], backupId: null, waits: null },
    { kind: "unlisted", key: "c.dump", objects: [object("c.dump")], backupId: null, waits: null },
  ],
  orphansTotal: 3,
  missing: [{ backupId: "b2" as BackupId, key: "d.dump", lacks: "everything", elsewhere: 0 }],
  missingTotal: 1,
  foreign: [object("photo.jpg")],
  foreignTotal: 1,
  foreignBytes: 2048,
  halt: null,
  ...changes,
})

async function compare(answered: Orphans) {
  const { asked } = controllerAnswers(
    answer(getStatus, () => status()),
    answer(listS3Configs, () => []),
    answer(listOrphans, () => answered),
    answer(adoptOrphans, () => ({ added: 1, copies: 0, servers: [], left: [] })),
    answer(cleanOrphans, () => ({ removed: [object("a.dump")], left: [] })),
  )
  show("/destinations")
  fireEvent.click(await screen.findByText("Compare local with the catalogue"))
  expect(asked.some(({ path }) => path.includes("orphans"))).toBe(false)
  fireEvent.click(screen.getByRole("button", { name: "Compare local", hidden: true }))
  return asked
}
const posted = (asked: readonly { method: string; path: string; body: unknown }[]) =>
  asked.flatMap(({ method, path, body }) => (method === "post" ? [[path, body]] : []))

test("nothing is listed before it is asked for; then each thing says what follows, and only what is known can go", async () => {
  const asked = await compare(found())
  await screen.findByText("c.dump")
  const rows = await screen.findAllByRole("row", { hidden: true })
  const text = rows.map(({ textContent }) => textContent).join("\n")
  expect(text).toContain("d.dumpcopy is missing")
  expect(text).toContain("the only copy: put the file back")
  expect(text).toContain("deleted only by name")
  expect(document.body.textContent).toContain("Never touched: 1 object of somebody else, 2.0 KiB: photo.jpg")
  expect(screen.queryByText(/missing cop.* again/)).toBeNull()
  fireEvent.click(screen.getByRole("button", { name: "Delete 1 left-over…", hidden: true }))
  const button = await screen.findByRole("button", { name: "Delete 1 object", hidden: true })
  expect((button as HTMLButtonElement).disabled).toBe(true)
  fireEvent.change(screen.getByLabelText(/^Type local to delete them/), { target: { value: "local" } })
  fireEvent.click(button)
  await waitFor(() =>
    expect(posted(asked)).toEqual([["/api/destinations/local/orphans/clean", { keys: ["a.dump"] }]]),
  )
})

test("a backup that is not listed is listed again", async () => {
  const asked = await compare(found())
  fireEvent.click(await screen.findByRole("button", { name: "List 1 backup again", hidden: true }))
  await waitFor(() =>
    expect(posted(asked)).toEqual([["/api/destinations/local/orphans/adopt", { keys: ["c.dump"] }]]),
  )
  expect(await screen.findByText("1 copy listed.")).toBeTruthy()
})

test("a destination that shows nothing of what must be there offers no deletion, and says why", async () => {
  const halt = {
    code: "destination-unavailable" as const,
    message: "local shows none of the 4 copies that are known to be there",
    hint: "Look whether the right folder is mounted.",
    key: null,
    suggestion: null,
  }
  await compare(found({ halt }))
  await screen.findByText(halt.message)
  expect(screen.queryByRole("button", { name: /Delete/, hidden: true })).toBeNull()
})
