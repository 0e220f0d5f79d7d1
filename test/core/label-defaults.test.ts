// What the operator writes into the settings file, as it arrives at the labels of a container.
import { expect, test } from "bun:test"
import { parseLabels } from "../../controller/core/labels.ts"
import type { Tree } from "../../controller/core/setting-tree.ts"
import { readSettings } from "../../controller/core/settings.ts"

function job(file: Tree, labels: Record<string, string> = {}) {
  const reading = readSettings({}, file)
  if (reading.kind === "bad") throw new Error(JSON.stringify(reading.mistakes))
  const parsed = parseLabels({ "dbbackup.enable": "true", ...labels }, "dbbackup", false, reading.settings)
  if (parsed.kind !== "good" || !parsed.jobs[0]) throw new Error(JSON.stringify(parsed))
  return parsed.jobs[0]
}

const file: Tree = {
  backup: { defaultCompression: "gzip" },
  retention: { policies: { gold: "48h 14d", short: "last=3" } },
  defaults: {
    schedule: "H 2 * * *",
    retention: "gold",
    hooks: { pre: ["sync", "-f"] },
    meta: { team: "db" },
  },
}

test("a container that says nothing gets the operator's defaults, and they count as settings", () => {
  const { labels, settings } = job(file)
  expect(labels).toMatchObject({
    retention: { hourly: 48, daily: 14 },
    compress: { algorithm: "gzip", level: 6 },
    "hooks.pre": ["sync", "-f"],
    meta: { team: "db" },
  })
  const source = (key: string) => settings.find((setting) => setting.key === key)?.source
  expect(["schedule", "retention", "compress", "jitter"].map(source)).toEqual([
    "settings",
    "settings",
    "settings",
    "default",
  ])
})

test("a label goes before them, and may name a policy of the file", () => {
  expect(job(file, { "dbbackup.retention": "short" }).labels.retention).toMatchObject({ last: 3, hourly: 0 })
  expect(job(file, { "dbbackup.retention": "7d" }).labels.retention).toMatchObject({ daily: 7, hourly: 0 })
})
