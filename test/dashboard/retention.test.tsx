import { expect, test } from "bun:test"
import { screen, within } from "@testing-library/react"
import { getDatabase, listBackups, listSchedules, lookAtRetention } from "../../schemas/api.ts"
import type { RetentionPreview } from "../../schemas/retention-policy.ts"
import { answer, controllerAnswers } from "./setup/controller.ts"
import { database, hoursAgo } from "./setup/samples.ts"
import { show } from "./setup/show.tsx"

const one = (id: string, hours: number, destinations = ["local"]) => ({
  ...{ backupId: id, finishedAt: hoursAgo(hours), storedBytes: 1024, destinations },
})
const preview: RetentionPreview = {
  jobId: "shop~db:default" as RetentionPreview["jobId"],
  job: "default",
  databaseId: database().id,
  database: "shop",
  serverName: "shop/db",
  retention: "2d",
  at: { s3: "12m" },
  kept: 2,
  pruned: 1,
  freedBytes: 2048,
  waits: 0,
  halt: null,
  keep: [
    { ...one("b3", 1), reasons: ["newest", "daily 1 of 2 at local"] },
    { ...one("b1", 50, ["s3"]), reasons: ["pinned: before the migration"] },
  ],
  prune: [{ ...one("b0", 90), reason: "older than max-age 3d" }],
}
const page = (...previews: RetentionPreview[]) => {
  const calls = controllerAnswers(
    answer(getDatabase, database()),
    answer(listBackups, []),
    answer(listSchedules, []),
    answer(lookAtRetention, previews),
  )
  show("/databases/shop~db:shop")
  return calls
}
const section = () => screen.findByRole("region", { name: "What stays, and why" })

test("each backup that stays is told with all its reasons, and each that goes with its own", async () => {
  const { asked } = page(preview)
  const table = await screen.findByRole("table", { name: "Backups that stay, newest first" })
  const [, newest, pinned] = within(table).getAllByRole("row")
  expect(newest?.textContent).toContain("newest, daily 1 of 2 at local")
  expect(pinned?.textContent).toContain("pinned: before the migration")
  expect(
    within(pinned as HTMLElement)
      .getByRole("link")
      .getAttribute("href"),
  ).toBe("/backups/b1")
  const going = screen.getByRole("table", { name: "Backups to go, oldest first" })
  expect(going.textContent).toContain("older than max-age 3d")
  const { textContent } = await section()
  expect(textContent).toContain("2d, 12m at s3")
  expect(textContent).toContain(
    "2 backups stay. 1 backup loses copies after the next success, which frees 2.0 KiB.",
  )
  expect(asked.find(({ path }) => path.endsWith("/preview"))?.query).toEqual({ databaseId: database().id })
})

test("what keeps retention from deleting is told", async () => {
  page({ ...preview, waits: 1, halt: "a run succeeds again" })
  await screen.findByRole("table", { name: "Backups that stay, newest first" })
  const { textContent } = await section()
  expect(textContent).toContain("1 of these wait for a person")
  expect(textContent).toContain("Nothing is deleted on this server until a run succeeds again.")
})

test("of a database that no job backs up, all stays", async () => {
  page()
  expect(await within(await section()).findByText(/stays until somebody deletes it/)).toBeDefined()
})
