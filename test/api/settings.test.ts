import { afterEach, expect, test } from "bun:test"
import type { SettingsView } from "../../schemas/settings-view.ts"
import { ask, aWorld, type World } from "./samples.ts"

let world: World | undefined
afterEach(() => world?.remove())

const view: SettingsView = {
  file: { path: "/app/data/dbbackup.yaml", state: "loaded", loadedAt: "2026-03-01T12:00:00.000Z" },
  problem: {
    code: "settings-invalid",
    message: "/app/data/dbbackup.yaml is not valid: line 2, column 9: server.port: write a whole number",
    hint: "Correct the file.",
    key: null,
    suggestion: null,
  },
  mistakes: [{ line: 2, column: 9, key: "server.port", message: "write a whole number", hint: null }],
  settings: [
    {
      key: "server.port",
      variable: "PORT",
      value: "3000",
      source: "environment",
      needsRestart: true,
      afterRestart: null,
      description: "Port of the API and the dashboard.",
    },
  ],
}

test("settings are shown as they are at that moment, with what is wrong with the file", async () => {
  let now = view
  world = aWorld({ settings: () => now })
  expect((await ask(world, "/api/system/settings")).body.data).toEqual(view)
  now = { ...view, problem: null, mistakes: [] }
  expect((await ask(world, "/api/system/settings")).body.data).toEqual(now)
})

test.each(["PUT", "POST", "PATCH", "DELETE"])(
  "%s changes none: they are changed where they are written",
  async (method) => {
    world = aWorld()
    const { status, headers } = await ask(world, "/api/system/settings", { method })
    expect([status, headers.get("allow")]).toEqual([405, "GET, HEAD"])
  },
)
