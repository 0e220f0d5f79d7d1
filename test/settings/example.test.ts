import { afterEach, beforeEach, expect, test } from "bun:test"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { parse } from "yaml"
import { z } from "zod"
import { openSettings } from "../../controller/settings/source.ts"
import { settingFields } from "../../schemas/setting-fields.ts"
import { repository } from "../support/places.ts"
import { type Folder, folder } from "./folder.ts"

const example = join(repository, "examples/dbbackup.yaml")
let here: Folder
beforeEach(() => {
  here = folder()
})
afterEach(() => here.remove())

const open = (path: string) => openSettings({ DBBACKUP_SETTINGS: path }, "box", () => new Date())

test("the example is valid, and says what it seems to say", () => {
  const settings = open(example).current()
  expect(settings).toMatchObject({
    port: 3000,
    hostname: "0.0.0.0",
    maxConcurrent: 2,
    timeZone: "Europe/Berlin",
  })
  expect(settings.blackout).toEqual([
    { days: [1, 2, 3, 4, 5], from: 480, to: 1080 },
    { days: [6], from: 1320, to: 360, timezone: "UTC" },
  ])
  expect(settings.defaults).toMatchObject({
    compress: "zstd:6",
    retention: "gold",
    destinations: '["local","s3"]',
  })
})

test("the example shows every section there is", () => {
  const shown = open(example)
    .view()
    .settings.filter(({ source }) => source === "file")
  const sections = (keys: readonly string[]) => [...new Set(keys.map((key) => key.split(".")[0]))]
  const all = sections(settingFields.flatMap(({ path }) => path?.[0] ?? []))
  // These two belong to one machine: a copied example must not move them.
  expect(sections(shown.map(({ key }) => key))).toEqual(
    all.filter((section) => section !== "labelPrefix" && section !== "dockerHost"),
  )
})

test("a slip in the example is told at its line", () => {
  const lines = readFileSync(example, "utf8").split("\n")
  const at = lines.findIndex((line) => line.includes("maxConcurrent"))
  const slipped = lines.with(at, lines[at]?.replace("maxConcurrent", "maxConcurent") ?? "").join("\n")
  expect(() => open(here.write("dbbackup.yaml", slipped))).toThrow(
    `line ${at + 1}, column 3: backup.maxConcurent: unknown key (Did you mean backup.maxConcurrent?)`,
  )
})

test("an editor that checks with the JSON Schema accepts the example, and marks slips", () => {
  const text = readFileSync(join(repository, "schemas/json/settings.schema.json"), "utf8")
  const schema = z.fromJSONSchema(JSON.parse(text))
  const accepts = (value: unknown) => schema.safeParse(value).success
  expect(accepts(parse(readFileSync(example, "utf8")))).toBe(true)
  expect(
    accepts({ "x-shared": 1, hooks: true, defaults: { retries: 2, globals: false, hooks: { pre: ["a"] } } }),
  ).toBe(true)
  for (const slip of [
    { schedular: {} },
    { server: { prt: 1 } },
    { server: { port: [] } },
    { scheduler: { blackout: [{ from: "1:00" }] } },
    { logLevel: "loud" },
    { retention: { policies: { Gold: "7d" } } },
    { defaults: { shedule: "daily" } },
  ])
    expect([slip, accepts(slip)]).toEqual([slip, false])
})
