// What failed is tried again: on a real catalogue, world and queue, with work that ends as the test says. Time is moved by hand.
import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test"
import fc from "fast-check"
import { Fault } from "../../controller/core/fault.ts"
import { databaseIdOf, serverIdOf } from "../../controller/core/key.ts"
import { withPauses } from "../../controller/core/pause.ts"
import { isStoodFor, retryAt } from "../../controller/core/retry-plan.ts"
import type { DesiredJob } from "../../controller/core/schedule-plan.ts"
import { deriveServers } from "../../controller/core/server.ts"
import { recover } from "../../controller/jobs/recover.ts"
import type { ContainerFacts, NewBackup } from "../../controller/ports.ts"
import { createDispatch, type Dispatch } from "../../controller/reconcile/dispatch.ts"
import { createPauses, type Pauses } from "../../controller/reconcile/pauses.ts"
import { createQueue, type Queue } from "../../controller/reconcile/queue.ts"
import type { BackupOrder } from "../../controller/reconcile/work.ts"
import { createWorld, type World } from "../../controller/reconcile/world.ts"
import type { BackupId } from "../../schemas/backup.ts"
import type { FaultCode } from "../../schemas/errors.ts"
import type { Run } from "../../schemas/run.ts"
import type { JobId } from "../../schemas/server.ts"
import { guess, labelled, operator } from "../core/samples.ts"
import {
  aManifest,
  aProblem,
  type Fixture,
  planned,
  storedCopy,
  temporaryCatalogue,
} from "../state/samples.ts"
import { until } from "../support/until.ts"

setDefaultTimeout(120_000)

const serverId = serverIdOf("shop/db")
const databases = ["shop", "users"]
const shop = databaseIdOf(serverId, { kind: "database", name: "shop" })
const users = databaseIdOf(serverId, { kind: "database", name: "users" })

let store: Fixture
let world: World
let queue: Queue
let pauses: Pauses
let dispatch: Dispatch
let now: Date
let ids = 0
/** The runs that have begun, and what ends each: with these databases failing, for this reason. */
let begun: (BackupOrder & { readonly end: (failing?: readonly string[], code?: FaultCode) => void })[]

beforeEach(() => {
  store = temporaryCatalogue()
  now = new Date("2026-03-10T02:00:00Z")
  begin()
})
afterEach(async () => {
  await queue.drain(new Fault("cancelled", "the test is over"))
  store.remove()
})

/** A controller's part of it, as after a start. */
function begin(): void {
  begun = []
  const { catalogue } = store
  const clock = () => now
  world = createWorld({
    catalogue,
    events: { publish: () => {}, subscribe: () => () => {} },
    clock,
    prefix: "dbbackup",
  })
  queue = createQueue(3, (error) => {
    throw error
  })
  pauses = createPauses(
    catalogue,
    clock,
    () => false,
    () => {},
  )
  const refuse = () => Promise.reject(new Error("not in this test"))
  const work = {
    backUp,
    planRestore: refuse,
    restore: refuse,
    checkUndo: refuse,
    undo: refuse,
    deleteBackup: refuse,
  }
  const newId = () => `id-${String(++ids).padStart(3, "0")}`
  dispatch = createDispatch({
    keepReplacedSeconds: () => 3600,
    catalogue,
    world,
    queue,
    pauses,
    work,
    clock,
    newId,
    log: () => {},
  })
}

