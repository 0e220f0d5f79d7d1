// What becomes of a fingerprint when its session, or the dump beside it, goes wrong: always a backup, and a word in the log.
import { expect, test } from "bun:test"
import { Readable } from "node:stream"
import { Fault } from "../../controller/core/fault.ts"
import type { DumpPlan } from "../../controller/engines/engine.ts"
import { rulesFor } from "../../controller/engines/registry.ts"
import { fingerprinting } from "../../controller/jobs/fingerprint.ts"
import { instants } from "../../controller/jobs/instants.ts"
import type { ExecProcess, ExecRequest } from "../../controller/ports.ts"
import type { FingerprintLevel } from "../../schemas/manifest.ts"
import { client } from "./fake-client.ts"
import { fakeServer, target } from "./fake-server.ts"

const described = JSON.stringify({
  schemaSha256: "a".repeat(64),
  extensions: {},
  roles: [],
  databaseBytes: 1,
})
const opened = '{"snapshot":"0-1"}\n{"sequences":{"public.s":"5"}}\ndbbackup: end\n'
const tables = `${described}\n{"tables":[[1,10],[2,300000000],[3,10]]}\ndbbackup: end\n`
const rows = (table: string, rewritten = false) =>
  `{"table":"public.${table}","rows":7,"rewritten":${rewritten}}\ndbbackup: end\n`
const apart = `{"sequences":{}}\n${described}\n{"rows":{"public.a":3}}\ndbbackup: end\n`

const plan: DumpPlan = {
  script: { script: "exec pg_dump", args: [] },
  command: ["pg_dump"],
  format: "archive",
  sourceCompression: null,
  streamCompression: { algorithm: "none", level: 0 },
  extension: "dump",
  end: () => {
    throw new Error("it is not read here")
  },
}

function beside(level: FingerprintLevel | "off", start: (request: ExecRequest) => ExecProcess) {
  const log: string[] = []
  const docker = { ...fakeServer(), exec: async (request: ExecRequest) => start(request) }
  const deps = { docker, clock: () => new Date("2026-11-24T00:00:00Z"), log: () => {} }
  const place = { containerId: target.container.id }
  const look = { rules: rulesFor("postgres"), access: {}, probe: {} as never, place }
  const cancel = new AbortController()
  const request = { look, database: "shop", level, plan }
  const journal = (level: string, message: string) => void log.push(`${level}: ${message}`)
  return { log, cancel, taking: fingerprinting(deps, request, journal, cancel.signal) }
}

test("rows are counted in the dump's own snapshot, a large table by itself, and the session is over then", async () => {
  const session = client([opened, tables, rows("a"), rows("b"), rows("c")])
  const { taking, log } = beside("exact", () => session)
  expect((await taking.begin()).plan.command).toEqual(["pg_dump", "--snapshot=0-1"])
  expect(session.asked).toHaveLength(1)
  taking.dumping()
  taking.dumping()
  expect(await taking.taken()).toMatchObject({
    level: "exact",
    sameSnapshot: true,
    rows: { "public.a": 7, "public.b": 7, "public.c": 7 },
    sequences: { "public.s": "5" },
  })
  expect(session.asked.slice(2).map((asked) => /any \('(.*)'\)/.exec(asked)?.[1])).toEqual([
    "{1}",
    "{2}",
    "{3}",
  ])
  expect(await session.exit).toBe(0)
  expect(log).toEqual([])
})

test("nothing is started at level off", async () => {
  const { taking, log } = beside("off", () => {
    throw new Error("something was started")
  })
  expect((await taking.begin()).plan).toBe(plan)
  taking.dumping()
  expect(await taking.taken()).toBeNull()
  await taking.end()
  expect(log).toEqual([])
})

const noInput = new Fault("docker-error", "the connection to docker cannot carry a tool's input")

test("without an input for the session, it is taken apart from the dump, which is said", async () => {
  const { taking, log } = beside("estimates", ({ stdin }) => {
    if (stdin) throw noInput
    return { ...client([]), stdout: Readable.from([Buffer.from(apart)]), exit: Promise.resolve(0) }
  })
  expect((await taking.begin()).plan).toBe(plan)
  taking.dumping()
  expect(await taking.taken()).toMatchObject({ sameSnapshot: false, rows: { "public.a": 3 } })
  expect(log).toEqual([
    "warn: the fingerprint of shop will not be of the dump's own snapshot: the connection to docker cannot carry a tool's input",
  ])
})

test("a server that exports no snapshot is dumped without", async () => {
  const { taking, log } = beside("estimates", () => client([], 3))
  expect((await taking.begin()).plan).toBe(plan)
  expect(log.join()).toContain("no more of that")
})

test("a session that breaks off leaves no fingerprint, and says why", async () => {
  const { taking, log } = beside("exact", () => client([opened, tables], 3))
  await taking.begin()
  taking.dumping()
  expect(await taking.taken()).toBeNull()
  expect(log).toEqual([expect.stringMatching(/^warn: there is no fingerprint of shop: .*no more of that/)])
})

test("a table that was emptied meanwhile is not counted wrong", async () => {
  const { taking, log } = beside("exact", () =>
    client([opened, tables, rows("a", true), rows("b"), rows("c")]),
  )
  await taking.begin()
  taking.dumping()
  expect(await taking.taken()).toBeNull()
  expect(log.join()).toContain("the table public.a was emptied or rewritten before its rows were counted")
})

test("a dump that failed for the snapshot begins again without, any other failure is its own", async () => {
  const sessions = [client([opened]), client([opened])]
  const { taking, log } = beside("exact", () => sessions.shift() ?? client([], 1))
  await taking.begin()
  expect(await taking.retreat(new Fault("dump-failed", "pg_dump exited 1: disk full"))).toBe(false)
  expect(
    await taking.retreat(new Fault("dump-failed", 'pg_dump exited 1: invalid snapshot identifier: "0-1"')),
  ).toBe(true)
  expect(log).toHaveLength(1)
  expect((await taking.begin()).plan).toBe(plan)
  expect(sessions).toHaveLength(1)
})

test("a dump that fails ends the session at once, without a word about its fingerprint", async () => {
  const session = client([opened])
  const { taking, log } = beside("exact", () => session)
  await taking.begin()
  await taking.end()
  expect(await session.exit).toBe(0)
  expect(log).toEqual([])
})

test("the dumps of a run say how long after the first each snapshot was opened", () => {
  const snapshot = instants()
  const at = (second: number) => snapshot(new Date(Date.UTC(2026, 10, 24, 0, 0, second)))
  expect(at(10)).toEqual({
    scope: "database",
    openedAt: "2026-11-24T00:00:10.000Z",
    secondsAfterFirst: 0,
    lockMilliseconds: null,
  })
  expect(at(12.5).secondsAfterFirst).toBe(2)
  // A clock that was set back.
  expect(at(5).secondsAfterFirst).toBe(0)
})
