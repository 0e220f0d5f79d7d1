// Checks that were asked for: one at a time, persons first, each followed to its end; and those that labels ask for.
import { afterEach, beforeEach, expect, test } from "bun:test"
import { readFileSync, writeFileSync } from "node:fs"
import { createEventHub } from "../../controller/api/event-hub.ts"
import { Fault, problemOf } from "../../controller/core/fault.ts"
import { desiredJob, labelRules } from "../../controller/core/schedule-plan.ts"
import type { TaskMemory } from "../../controller/ports.ts"
import { createDueVerifications } from "../../controller/reconcile/due-verifications.ts"
import { createVerifications, type VerifyRequest } from "../../controller/reconcile/verifications.ts"
import { keptTasks } from "../../controller/state/kept-tasks.ts"
import type { Event } from "../../schemas/api.ts"
import type { BackupId } from "../../schemas/backup.ts"
import { JobLabels } from "../../schemas/labels.ts"
import type { Verification } from "../../schemas/verification.ts"
import { VerifyTask } from "../../schemas/verify-task.ts"
import { theDatabase } from "../api/samples.ts"
import { addGood, type Fixture, job, minute, server, temporaryCatalogue } from "../state/samples.ts"

let store: Fixture
let began: string[]
let events: Event[]
let finish: (() => void)[]
let stop: AbortController
let answer: { readonly results: readonly Verification[]; readonly error: ReturnType<typeof problemOf> | null }
beforeEach(() => {
  store = temporaryCatalogue()
  began = []
  events = []
  finish = []
  stop = new AbortController()
  answer = { results: [], error: null }
  for (const [i, id] of ["b1", "b2", "b3"].entries()) addGood(store.catalogue, id, i * 10)
})
afterEach(() => store.remove())

let ids = 0
const lane = (memory?: TaskMemory) =>
  createVerifications({
    ...(memory && { memory }),
    ...{ catalogue: store.catalogue, clock: () => minute(99), log: () => {}, signal: stop.signal },
    events: { publish: (event) => void events.push(event) },
    newId: () => `v${++ids}`,
    levels: ["checksum", "read"],
    run: async ({ id }, { level }, onProgress, signal) => {
      began.push(`${id} ${level}`)
      onProgress(5, 10)
      await new Promise<void>((resolve) => {
        finish.push(resolve)
        signal.addEventListener("abort", () => resolve(), { once: true })
      })
      return signal.aborted ? { results: [], error: problemOf(signal.reason) } : answer
    },
  })
const request = (id: string, changes: Partial<VerifyRequest> = {}): VerifyRequest => ({
  ...{ backupId: id as BackupId, level: "checksum", destination: null, askedBy: "person" },
  ...changes,
})
const settled = () => new Promise((resolve) => setImmediate(resolve))

test("one is at work at a time, and what a person asks for goes before what labels do", async () => {
  const { ask, task, isBusy } = lane()
  const first = ask(request("b1", { askedBy: "label" }))
  ask(request("b2", { askedBy: "label" }))
  ask(request("b3", { level: "read" }))
  expect(began).toEqual(["b1 checksum"])
  expect(task(first.id)).toMatchObject({ status: "running", readBytes: 5, totalBytes: 10 })
  for (const _ of [1, 2, 3]) {
    finish.shift()?.()
    await settled()
  }
  expect(began).toEqual(["b1 checksum", "b3 read", "b2 checksum"])
  expect(task(first.id)).toMatchObject({ status: "completed", results: [] })
  expect(isBusy()).toBe(false)
})

test("each change is told, and every record is what the API promises", async () => {
  const { ask, tasks } = lane()
  ask(request("b1"))
  finish[0]?.()
  await settled()
  expect(events.map(({ data }) => "status" in data && data.status)).toEqual([
    "queued",
    "running",
    "running",
    "completed",
  ])
  expect(VerifyTask.array().safeParse(tasks()).error).toBeUndefined()
})

test("the same is not asked for twice while it waits, nor what there is not", () => {
  const { ask } = lane()
  ask(request("b1"))
  expect(() => ask(request("b1"))).toThrow(expect.objectContaining({ code: "already-running" }))
  expect(() => ask(request("b9"))).toThrow(expect.objectContaining({ code: "not-found" }))
  expect(() => ask(request("b1", { level: "drill" }))).toThrow(
    expect.objectContaining({ code: "restore-unsupported" }),
  )
  expect(() => ask(request("b1", { destination: "moon" }))).toThrow(
    expect.objectContaining({ code: "not-found" }),
  )
})