/** Each database of the order gets a backup, good or failed as the test says, as a real run makes them. */
function backUp(order: BackupOrder, signal: AbortSignal): Promise<void> {
  const { catalogue } = store
  const { runId, job, trigger, only } = order
  return new Promise((resolve) => {
    const finish = (error: ReturnType<typeof aProblem> | null) => {
      const record = catalogue.run(runId)
      const stoodFor = record !== undefined && isStoodFor(record, catalogue.lastRunOf(job.id))
      const tried = { attempt: order.attempt, retries: job.spec.retries, byHand: only !== null, stoodFor }
      const at = error && retryAt({ ...tried, problems: [error] }, now, 0.5)
      if (!error) catalogue.finishRun(runId, now, { status: "completed" })
      else if (error.code === "cancelled") catalogue.finishRun(runId, now, { status: "cancelled", error })
      else catalogue.finishRun(runId, now, { status: "failed", error, retryAt: at })
      resolve()
    }
    const names = only
      ? [only.subject]
      : (order.again ?? databases.map((name) => ({ kind: "database", name }) as const))
    const end = (failing: readonly string[] = [], code: FaultCode = "dump-failed") => {
      const error = aProblem({ code })
      for (const subject of names) {
        const id = (only?.backup.id ?? `b-${++ids}`) as BackupId
        const backup: NewBackup = {
          id,
          runId,
          jobId: job.id,
          serverId,
          serverName: "shop/db",
          databaseId: databaseIdOf(serverId, subject),
          subject,
          engine: "postgres",
          type: only ? "manual" : "daily",
          trigger,
          queuedAt: now,
        }
        if (!only) catalogue.addBackup(backup)
        catalogue.startBackup(id, now, planned(id))
        const failed = subject.kind === "database" && failing.includes(subject.name)
        catalogue.finishBackup(
          id,
          now,
          failed
            ? { status: "failed", error }
            : { status: "completed", manifest: aManifest(id, runId), copies: [storedCopy(id)] },
        )
      }
      finish(failing.length > 0 ? error : null)
    }
    if (signal.aborted) return finish(aProblem({ code: "cancelled", message: signal.reason.message }))
    catalogue.startRun(runId, now)
    begun.push({ ...order, end })
    signal.addEventListener("abort", () => finish(aProblem({ code: "cancelled" })))
  })
}

function see(...containers: readonly ContainerFacts[]): void {
  const derived = deriveServers(containers, operator(), world.remembered(), guess)
  world.see(derived.map((server) => withPauses(server, pauses.by)))
  for (const { id } of derived)
    world.learn(id, { engine: "postgres", serverVersion: "17.6", databases, problem: null, warnings: [] })
}
function job(name = "default"): DesiredJob {
  const found = world.wantedJobs().get(`shop~db:${name}` as JobId)
  if (!found) throw new Error(`no job ${name}`)
  return found
}
function wait(minutes: number): void {
  now = new Date(now.getTime() + minutes * 60_000)
  dispatch.retryDue()
}
const settle = () => new Promise((resolve) => setImmediate(resolve))
const runs = () => store.catalogue.runs({}, { page: 1, limit: 50 }).rows
const logOf = ({ id }: Run) => store.catalogue.logs(id, "debug").map(({ message }) => message)
const retryOf = (run: Run | undefined) => run && "retryAt" in run && run.retryAt
function firstRun(): Run {
  const run = runs().at(-1)
  if (!run) throw new Error("there is no run")
  return run
}
async function failed(names: readonly string[] = ["users"], labels: Readonly<Record<string, string>> = {}) {
  see(labelled({ enable: "true", globals: "false", ...labels }))
  dispatch.tick(job())
  begun[0]?.end(names)
  await settle()
}

