import { describe, expect, test } from "bun:test"
import { fireEvent, screen, waitFor } from "@testing-library/react"
import {
  getBackup,
  getRestore,
  getRestoreLogs,
  listBackups,
  listDatabases,
  planRestore,
  undoRestore,
} from "../../schemas/api.ts"
import type { Restore } from "../../schemas/restore.ts"
import type { Swap } from "../../schemas/swap.ts"
import { answer, controllerAnswers } from "./setup/controller.ts"
import { completedBackup, completedRestore, restorePlan } from "./setup/samples.ts"
import { show } from "./setup/show.tsx"

const kept: Swap = {
  ...{ state: "kept", inPlace: "restored", keptName: "shop_before_20260301_023200" },
  ...{ keptUntil: "2026-03-02T02:32:00.000Z", safetyBackupId: "b-safe" as never, problem: null },
}
const swapped = (swap: Swap): Restore => ({
  ...completedRestore(),
  targetDatabase: "shop",
  mode: "swap",
  swap,
})
const page = (swap: Swap) => [answer(getRestore, () => swapped(swap)), answer(getRestoreLogs, [])]

describe("the restore dialog", () => {
  test("asks for a plan in the place of the database, with what was chosen, and says so before it begins", async () => {
    const { asked } = controllerAnswers(
      answer(getBackup, completedBackup()),
      answer(listBackups, [completedBackup()]),
      answer(listDatabases, []),
      answer(planRestore, () => restorePlan({ mode: "swap", targetDatabase: "shop" })),
    )
    show("/backups?status=completed&restore=backup-1")
    fireEvent.click(await screen.findByRole("radio", { name: /^In the place of a database/ }))
    fireEvent.click(screen.getByRole("checkbox", { name: /End its connections/ }))
    fireEvent.click(screen.getByRole("button", { name: "Show the plan" }))
    await screen.findByText(/the place of/)
    const options = { mode: "swap", name: "shop", endConnections: true, safetyBackup: true }
    expect(asked.filter(({ method }) => method === "post").map(({ body }) => body)).toEqual([
      { backupId: "backup-1", options, dryRun: true },
    ])
  })
})

describe("the page of a restore in the place of a database", () => {
  test("says what is kept until when, and undoes it only when asked twice", async () => {
    const { asked } = controllerAnswers(
      ...page(kept),
      answer(undoRestore, () => swapped(kept)),
    )
    show("/restores/restore-1")
    expect(await screen.findByText("shop_before_20260301_023200")).toBeDefined()
    expect(screen.getByText("shop is the restored database.")).toBeDefined()
    expect(screen.getByRole("link", { name: "the safety backup" }).getAttribute("href")).toContain("b-safe")
    fireEvent.click(screen.getByRole("button", { name: "Undo…" }))
    expect(asked.some(({ method }) => method === "post")).toBe(false)
    fireEvent.click(screen.getByRole("button", { name: "Undo shop" }))
    await waitFor(() =>
      expect(asked.filter(({ method }) => method === "post").map(({ body }) => body)).toEqual([
        { endConnections: false },
      ]),
    )
  })

  test("offers no undo once the other one is dropped", async () => {
    const { safetyBackupId, problem } = kept
    controllerAnswers(...page({ state: "gone", inPlace: "restored", keptName: "x", safetyBackupId, problem }))
    show("/restores/restore-1")
    expect(await screen.findByText(/nothing can be undone/)).toBeDefined()
    expect(screen.queryByRole("button", { name: /Undo/ })).toBeNull()
  })
})