test("one that waits and one that runs can be cancelled", async () => {
  const { ask, task, cancel } = lane()
  const [running, waiting] = [ask(request("b1")), ask(request("b2"))]
  expect([cancel(waiting.id), cancel(running.id)]).toEqual([true, true])
  await settled()
  await settled()
  expect([task(running.id)?.status, task(waiting.id)?.status]).toEqual(["cancelled", "cancelled"])
  expect(cancel(running.id)).toBe(false)
  expect(began).toEqual(["b1 checksum"])
})

test("a stop interrupts the one at work, begins no other, and waits for its end", async () => {
  const { ask, task, ended } = lane()
  const running = ask(request("b1"))
  ask(request("b2"))
  stop.abort(new Fault("interrupted", "the controller was stopped"))
  await ended()
  expect(task(running.id)).toMatchObject({ status: "interrupted" })
  expect(began).toEqual(["b1 checksum"])
})

test("not being able to look is a failure of the request, with the reason", async () => {
  const { ask, task } = lane()
  answer = { results: [], error: problemOf(new Fault("destination-unavailable", "nas is away")) }
  const { id } = ask(request("b1"))
  finish[0]?.()
  await settled()
  expect(task(id)).toMatchObject({ status: "failed", error: { code: "destination-unavailable" } })
})

test("what a restart broke off is told afterwards as interrupted, and what came to nothing with its reason", async () => {
  const memory = keptTasks(store.path)
  const before = lane(memory)
  const [failed, running, waiting] = [
    before.ask(request("b1")),
    before.ask(request("b2")),
    before.ask(request("b3")),
  ]
  answer = { results: [], error: problemOf(new Fault("disk-full", "no room for it")) }
  finish.shift()?.()
  await settled()
  expect([failed, running, waiting].map(({ id }) => before.task(id)?.status)).toEqual([
    "failed",
    "running",
    "queued",
  ])
  // Killed: nobody ends anything any more.
  const after = lane(keptTasks(store.path))
  expect(after.tasks().map(({ id, status }) => [id, status])).toEqual([
    [waiting.id, "interrupted"],
    [running.id, "interrupted"],
    [failed.id, "failed"],
  ])
  expect(after.task(running.id)).toMatchObject({
    error: { hint: "Have it done again if it is wanted still." },
  })
  expect(after.task(failed.id)).toMatchObject({ error: { code: "disk-full" } })
  expect(VerifyTask.array().safeParse(after.tasks()).error).toBeUndefined()
  expect(after.isBusy()).toBe(false)
  after.ask(request("b2"))
  expect(began.at(-1)).toBe("b2 checksum")
})

test("what was carried out is in the catalogue, and is remembered nowhere else", async () => {
  const { ask } = lane(keptTasks(store.path))
  ask(request("b1", { identity: "AGE-SECRET-KEY-1X" }))
  expect(readFileSync(`${store.path}.verifications.json`, "utf8")).not.toContain("SECRET")
  finish[0]?.()
  await settled()
  expect(keptTasks(store.path).read()).toEqual([])
})

test("a file of them that was cut short is as none, and one that cannot be written stops nothing", async () => {
  writeFileSync(`${store.path}.verifications.json`, '[{"id":')
  const { ask, task } = lane({
    ...keptTasks(store.path),
    write: () => {
      throw new Error("read-only")
    },
  })
  const { id } = ask(request("b1"))
  finish[0]?.()
  await settled()
  expect(task(id)?.status).toBe("completed")
})

test("labels have the newest backup of each database read once after its run, and again later when that could not be", () => {
  let now = minute(100)
  const asked: VerifyRequest[] = []
  const wanted = desiredJob(job, server, "default", JobLabels.parse({ verify: "read" }), "UTC", ["local"])
  const due = createDueVerifications({
    ...{
      catalogue: store.catalogue,
      rules: labelRules,
      log: () => {},
      signal: stop.signal,
    },
    clock: () => now,
    events: createEventHub(),
    world: { wantedJobs: () => new Map([[job, wanted]]), databases: () => [theDatabase] },
    verifications: {
      isBusy: () => false,
      ask(request) {
        asked.push(request)
        return {} as VerifyTask
      },
    },
  })
  due.check()
  due.check()
  expect(asked).toEqual([{ backupId: "b3" as BackupId, level: "read", destination: null, askedBy: "label" }])
  now = minute(120)
  due.check()
  expect(asked).toHaveLength(2)
  const times = { startedAt: now.toISOString(), finishedAt: now.toISOString(), readBytes: 1 }
  const passed: Verification = {
    level: "read",
    destination: "local",
    outcome: "passed",
    report: [],
    ...times,
  }
  store.catalogue.addVerification("b3" as BackupId, passed)
  now = minute(9000)
  due.check()
  expect(asked).toHaveLength(2)
})