describe("a run that failed", () => {
  test("is tried again once its time has come, as a run of its own, of what failed alone", async () => {
    await failed()
    wait(0.9)
    expect(begun).toHaveLength(1)
    wait(0.2)
    expect(begun[1]).toMatchObject({
      trigger: "retry",
      attempt: 2,
      again: [{ kind: "database", name: "users" }],
    })
    expect(runs()).toMatchObject([
      { status: "running", attempt: 2, retryOf: firstRun().id, trigger: "retry" },
      { status: "failed", attempt: 1, retryAt: null },
    ])
    wait(10)
    expect(begun).toHaveLength(2)
  })

  test("is tried again though it worked the time before", async () => {
    await failed([])
    now = new Date(now.getTime() + 24 * 3_600_000)
    dispatch.tick(job())
    begun[1]?.end(["users"])
    await settle()
    wait(1)
    expect(begun[2]).toMatchObject({ attempt: 2, again: [{ kind: "database", name: "users" }] })
  })

  test("is tried again whole when nothing of it worked", async () => {
    await failed(databases)
    wait(1)
    expect(begun[1]).toMatchObject({ attempt: 2, again: null })
  })

  test("is tried again as often as its label says, each try naming the first of the chain", async () => {
    await failed(["users"], { retries: "2" })
    for (const attempt of [2, 3]) {
      wait(2)
      expect(begun.at(-1)).toMatchObject({ attempt, again: [{ kind: "database", name: "users" }] })
      begun.at(-1)?.end(["users"])
      await settle()
    }
    wait(60)
    expect(begun).toHaveLength(3)
    expect(runs().map(({ retryOf }) => retryOf)).toEqual([firstRun().id, firstRun().id, null])
    expect(retryOf(runs()[0])).toBeNull()
  })

  test("is not tried again when its label allows fewer tries by then", async () => {
    await failed()
    see(labelled({ enable: "true", globals: "false", retries: "0" }))
    wait(1)
    expect(begun).toHaveLength(1)
    expect(logOf(firstRun())).toEqual(["not tried again: it was try 1 of the 1 that retries allows"])
  })

  test("is still tried again after the controller was started anew, once containers are seen", async () => {
    await failed()
    await queue.drain(new Fault("interrupted", "the controller was stopped"))
    begin()
    see(labelled({ enable: "true", globals: "false" }))
    wait(60)
    expect(begun).toMatchObject([{ attempt: 2, again: [{ name: "users" }] }])
  })

  test("is not tried again beside a catch-up that is owed after a start: that one run stands for both", async () => {
    await failed()
    await queue.drain(new Fault("interrupted", "the controller was stopped"))
    begin()
    see(labelled({ enable: "true", globals: "false" }))
    wait(25 * 60)
    dispatch.settleDebts([job()])
    expect(begun).toMatchObject([{ trigger: "catch-up", attempt: 1, again: null }])
    expect(logOf(firstRun())).toEqual([
      "not tried again: a run of the whole job came first and stands for it",
    ])
    expect(runs()).toHaveLength(2)
  })

  test("is tried again by the labels it has by then", async () => {
    await failed()
    see(labelled({ enable: "true", globals: "false", compress: "none" }, { id: "recreated" }))
    wait(1)
    expect(begun[1]?.job.spec.compress.algorithm).toBe("none")
    expect(begun[1]?.target().container.id).toBe("recreated")
  })
})

