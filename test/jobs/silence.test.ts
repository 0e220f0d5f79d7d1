import { expect, test } from "bun:test"
import { Readable } from "node:stream"
import { rulesFor } from "../../controller/engines/registry.ts"
import type { Look } from "../../controller/jobs/probe.ts"
import { limitsOf, loadSilence } from "../../controller/jobs/silence.ts"
import type { Docker } from "../../controller/ports.ts"
import { fakeServer } from "./fake-server.ts"

const session = { state: "active", waits: null, event: null, relation: null, holders: null }
const holder = { id: 7, user: "app", application: "psql", state: "idle in transaction", seconds: 900 }
const held = [{ ...session, waits: "Lock", event: "relation", relation: "public.t", holders: [holder] }]
const idle = [{ ...session, waits: "Client", event: "ClientWrite" }]

/** A server that says this of its sessions; null: it does not answer. */
function work(sessions: readonly object[] | null) {
  const docker: Docker = {
    ...fakeServer(),
    async exec() {
      if (sessions === null) throw new Error("no answer")
      return {
        stdout: Readable.from([Buffer.from(JSON.stringify(sessions))]),
        stdin: null,
        stderrTail: () => "",
        exit: Promise.resolve(0),
        kill: async () => {},
      }
    },
  }
  const look = { rules: rulesFor("postgres"), access: {}, probe: { tool: "pg_dump" } } as unknown as Look
  const said: string[] = []
  const journal = (_level: string, message: string) => void said.push(message)
  return { docker, look, said, journal }
}

const dump = (sessions: readonly object[] | null) => {
  const { docker, look, said, journal } = work(sessions)
  const spec = { "stall-timeout": 900, "rate-limit": 1024 }
  const subject = { kind: "database", name: "shop" } as const
  return { ...limitsOf(docker, spec, look, subject, journal), said }
}
const load = (sessions: readonly object[] | null) => {
  const { docker, look, said, journal } = work(sessions)
  return {
    silence: loadSilence({ docker, look, name: "shop", limitSeconds: 900, journal }),
    said,
  }
}

test("the labels' limits are those of the dump", () => {
  expect(dump(idle)).toMatchObject({ bytesPerSecond: 1024, silence: { limitSeconds: 900 } })
})

test("a dump is ended with what the server says it waits for, and told at half of the time", async () => {
  const { silence, said } = dump(held)
  silence.notice(450)
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(said).toEqual([
    "no byte of shop has come for 450 s: pg_dump waits for a lock on public.t that is held by session 7 (user app, psql, idle in transaction for 900 s). It is ended after 900 s of silence",
  ])
  expect(await silence.verdict(900)).toMatchObject({
    code: "dump-stalled",
    message: expect.stringContaining(
      "dumping shop: no byte came for 900 s: pg_dump waits for a lock on public.t",
    ),
    hint: expect.stringContaining("End the session"),
  })
})

test("a dump is ended although the server says nothing", async () => {
  expect(await dump(null).silence.verdict(900)).toMatchObject({
    code: "dump-stalled",
    hint: expect.stringContaining("list of sessions"),
  })
})

test("a load on which the server is at work goes on, as when it builds an index", async () => {
  const { silence, said } = load([session])
  expect(await silence.verdict(900)).toBeNull()
  expect(said).toEqual(["no byte went into shop for 900 s: the tool waits for the server, which is at work"])
})

test("a load that is held up, or waited for by the server, or of which nothing is known, is ended", async () => {
  for (const sessions of [held, idle, [], null])
    expect(await load(sessions).silence.verdict(900)).toMatchObject({ code: "restore-failed" })
})
