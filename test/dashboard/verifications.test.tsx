import { expect, test } from "bun:test"
import { act, fireEvent, screen, waitFor, within } from "@testing-library/react"
import { applyEvent } from "../../dashboard/src/lib/apply-event.ts"
import {
  getBackup,
  getDatabase,
  getRunLogs,
  getStatus,
  listBackups,
  listRestores,
  listS3Configs,
  listSchedules,
  listVerifications,
  verificationsOf,
  verifyBackup,
} from "../../schemas/api.ts"
import type { Verification } from "../../schemas/verification.ts"
import type { VerifyTask, VerifyTaskId } from "../../schemas/verify-task.ts"
import { answer, controllerAnswers } from "./setup/controller.ts"
import { completedBackup, database, hoursAgo, status } from "./setup/samples.ts"
import { show } from "./setup/show.tsx"

const backup = completedBackup()
const problem = {
  code: "copy-mismatch",
  message: "it has 5 bytes",
  hint: "Check the disk.",
  key: null,
  suggestion: null,
} as const
const base = { destination: "local", readBytes: 1024 }
const found: Verification[] = [
  {
    ...base,
    level: "read",
    startedAt: hoursAgo(1),
    finishedAt: hoursAgo(1),
    outcome: "passed",
    report: ["1024 bytes were read"],
  },
  { ...base, level: "checksum", startedAt: hoursAgo(9), finishedAt: hoursAgo(9), outcome: "failed", problem },
]
const task: VerifyTask = {
  ...{ id: "v1" as VerifyTaskId, backupId: backup.id, databaseId: backup.databaseId, database: "shop" },
  ...{ serverName: "db", level: "read", destination: null, askedBy: "person", queuedAt: hoursAgo(0) },
  ...{ status: "running", startedAt: hoursAgo(0), readBytes: 512, totalBytes: 2048 },
}
const section = () => screen.findByRole("region", { name: "Checked again" })

test("what was found is told newest first, good and bad, each with what was seen", async () => {
  controllerAnswers(
    answer(getBackup, backup),
    answer(getRunLogs, []),
    answer(listVerifications, []),
    answer(verificationsOf, found),
  )
  show("/backups/backup-1")
  await screen.findByText("1024 bytes were read")
  const text = (await section()).textContent ?? ""
  const places = ["good", "read by the engine's own tool", "bad", "bytes compared", "it has 5 bytes"].map(
    (part) => text.indexOf(part),
  )
  expect(places).toEqual([...places].sort((a, b) => a - b))
  expect(places[0]).toBeGreaterThanOrEqual(0)
})

test("a person asks for it and follows its bytes to the end", async () => {
  let tasks: VerifyTask[] = []
  let results: Verification[] = []
  const { asked } = controllerAnswers(
    answer(getBackup, backup),
    answer(getRunLogs, []),
    answer(listVerifications, () => tasks),
    answer(verificationsOf, () => results),
    answer(verifyBackup, () => {
      tasks = [task]
      return task
    }),
  )
  const { client } = show("/backups/backup-1")
  fireEvent.click(await screen.findByRole("button", { name: "Read it to its end" }))
  await screen.findByText(/512 B of 2.0 KiB read/)
  expect(asked.find(({ method }) => method === "post")).toMatchObject({
    path: "/api/backups/backup-1/verify",
    body: { level: "read" },
  })
  const about = { taskId: "v1", backupId: backup.id, databaseId: backup.databaseId }
  act(() =>
    applyEvent(client, { name: "verify.updated", data: { ...about, status: "running", readBytes: 1024 } }),
  )
  await screen.findByText(/1.0 KiB of 2.0 KiB read/)
  results = found.slice(0, 1)
  tasks = []
  act(() =>
    applyEvent(client, { name: "verify.updated", data: { ...about, status: "completed", readBytes: null } }),
  )
  expect(await screen.findByText("1024 bytes were read")).toBeDefined()
  await waitFor(() => expect(screen.queryByRole("button", { name: "Cancel the check" })).toBeNull())
})

test("a drill is asked for, and its time is told with the backup and with the database", async () => {
  const drill: Verification = {
    ...{ ...base, level: "drill", startedAt: hoursAgo(2), finishedAt: hoursAgo(1) },
    ...{ outcome: "passed", report: ["shop was restored"], recoverySeconds: 42 },
  }
  const { asked } = controllerAnswers(
    answer(getBackup, backup),
    answer(getRunLogs, []),
    answer(listVerifications, []),
    answer(verificationsOf, [drill]),
    answer(verifyBackup, task),
  )
  show("/backups/backup-1")
  await screen.findByText("shop was restored")
  expect((await section()).textContent).toContain("back in 42 s")
  fireEvent.click(screen.getByRole("button", { name: "Restore it into a throw-away server" }))
  await waitFor(() =>
    expect(asked.find(({ method }) => method === "post")).toMatchObject({ body: { level: "drill" } }),
  )
})