describe("another try is given up, and the run's log says so,", () => {
  const givenUp = () => {
    expect(store.catalogue.retries()).toEqual([])
    return logOf(firstRun())
  }

  test("when a tick comes first: its run stands for it", async () => {
    await failed()
    dispatch.tick(job())
    expect(givenUp()).toEqual(["not tried again: a run of the whole job came first and stands for it"])
    expect(begun[1]).toMatchObject({ trigger: "schedule", attempt: 1, again: null })
    wait(5)
    expect(runs()).toHaveLength(2)
  })

  test("when a tick comes while it waits for its turn", async () => {
    await failed(["users"], { "weekly.schedule": "weekly" })
    dispatch.tick(job("weekly"))
    wait(1)
    expect(runs().map(({ trigger, status }) => `${trigger} ${status}`)).toContain("retry queued")
    dispatch.tick(job())
    await settle()
    expect(runs().find(({ trigger }) => trigger === "retry")).toMatchObject({
      status: "cancelled",
      error: { message: "a run of the whole job came first and stands for it" },
      retryAt: null,
    })
    begun[1]?.end()
    await until("the tick's run begins", () => begun.length === 3, 10)
    expect(begun[2]).toMatchObject({ trigger: "schedule", again: null })
  })

  test("when all that failed was backed up by hand", async () => {
    await failed()
    now = new Date(now.getTime() + 10_000)
    dispatch.backUp(users)
    begun[1]?.end()
    await until("it is given up", () => store.catalogue.retries().length === 0, 10)
    expect(givenUp()).toEqual(["not tried again: everything that failed was backed up meanwhile"])
    wait(5)
    expect(begun).toHaveLength(2)
  })

  test("not when something was backed up by hand of a run that a crash ended before it knew what there is", async () => {
    see(labelled({ enable: "true", globals: "false" }))
    dispatch.tick(job())
    const deps = { catalogue: store.catalogue, destinations: new Map(), clock: () => now, log: () => {} }
    await recover(deps, new AbortController().signal)
    begin()
    see(labelled({ enable: "true", globals: "false" }))
    dispatch.backUp(users)
    begun[0]?.end()
    await settle()
    wait(1)
    expect(begun[1]).toMatchObject({ attempt: 2, again: null })
  })

  test("for what was backed up by hand, and not for the rest", async () => {
    await failed(databases)
    now = new Date(now.getTime() + 10_000)
    dispatch.backUp(shop)
    begun[1]?.end()
    await settle()
    wait(1)
    expect(begun[2]).toMatchObject({ attempt: 2, again: [{ kind: "database", name: "users" }] })
  })

  test("not by a backup of another job: it has other destinations and keeps others", async () => {
    await failed(["users"], { "weekly.schedule": "weekly" })
    dispatch.tick(job("weekly"))
    begun[1]?.end()
    await settle()
    wait(1)
    expect(begun[2]).toMatchObject({ attempt: 2, job: { name: "default" } })
  })

  test("when its job is gone from the labels", async () => {
    await failed()
    see(labelled({ enable: "false" }))
    wait(1)
    expect(givenUp()).toEqual(["not tried again: there is no such job any more"])
    expect(begun).toHaveLength(1)
  })

  test("when its container stays away, but not while it is being recreated", async () => {
    await failed()
    now = new Date(now.getTime() + 50_000)
    see()
    wait(1)
    expect(store.catalogue.retries()).toHaveLength(1)
    wait(10)
    expect(givenUp()).toEqual(["not tried again: there is no such job any more"])
  })

  test("on request, once; then there is nothing to cancel", async () => {
    await failed()
    dispatch.cancelRun(firstRun().id)
    expect(givenUp()).toEqual(["not tried again: cancelled on request"])
    expect(() => dispatch.cancelRun(firstRun().id)).toThrow(
      "is queued or running, or waits to be tried again",
    )
    wait(5)
    expect(begun).toHaveLength(1)
  })

  test("when a crash between two records left one that a later run stands for", async () => {
    await failed()
    const [old] = store.catalogue.retries()
    now = new Date(now.getTime() + 1000)
    store.catalogue.addRun({
      id: "later" as Run["id"],
      serverId,
      serverName: "shop/db",
      jobId: job().id,
      trigger: "schedule",
      queuedAt: now,
      attempt: 1,
      retryOf: null,
    })
    const error = aProblem({ code: "interrupted" })
    store.catalogue.finishRun("later" as Run["id"], now, { status: "interrupted", error, retryAt: now })
    wait(2)
    expect(begun.slice(1)).toMatchObject([{ attempt: 2, again: null }])
    expect(old && logOf(old)).toEqual([
      "not tried again: a run of the whole job came first and stands for it",
    ])
    expect(runs()[0]?.retryOf).toBe("later" as Run["id"])
  })
})

describe("a pause", () => {
  test("holds another try back until it is over", async () => {
    await failed()
    pauses.overrideSchedule(job().id, false)
    wait(30)
    expect(begun).toHaveLength(1)
    expect(store.catalogue.retries()).toHaveLength(1)
    pauses.overrideSchedule(job().id, null)
    wait(0)
    expect(begun[1]).toMatchObject({ attempt: 2 })
  })

  test("lets no tick through, even one that was under way already", async () => {
    see(labelled({ enable: "true" }))
    const stale = job()
    pauses.pauseAll(true)
    dispatch.tick(stale)
    dispatch.settleDebts([stale])
    expect(runs()).toEqual([])
    dispatch.backUp(shop)
    expect(begun).toHaveLength(1)
  })

  test("that is over owes one catch-up for all it missed, each time, and none when nothing was missed", async () => {
    await failed([])
    for (const days of [3, 2]) {
      pauses.overrideSchedule(job().id, false)
      wait(days * 24 * 60)
      pauses.overrideSchedule(job().id, null)
      const before = begun.length
      dispatch.resume([job()])
      dispatch.resume([job()])
      expect(begun.slice(before)).toMatchObject([{ trigger: "catch-up" }])
      begun.at(-1)?.end()
      await settle()
      dispatch.resume([job()])
      expect(begun).toHaveLength(before + 1)
    }
  })
})

