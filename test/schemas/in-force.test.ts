// What is shown of the values in force.
import { expect, test } from "bun:test"
import { deriveServers } from "../../controller/core/server.ts"
import { mostTries, tellingSettings } from "../../schemas/in-force.ts"
import type { SettingInForce } from "../../schemas/server.ts"
import { guess, labelled, operator } from "../core/samples.ts"

const settingsOf = (labels: Readonly<Record<string, string>>): readonly SettingInForce[] =>
  deriveServers([labelled({ enable: "true", ...labels })], operator(), new Map(), guess)[0]?.jobs[0]
    ?.settings ?? []
const keysOf = (labels: Readonly<Record<string, string>>) =>
  tellingSettings(settingsOf(labels)).map(({ key }) => key)

test("defaults that are empty, and the details of hooks that nobody named, say nothing", () => {
  const keys = keysOf({})
  expect(keys).toContain("schedule")
  expect(keys).toContain("timezone")
  expect(keys.filter((key) => key.startsWith("hooks."))).toEqual([])
  for (const key of ["max-age", "group"]) expect(keys).not.toContain(key)
})

test("a hook that is named comes with its details", () => {
  const keys = keysOf({ "hooks.pre": '["true"]' }).filter((key) => key.startsWith("hooks."))
  expect(keys).toEqual(["hooks.pre", "hooks.pre.timeout", "hooks.pre.on-error"])
})

test("what a label says is shown, whatever it shapes", () => {
  expect(keysOf({ "hooks.post.timeout": "1m" })).toContain("hooks.post.timeout")
})

test("a run has one try more than it has retries", () => {
  expect(mostTries(settingsOf({}))).toBe(4)
  expect(mostTries(settingsOf({ retries: "0" }))).toBe(1)
  expect(mostTries([])).toBeNull()
})
