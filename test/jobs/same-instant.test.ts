// Which comes first when a dump is begun under a lock, and that the dump is made whatever becomes of the lock.
import { expect, test } from "bun:test"
import { PassThrough, Writable } from "node:stream"
import { Fault } from "../../controller/core/fault.ts"
import { rulesFor } from "../../controller/engines/registry.ts"
import { sameInstant } from "../../controller/jobs/same-instant.ts"
import type { ExecProcess, ExecRequest } from "../../controller/ports.ts"
import { client } from "./fake-client.ts"
import { fakeServer, target } from "./fake-server.ts"

const end = "dbbackup: end\n"
const unlocked = `held\t23456\n${end}`
const read = `bytes\t1\noutside\t0\nfingerprint\n${end}`
/** To the questions before the lock: settings, what comes next in each of two databases, long statements, the lock. */
const locked = [end, end, end, end, end]

/** A dump that prints nothing before it is told to begin. */
function waitingDump(printed: string, happened: string[] = []): ExecProcess & { killed: boolean } {
  const stdout = new PassThrough()
  const dump = {
    killed: false,
    stdout,
    stdin: new Writable({
      write(chunk, _encoding, next) {
        happened.push(`to the dump: ${String(chunk).trim()}`)
        stdout.end(printed)
        next()
      },
    }),
    stderrTail: () => "",
    exit: Promise.resolve(0),
    kill: async () => {
      dump.killed = true
    },
  }
  return dump
}

function beside(start: (request: ExecRequest) => ExecProcess) {
  const log: string[] = []
  const docker = { ...fakeServer(), exec: async (request: ExecRequest) => start(request) }
  const deps = { docker, clock: () => new Date("2026-11-24T00:00:00Z"), log: () => {} }
  const look = {
    rules: rulesFor("mysql"),
    access: {},
    probe: {} as never,
    place: { containerId: target.container.id },
  }
  const journal = (level: string, message: string) => void log.push(`${level}: ${message}`)
  const cancel = new AbortController()
  const instant = sameInstant(deps, look, ["shop", "users"], journal, cancel.signal)
  if (!instant) throw new Error("MySQL has a lock")
  return { instant, log, cancel }
}
const tool: ExecRequest = {
  containerId: target.container.id,
  script: "exec mysqldump",
  args: [],
  stdin: false,
}
const isDump = ({ script }: ExecRequest) => script.includes("exec mysqldump")
const text = async ({ stdout }: ExecProcess) => {
  let all = ""
  for await (const chunk of stdout) all += chunk
  return all
}
const never = new AbortController().signal
const body = "-- Server version\n\n--\n-- Table structure for table `t`\n--\n"

test("the dump begins once the lock is held, and the lock goes once the dump has begun", async () => {
  const happened: string[] = []
  const session = client([...locked, unlocked, read, read], 0, (question) => {
    if (question.includes("with read lock")) happened.push("lock")
    if (question.startsWith("unlock")) happened.push("unlock")
  })
  const { instant, log } = beside((request) => {
    if (!isDump(request)) return session
    expect(request).toMatchObject({ stdin: true, script: "export DBBACKUP_WAIT=1\nexec mysqldump" })
    return waitingDump(body, happened)
  })
  const dump = await instant.exec(tool, never)
  expect(happened).toEqual(["lock", "to the dump: go", "unlock"])
  expect(await text(dump)).toBe(body)
  expect(instant.held()).toEqual({ at: new Date("2026-11-24T00:00:00Z"), milliseconds: 23.456 })
  expect(await instant.read("shop", "exact", never)).toMatchObject({ sameSnapshot: true })
  expect(await instant.read("users", "exact", never)).toMatchObject({ sameSnapshot: true })
  // All has been read: nothing is open any more.
  expect(await session.exit).toBe(0)
  expect(log).toEqual([
    "info: writers waited 23 ms, for the dump and the fingerprints to show the same instant",
  ])
})

test("without the right to look or to lock, the dump begins all the same, and it is said once", async () => {
  const { instant, log } = beside((request) => (isDump(request) ? waitingDump(body) : client([end, end], 1)))
  expect(await text(await instant.exec(tool, never))).toBe(body)
  expect(instant.held()).toBeNull()
  expect(await instant.read("shop", "exact", never)).toBeUndefined()
  expect(log).toEqual([
    expect.stringMatching(/^warn: the fingerprints will not be of the dump's own snapshot: /),
  ])
})

test("where the connection carries no input, the dump is started as it is", async () => {
  const { instant, log } = beside((request) => {
    if (request.stdin) throw new Fault("docker-error", "the connection to docker cannot carry a tool's input")
    expect(request).toBe(tool)
    return waitingDump(body)
  })
  await instant.exec(tool, never)
  expect(log.join()).toContain("cannot carry a tool's input")
})

test("a dump that cannot be started is none, and no lock is asked for", async () => {
  const session = client([])
  const { instant } = beside((request) => {
    if (isDump(request)) throw new Fault("server-down", "the container is not running")
    return session
  })
  expect(await instant.exec(tool, never).catch((error: Fault) => error.code)).toBe("server-down")
  expect(session.asked).toEqual([])
  expect(await session.exit).toBe(0)
})

test("a dump that ends before it began lets the lock go at once", async () => {
  const session = client([...locked, unlocked])
  const { instant } = beside((request) => (isDump(request) ? waitingDump("") : session))
  expect(await text(await instant.exec(tool, never))).toBe("")
  expect(session.asked.at(-1)).toStartWith("unlock tables")
})

test("a session that was lost under the lock has not the dump's snapshot", async () => {
  const { instant, log } = beside((request) => (isDump(request) ? waitingDump(body) : client(locked, 1)))
  expect(await text(await instant.exec(tool, never))).toBe(body)
  expect(await instant.read("shop", "exact", never)).toBeUndefined()
  expect(log).toHaveLength(1)
})

test("when one database cannot be read, all others are read apart, and it is said once", async () => {
  const { instant, log } = beside((request) =>
    isDump(request) ? waitingDump(body) : client([...locked, unlocked], 1),
  )
  await instant.exec(tool, never)
  expect(await instant.read("shop", "exact", never)).toBeUndefined()
  expect(await instant.read("users", "exact", never)).toBeUndefined()
  expect(log.filter((line) => line.startsWith("warn"))).toHaveLength(1)
})

test("a reading that is given up leaves the session to nobody", async () => {
  const session = client([...locked, unlocked])
  const { instant } = beside((request) => (isDump(request) ? waitingDump(body) : session))
  await instant.exec(tool, never)
  const given = AbortSignal.abort(new Fault("timeout", "it took too long"))
  expect(await instant.read("shop", "exact", given).catch((error: Fault) => error.code)).toBe("timeout")
  expect(await instant.read("users", "exact", never)).toBeUndefined()
})

test("a run that is cancelled meanwhile leaves neither the dump nor the session", async () => {
  const session = client([end, end, end])
  const dump = waitingDump(body)
  const { instant, cancel } = beside((request) => {
    if (!isDump(request)) return session
    cancel.abort(new Fault("cancelled", "by a person"))
    void session.kill()
    return dump
  })
  expect(await instant.exec(tool, never).catch((error: Fault) => error.code)).toBe("cancelled")
  expect(dump.killed).toBe(true)
})

test("an engine without such a lock has none", () => {
  const look = { rules: rulesFor("postgres"), access: {}, probe: {} as never, place: { containerId: "c" } }
  const deps = { docker: fakeServer(), clock: () => new Date(), log: () => {} }
  expect(sameInstant(deps, look, ["shop"], () => {}, never)).toBeUndefined()
})
