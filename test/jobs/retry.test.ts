// When a run says it is tried again: on a real catalogue, with a Docker engine that refuses in one way or another.
import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test"
import { Fault } from "../../controller/core/fault.ts"
import { type BackupDeps, type BackupRun, runBackup } from "../../controller/jobs/backup.ts"
import { recover } from "../../controller/jobs/recover.ts"
import type { Docker } from "../../controller/ports.ts"
import type { FaultCode } from "../../schemas/errors.ts"
import type { RunId } from "../../schemas/run.ts"
import { aContainer, aJob } from "../core/samples.ts"
import {
  aBackup,
  addGood,
  aRun,
  aServer,
  type Fixture,
  minute,
  planned,
  temporaryCatalogue,
} from "../state/samples.ts"

setDefaultTimeout(120_000)

let store: Fixture
let code: FaultCode
beforeEach(() => {
  store = temporaryCatalogue()
  store.catalogue.saveServer(aServer())
  store.catalogue.saveDatabases(aServer().id, ["shop", "users"], minute(0))
  code = "docker-unreachable"
})
afterEach(() => store.remove())

const docker: Docker = {
  endpoint: "unix:///nowhere",
  version: () => Promise.reject(new Fault("docker-unreachable", "nobody answers")),
  observe: () => Promise.reject(new Fault("docker-unreachable", "nobody answers")),
  async *nudges() {},
  exec: () => Promise.reject(new Fault(code, "it was refused")),
}

async function run(changes: Partial<BackupRun> = {}, labels = {}, signal = new AbortController().signal) {
  const { catalogue } = store
  const { attempt = 1, trigger = "schedule" } = changes
  let ids = 0
  const deps: BackupDeps = {
    docker,
    catalogue,
    destinations: new Map(),
    clock: () => minute(5),
    newId: () => `id${++ids}`,
    log: () => {},
    program: "dbbackup test",
    tieUp: async () => {},
    hooksAllowed: () => true,
    random: () => 0.5,
    keys: () => new Map(),
    beside: {
      placeFor: async (_job, _target, look) => look.place,
      placeForLoad: async (_method, _target, look) => look.place,
    },
  }
  if (attempt > 1) catalogue.addRun(aRun("first"))
  const retryOf = attempt > 1 ? ("first" as RunId) : null
  catalogue.addRun(aRun("r1", { attempt, retryOf, trigger }))
  if (changes.only) catalogue.addBackup(changes.only.backup)
  const target = () => ({
    ...aServer(),
    container: aContainer(),
    engine: "postgres" as const,
    access: {},
    jobs: [],
  })
  const job = aJob({ "on-unavailable": "wait=1s", ...labels })
  await runBackup(
    deps,
    { runId: "r1" as RunId, trigger, job, target, only: null, attempt, again: null, ...changes },
    signal,
  )
  const log = catalogue.logs("r1", "info").map(({ message }) => message)
  return {
    run: catalogue.run("r1"),
    log,
    backups: catalogue.backups({ runId: "r1" }, { page: 1, limit: 9 }).rows,
  }
}

describe("a run that failed", () => {
  test("is tried again a minute later, and its log says which try that is", async () => {
    const { run: ended, log } = await run()
    expect(ended).toMatchObject({ status: "failed", retryAt: minute(6).toISOString() })
    expect(log).toContain(`what failed is tried again at ${minute(6).toISOString()}, try 2 of 4`)
  })

  test("is tried again later each time, and no more after the last try, which its log says too", async () => {
    expect((await run({ attempt: 3, trigger: "retry" })).run).toMatchObject({
      retryAt: minute(9).toISOString(),
    })
    store.remove()
    store = temporaryCatalogue()
    const { run: ended, log } = await run({ attempt: 4, trigger: "retry" })
    expect(ended).toMatchObject({ status: "failed", retryAt: null })
    expect(log).toContain("not tried again by itself after try 4 of 4")
  })

  test("for what a person must change, or by a label that allows none, is not tried again", async () => {
    code = "access-denied"
    expect((await run()).run).toMatchObject({ status: "failed", retryAt: null })
    store.remove()
    store = temporaryCatalogue()
    code = "docker-unreachable"
    expect((await run({}, { retries: "0" })).run).toMatchObject({ status: "failed", retryAt: null })
  })

  test("by hand is not tried again by itself", async () => {
    const backup = aBackup("b1", "r1", { trigger: "manual", type: "manual" })
    const { run: ended } = await run({ trigger: "manual", only: { subject: backup.subject, backup } })
    expect(ended).toMatchObject({ status: "failed", retryAt: null })
  })

  test("as another try leaves a failed attempt with what it was of, and with nothing else", async () => {
    const { backups } = await run({
      attempt: 2,
      trigger: "retry",
      again: [{ kind: "database", name: "users" }],
    })
    expect(backups.map(({ database, status, trigger }) => [database, status, trigger])).toEqual([
      ["users", "failed", "retry"],
    ])
  })
})

test("a run that failed while the job's next one waits already is not tried again: that one stands for it", async () => {
  store.catalogue.addRun(aRun("next", { queuedAt: minute(3) }))
  expect((await run()).run).toMatchObject({ status: "failed", retryAt: null })
})

describe("a run that was ended", () => {
  const ended = (fault: Fault) => {
    const abort = new AbortController()
    abort.abort(fault)
    return run({}, {}, abort.signal)
  }

  test("by a person before its turn never began, attempted nothing, and is not tried again", async () => {
    const { run: cancelled, backups } = await ended(new Fault("cancelled", "cancelled on request"))
    expect(cancelled).toMatchObject({ status: "cancelled", startedAt: null, retryAt: null })
    expect(backups).toEqual([])
  })

  test("by a shutdown is tried again after the next start", async () => {
    const { run: interrupted } = await ended(new Fault("interrupted", "the controller was stopped"))
    expect(interrupted).toMatchObject({ status: "interrupted", retryAt: minute(6).toISOString() })
  })
})

describe("a run that a crash cut short", () => {
  const crashed = async (changes: Parameters<typeof aRun>[1] = {}) => {
    const { catalogue } = store
    catalogue.addRun(aRun("r1", changes))
    catalogue.startRun("r1" as RunId, minute(1))
    catalogue.addBackup(aBackup("b1", "r1"))
    catalogue.startBackup("b1" as never, minute(1), planned("b1"))
    const deps = { catalogue, destinations: new Map(), clock: () => minute(5), log: () => {} }
    await recover(deps, new AbortController().signal)
    return catalogue.run("r1")
  }

  test("is tried again soon after the start, later with each try", async () => {
    expect(await crashed()).toMatchObject({ status: "interrupted", retryAt: minute(6).toISOString() })
    store.remove()
    store = temporaryCatalogue()
    addGood(store.catalogue, "b0")
    const again = { attempt: 3, trigger: "retry", retryOf: "run-b0" as RunId } as const
    expect(await crashed(again)).toMatchObject({ retryAt: minute(9).toISOString() })
  })

  test("while the job's next one waited is stood for by that", async () => {
    store.catalogue.addRun(aRun("next", { queuedAt: minute(3) }))
    expect(await crashed()).toMatchObject({ status: "interrupted", retryAt: null })
    expect(store.catalogue.run("next")).toMatchObject({
      status: "interrupted",
      retryAt: minute(6).toISOString(),
    })
  })

  test("by hand is not tried again", async () => {
    expect(await crashed({ trigger: "manual" })).toMatchObject({ status: "interrupted", retryAt: null })
  })
})
