// Slips of the prefix are told; another controller's prefix and other people's labels are not.
import { expect, setDefaultTimeout, test } from "bun:test"
import fc from "fast-check"
import { strayLabels } from "../../controller/core/label-strays.ts"
import { deriveServers } from "../../controller/core/server.ts"
import { aContainer, guess, labelled, operator } from "./samples.ts"

setDefaultTimeout(120_000)

const meant = (label: string, prefix = "dbbackup") =>
  strayLabels({ [label]: "true" }, prefix)[0]?.suggestion ?? null

test.each([
  ["DBBACKUP.enable", "dbbackup.enable"],
  ["DbBackup.Enable", "dbbackup.enable"],
  ["dbbakup.schedule", "dbbackup.schedule"],
  ["dbbbackup.retention", "dbbackup.retention"],
  ["dbabckup.enable", "dbbackup.enable"],
  ["ddbackup.enable", null],
  ["bdbackup.enable", "dbbackup.enable"],
  ["dbbackup/enable", "dbbackup.enable"],
  ["dbbackup_on_missed", "dbbackup.on-missed"],
  ["dbbackup-enable", "dbbackup.enable"],
  ["dbbackup:hooks.pre", "dbbackup.hooks.pre"],
  ["com.dbbackup.enable", "dbbackup.enable"],
])("%s means %p", (label, wanted) => {
  expect(meant(label)).toBe(wanted)
})

test.each([
  "dbbackup.enable",
  "dbbackup.nonsense",
  "dbbackup2.enable",
  "dbbackups.enable",
  "dbbacku.enable",
  "dbbackuq.enable",
  "backup.enable",
  "dbbakup.nonsense",
  "traefik.enable",
  "com.docker.compose.project",
  "enable",
  "",
])("%p is another's, or told elsewhere", (label) => {
  expect(meant(label)).toBeNull()
})

test("two controllers whose prefixes differ in a letter leave each other's labels alone", () => {
  for (const [mine, theirs] of [
    ["dbbackup-a", "dbbackup-b"],
    ["team1-backup", "team2-backup"],
    ["db", "app"],
  ] as const)
    for (const key of ["enable", "id", "schedule"]) {
      expect(meant(`${theirs}.${key}`, mine)).toBeNull()
      expect(meant(`${mine}.${key}`, theirs)).toBeNull()
    }
})

test("a label far longer than any is not looked at, and none makes it fail", () => {
  expect(meant(`dbbackup/${"x".repeat(65_536)}`)).toBeNull()
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: "binary" }), fc.string()), (labels) => {
      strayLabels(labels, "dbbackup")
    }),
  )
})

test("a server with a stray label says so, whether it is backed up, or not listed otherwise", () => {
  const one = (container: ReturnType<typeof aContainer>) => {
    const [server] = deriveServers([container], operator(), new Map(), guess)
    return server && { state: server.state, keys: server.problems.map(({ key }) => key) }
  }
  const stray = { labels: { "dbbakup.enable": "true" } }
  const told = ["dbbakup.enable"]
  expect(one(aContainer(stray))).toEqual({ state: "unprotected", keys: told })
  expect(one(aContainer({ ...stray, image: "nginx" }))).toEqual({ state: "unprotected", keys: told })
  expect(one(labelled({ enable: "true" }, stray))).toEqual({ state: "active", keys: told })
  expect(one(labelled({ enable: "true", shedule: "x" }, stray))?.keys).toContain("dbbackup.shedule")
  expect(one(labelled({ enable: "false" }, stray))).toEqual({ state: "disabled", keys: [] })
})