type Step =
  | { readonly do: "end"; readonly failing: readonly string[] }
  | { readonly do: "wait"; readonly minutes: number }
  | { readonly do: "tick" | "crash" | "by hand" | "pause" | "resume" }
const simple = (
  ...names: readonly Extract<Step, { do: "tick" | "crash" | "by hand" | "pause" | "resume" }>["do"][]
) => fc.constantFrom(...names).map((name): Step => ({ do: name }))
const steps = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.subarray(databases).map((failing): Step => ({ do: "end", failing })) },
    {
      weight: 3,
      arbitrary: fc.constantFrom(1, 5, 70, 1500).map((minutes): Step => ({ do: "wait", minutes })),
    },
    { weight: 2, arbitrary: simple("tick") },
    { weight: 2, arbitrary: simple("crash", "by hand", "pause", "resume") },
  ),
  { maxLength: 25 },
)

test("whatever fails, crashes, is paused and made by hand: one try waits at a time, chains have no gaps, and in the end all is backed up", async () => {
  const seeAll = () => see(labelled({ enable: "true", globals: "false", retries: "99" }))
  const perform = async (step: Step) => {
    if (step.do === "tick") dispatch.tick(job())
    else if (step.do === "end") begun.shift()?.end(step.failing)
    else if (step.do === "wait") wait(step.minutes)
    else if (step.do === "pause" || step.do === "resume") {
      pauses.pauseAll(step.do === "pause")
      seeAll()
    } else if (step.do === "crash") {
      const { catalogue } = store
      const deps = { catalogue, destinations: new Map(), clock: () => now, log: () => {} }
      await recover(deps, new AbortController().signal)
      begin()
      seeAll()
    } else {
      try {
        dispatch.backUp(users)
      } catch (error) {
        if (!(error instanceof Fault && error.code === "already-running")) throw error
      }
    }
    await settle()
  }
  await fc.assert(
    fc.asyncProperty(steps, async (plan) => {
      store.remove()
      store = temporaryCatalogue()
      now = new Date("2026-03-10T02:00:00Z")
      begin()
      seeAll()
      const whole = () => runs().filter(({ trigger }) => trigger !== "manual" && trigger !== "retry")
      const check = () => {
        const pending = store.catalogue.retries()
        expect(pending.length).toBeLessThanOrEqual(1)
        expect(runs().filter(({ status }) => status === "running").length).toBeLessThanOrEqual(1)
        // What waits belongs to the newest run of the whole job: an older one was stood for.
        for (const run of pending) expect(whole()[0]?.id).toBe(run.retryOf ?? run.id)
      }
      for (const step of plan) {
        // A second of its own for each: what is later is newer.
        now = new Date(now.getTime() + 1000)
        await perform(step)
        check()
      }
      await perform({ do: "resume" })
      for (let left = 20; left > 0; left--) {
        await perform({ do: "end", failing: [] })
        await perform({ do: "wait", minutes: 70 })
        check()
      }
      expect(store.catalogue.retries()).toEqual([])
      expect(store.catalogue.unfinished().runs).toEqual([])
      const chains = Map.groupBy(runs(), (run) => run.retryOf ?? run.id)
      for (const chain of chains.values())
        expect(chain.map(({ attempt }) => attempt).toSorted((a, b) => a - b)).toEqual(
          chain.map((_, index) => index + 1),
        )
      const last = whole()[0]
      if (last) {
        const from = new Date(last.queuedAt)
        for (const databaseId of [shop, users]) {
          const good = store.catalogue.backups(
            { databaseId, status: "completed", from },
            { page: 1, limit: 1 },
          )
          expect([databaseId, good.total > 0]).toEqual([databaseId, true])
        }
      }
    }),
    { numRuns: 60 },
  )
})