test.each([
  ["passed", { recoverySeconds: 42, problem: null }, /passed, .* ago; back in 42 s/],
  ["failed", { recoverySeconds: null, problem }, /failed, .* ago: it has 5 bytes/],
] as const)("the database's page tells that its last drill %s", async (outcome, rest, words) => {
  const lastDrill = { backupId: "backup-1", at: hoursAgo(48), outcome, ...rest }
  controllerAnswers(
    answer(getDatabase, database({ lastDrill })),
    answer(listSchedules, []),
    answer(listBackups, []),
    answer(listRestores, []),
  )
  show("/databases/shop~db:shop")
  const now = await screen.findByRole("region", { name: "Now" })
  expect(now.textContent).toMatch(words)
})

test("the database's page tells of drills that stay away, and why the newest one reached no verdict", async () => {
  const noRoom = { ...problem, code: "disk-full" as const, message: "the disk has 1 MiB left" }
  const overdue = {
    ...problem,
    code: "drill-overdue" as const,
    message: "no drill of it has ever passed",
    hint: "Have one made now.",
  }
  const drillWithoutVerdict = { backupId: "backup-1", at: hoursAgo(2), problem: noRoom }
  controllerAnswers(
    answer(getDatabase, database({ overdueDrill: overdue, drillWithoutVerdict })),
    answer(listSchedules, []),
    answer(listBackups, []),
    answer(listRestores, []),
  )
  show("/databases/shop~db:shop")
  const now = await screen.findByRole("region", { name: "Now" })
  expect(now.textContent).toContain("no drill of it has ever passed")
  expect(now.textContent).toContain("Have one made now.")
  expect(now.textContent).toMatch(/The newest one reached no verdict, .* ago: the disk has 1 MiB left/)
  expect(within(now).getByRole("link", { name: "newest one" }).getAttribute("href")).toBe("/backups/backup-1")
})

test.each([
  ["failed", "the drill's throw-away server ran out of its memory"],
  ["interrupted", "the controller stopped before it was done"],
] as const)(
  "a drill that %s without a verdict is told with its reason, after a restart, too",
  async (status, message) => {
    const ended = {
      startedAt: hoursAgo(3),
      finishedAt: hoursAgo(2),
      results: [],
      error: { ...problem, message },
    }
    const { readBytes: _, totalBytes: __, ...asked } = task as Extract<VerifyTask, { status: "running" }>
    controllerAnswers(
      answer(getBackup, backup),
      answer(getRunLogs, []),
      answer(listVerifications, [{ ...asked, level: "drill", ...ended, status }]),
      answer(verificationsOf, []),
    )
    show("/backups/backup-1")
    await screen.findByText(new RegExp(message))
    expect((await section()).textContent).toMatch(
      /The drill reached no verdict, .* ago, which says nothing of the backup/,
    )
  },
)

test("a backup of which no copy is good says so, offers no restore, and can be deleted", async () => {
  const copies = [{ state: "failed", destination: "local", key: "k", error: problem }] as const
  controllerAnswers(
    answer(getBackup, completedBackup({ copies: [...copies] })),
    answer(getRunLogs, []),
    answer(listVerifications, []),
    answer(verificationsOf, []),
  )
  show("/backups/backup-1")
  const heading = await screen.findByRole("heading", { level: 1, name: /^Backup of shop/ })
  expect(heading.textContent).toContain("damaged")
  expect(screen.queryByText("Restore")).toBeNull()
  expect(screen.queryByText("Download")).toBeNull()
  fireEvent.click(screen.getByRole("button", { name: "Delete" }))
  expect(screen.getByRole("dialog").textContent).toContain("1 copy will be deleted, at local")
  expect(within(await screen.findByRole("region", { name: "Copies" })).getByText("bad")).toBeDefined()
})

test("each destination tells how much of it was read again", async () => {
  const reading = { copies: 40, readCopies: 12, days: 30, oldestReadAt: hoursAgo(480) }
  const shown = status()
  controllerAnswers(
    answer(getStatus, { ...shown, destinations: shown.destinations.map((one) => ({ ...one, reading })) }),
    answer(listS3Configs, []),
  )
  show("/destinations")
  expect(
    await screen.findAllByText(/12 of 40 copies read again in the last 30 days; the oldest was/),
  ).not.toBeEmpty()
})
