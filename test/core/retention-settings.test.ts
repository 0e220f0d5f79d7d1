// What the settings say of retention above the labels.
import { describe, expect, test } from "bun:test"
import { deriveServers } from "../../controller/core/server.ts"
import type { Tree } from "../../controller/core/setting-tree.ts"
import { readSettings } from "../../controller/core/settings.ts"
import { noRetention } from "../../schemas/retention.ts"
import { guess, labelled, operator } from "./samples.ts"

function read(retention: Tree, variables: Record<string, string> = {}, more: Record<string, Tree> = {}) {
  const reading = readSettings(variables, { retention, ...more })
  if (reading.kind === "good") return reading.settings.operatorRetention
  return reading.mistakes.map(({ path, message, hint }) => [path.join("."), message, hint])
}

test("a destination's policy is a name or the short form; the limit is in days, and the variable goes before the file", () => {
  const file = {
    policies: { gold: "24h 12m" },
    destinations: { local: "7d", nas: "gold" },
    maxRetentionDays: "400",
  }
  const more = { destinations: { nas: { type: "local", path: "/mnt/nas" } } }
  expect(read(file, {}, more)).toEqual({
    at: { local: { ...noRetention, daily: 7 }, nas: { ...noRetention, hourly: 24, monthly: 12 } },
    mostAgeSeconds: 400 * 86_400,
  })
  expect(read(file, { MAX_BACKUP_RETENTION_DAYS: "30" }, more)).toMatchObject({ mostAgeSeconds: 30 * 86_400 })
})

describe("is refused where", () => {
  test.each<[Tree, string, string, string | null]>([
    [
      { destinations: { tape: "7d" } },
      "retention.destinations.tape",
      "there is no destination named tape",
      "There is local.",
    ],
    [
      { policies: { gold: "7d" }, destinations: { local: "golt" } },
      "retention.destinations.local",
      '"golt" is no policy: "golt" is not a tier',
      "Did you mean gold?",
    ],
    [{ destinations: { local: "-1d" } }, "retention.destinations.local", '"-1d" is no policy', null],
    [{ destinations: { local: "" } }, "retention.destinations.local", "write a value", null],
    [{ maxRetentionDays: "0" }, "retention.maxRetentionDays", "write at least 1", null],
    [{ maxRetentionDays: "-5" }, "retention.maxRetentionDays", "write a whole number", null],
    [{ maxRetentionDays: "" }, "retention.maxRetentionDays", "write a whole number", null],
  ])("%j", (retention, path, message, hint) => {
    expect(read(retention)).toEqual([[path, expect.stringContaining(message), hint]])
  })
})

test("a job has it in force, shows where it comes from, and is another job once it changes", () => {
  const jobOf = (operatorRetention: ReturnType<typeof read>) =>
    deriveServers(
      [labelled({ enable: "true", retention: "12m" })],
      operator({ operatorRetention: operatorRetention as never }),
      new Map(),
      guess,
    )[0]?.jobs[0]
  const [before, after] = [
    jobOf(read({})),
    jobOf(read({ destinations: { local: "7d" }, maxRetentionDays: "30" })),
  ]
  expect(after?.operatorRetention?.at).toEqual({ local: { ...noRetention, daily: 7 } })
  expect(after?.settings.filter(({ key }) => key.startsWith("retention "))).toEqual([
    { key: "retention at local", value: "7d", source: "settings" },
    { key: "retention at most", value: "30d", source: "settings" },
  ])
  expect(after?.fingerprint).not.toBe(before?.fingerprint)
})
