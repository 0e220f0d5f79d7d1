import { expect, test } from "bun:test"
import { act, screen } from "@testing-library/react"
import { applyEvent } from "../../dashboard/src/lib/apply-event.ts"
import { getBackup, getRunLogs } from "../../schemas/api.ts"
import type { LogLine } from "../../schemas/run.ts"
import { answer, controllerAnswers } from "./setup/controller.ts"
import { completedBackup, failedBackup, hoursAgo, refusedPassword, runningBackup } from "./setup/samples.ts"
import { show } from "./setup/show.tsx"

const line = (id: number, level: LogLine["level"], message: string): LogLine => ({
  id,
  at: hoursAgo(0),
  level,
  message,
})

test("a failure is told as cause, next step, what happens by itself, and the tool's last lines", async () => {
  const log = [
    line(1, "info", "run began"),
    line(2, "warn", "FATAL: password authentication failed"),
    line(3, "error", `shop: ${refusedPassword.message}`),
  ]
  controllerAnswers(answer(getBackup, failedBackup()), answer(getRunLogs, log))
  show("/backups/backup-1")
  const why = await screen.findByRole("region", { name: "Why" })
  await screen.findAllByText(/FATAL: password authentication failed/)
  const parts = [
    "shop was not backed up: the password in POSTGRES_PASSWORD was refused.",
    "It only applies when the volume is first created.",
    "It stays like this until something is changed.",
    "access-denied",
    "FATAL: password authentication failed",
  ]
  const places = parts.map((part) => why.textContent?.indexOf(part) ?? -1)
  expect(places).toEqual([...places].sort((a, b) => a - b))
  expect(places[0]).toBeGreaterThanOrEqual(0)
  expect(why.textContent).not.toContain("run began")
  expect(why.textContent?.split(refusedPassword.message)).toHaveLength(2)
})

test("a running backup shows its bytes and its log as they come", async () => {
  controllerAnswers(answer(getBackup, runningBackup()), answer(getRunLogs, [line(1, "info", "run began")]))
  const { client } = show("/backups/backup-1")
  await screen.findByText("run began")
  act(() => {
    applyEvent(client, {
      name: "run.progress",
      data: { backupId: "backup-1", rawBytes: 2048, storedBytes: 1024 },
    })
    applyEvent(client, { name: "run.log", data: { runId: "run-1", line: line(2, "info", "dumping shop") } })
  })
  expect(await screen.findByText("dumping shop")).toBeDefined()
  expect(screen.getByRole("region", { name: "Progress" }).textContent).toContain(
    "2.0 KiB read, 1.0 KiB stored",
  )
  expect(screen.getByRole("button", { name: "Cancel the run" })).toBeDefined()
})

test("a completed backup shows its proof in words and its checksum to copy", async () => {
  controllerAnswers(answer(getBackup, completedBackup()), answer(getRunLogs, []))
  show("/backups/backup-1")
  const proof = await screen.findByRole("region", { name: "Proof" })
  expect(proof.textContent).toContain("exited with 0")
  expect(proof.textContent).toContain("The end of the dump was seen: all 14 data blocks.")
  expect(proof.textContent).toContain("b".repeat(64))
  expect(screen.getByRole("button", { name: "Copy the checksum" })).toBeDefined()
})

test("an encrypted backup says with which key, and whose identities open it", async () => {
  const encryption = { format: "age" as const, key: "ops", recipients: ["age1first", "age1second"] }
  controllerAnswers(answer(getBackup, completedBackup({ encryption })), answer(getRunLogs, []))
  show("/backups/backup-1")
  const facts = await screen.findByRole("region", { name: "Facts" })
  expect(facts.textContent).toContain("with the key ops, in the age format")
  expect(facts.textContent).toContain("age1firstage1second")
})

test("globals offer a download, and a restore of what a server lacks", async () => {
  const globals = completedBackup({ kind: "globals", database: "globals", databaseId: "shop~db:@globals" })
  controllerAnswers(answer(getBackup, globals), answer(getRunLogs, []))
  show("/backups/backup-1")
  expect(await screen.findByRole("link", { name: "Download" })).toBeDefined()
  expect(screen.getByRole("link", { name: "Restore" })).toBeDefined()
})

test("a copy that its destination missed waits to be copied, with why and from where", async () => {
  const [stored] = completedBackup().copies
  const error = {
    code: "destination-unavailable",
    message: "offsite cannot be reached",
    hint: "Check the endpoint.",
    key: null,
    suggestion: null,
  } as const
  const missed = { state: "failed", destination: "offsite", key: "k", error } as const
  const backup = completedBackup({ copies: [...(stored ? [stored] : []), missed] })
  controllerAnswers(answer(getBackup, backup), answer(getRunLogs, []))
  show("/backups/backup-1")
  const copies = await screen.findByRole("region", { name: "Copies" })
  expect(copies.textContent).toContain("offsitewaiting to be copied")
  expect(copies.textContent).toContain("offsite cannot be reached. Check the endpoint.")
  expect(copies.textContent).toContain("It is copied from local by itself once offsite can be used")
})
