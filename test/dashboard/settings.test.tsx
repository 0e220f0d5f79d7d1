import { describe, expect, test } from "bun:test"
import { screen, within } from "@testing-library/react"
import type { z } from "zod"
import { getSettings, getStatus } from "../../schemas/api.ts"
import type { SettingsView, SettingView } from "../../schemas/settings-view.ts"
import { answer, controllerAnswers } from "./setup/controller.ts"
import { hoursAgo, status } from "./setup/samples.ts"
import { show } from "./setup/show.tsx"

const setting = (key: string, changes: Partial<SettingView> = {}): SettingView => ({
  key,
  variable: null,
  value: "",
  source: "default",
  needsRestart: false,
  afterRestart: null,
  description: `What \`${key}\` is for.`,
  ...changes,
})
const settings = (changes: Partial<SettingsView> = {}): z.input<typeof getSettings.response> => ({
  file: { path: "/app/data/dbbackup.yaml", state: "loaded", loadedAt: hoursAgo(3) },
  problem: null,
  mistakes: [],
  settings: [
    setting("server.port", { variable: "PORT", value: "8080", source: "environment" }),
    setting("backup.maxConcurrent", { value: "5", source: "file" }),
    setting("scheduler.timezone", { value: "UTC" }),
    setting("labelPrefix", { value: "dbbackup", source: "file", needsRestart: true, afterRestart: "backup" }),
    setting("s3.bucket"),
  ],
  ...changes,
})

function open(view: ReturnType<typeof settings>) {
  controllerAnswers(
    answer(getStatus, () => status()),
    answer(getSettings, () => view),
  )
  show("/settings")
}
const row = async (name: string) =>
  (await screen.findByRole("row", { name: new RegExp(`^${name}`) })).textContent
const fileNote = async () => (await screen.findByRole("region", { name: "Settings file" })).textContent

test("each setting is shown with its value, where it is from, and what it will be after a restart", async () => {
  open(settings())
  expect(await row("server.port")).toBe("server.portWhat server.port is for.8080environment, PORT")
  expect(await row("backup.maxConcurrent")).toEndWith("5file")
  expect(await row("scheduler.timezone")).toEndWith("UTCdefault")
  expect(await row("labelPrefix")).toEndWith("dbbackupbackup after a restartfile")
  expect(await row("s3.bucket")).toEndWith("not set")
})

describe("the settings file", () => {
  test("is named, with since when it is in force", async () => {
    open(settings())
    expect(await fileNote()).toContain("/app/data/dbbackup.yaml")
    expect(await fileNote()).toContain("In force, read 3 h ago")
  })

  test("that is not there is no problem", async () => {
    open(settings({ file: { path: "/app/data/dbbackup.yaml", state: "absent", loadedAt: null } }))
    expect(await fileNote()).toContain("There is none, and none is needed.")
  })

  const problem = {
    code: "settings-invalid" as const,
    message: "/app/data/dbbackup.yaml is not valid: line 2, column 9: server.port: write a whole number",
    hint: "Correct the file.",
    key: null,
    suggestion: null,
  }

  test("with mistakes is not in force, and each mistake is shown with its line", async () => {
    const mistakes = [
      { line: 2, column: 9, key: "server.port", message: "write a whole number", hint: null },
      { line: 7, column: 1, key: "schedular", message: "unknown key", hint: "Did you mean scheduler?" },
    ]
    open(settings({ problem, mistakes }))
    expect(await fileNote()).toContain("Not in force: what was read 3 h ago stays.")
    expect(await fileNote()).toContain("2 mistakes to correct:")
    const items = within(await screen.findByRole("region", { name: "Settings file" })).getAllByRole(
      "listitem",
    )
    expect(items.map(({ textContent }) => textContent)).toEqual([
      "line 2, column 9server.port: write a whole number. ",
      "line 7, column 1schedular: unknown key. Did you mean scheduler?",
    ])
  })

  test("that cannot be read is not in force, with the reason, also after a restart", async () => {
    const message = "/app/data/dbbackup.yaml cannot be read: it is a folder"
    const file = { path: "/app/data/dbbackup.yaml", state: "remembered" as const, loadedAt: hoursAgo(1) }
    open(settings({ file, problem: { ...problem, message } }))
    expect(await fileNote()).toContain(
      "the controller was started with what it remembers of the last good file",
    )
    expect(await fileNote()).toContain("cannot be read: it is a folder")
  })
})
