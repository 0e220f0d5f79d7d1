// A pause reaches the schedule, what people are shown, and what is owed, by one way. On a real world, scheduler and catalogue.
import { afterEach, beforeEach, expect, test } from "bun:test"
import type { DesiredJob } from "../../controller/core/schedule-plan.ts"
import { deriveServers } from "../../controller/core/server.ts"
import type { ContainerFacts } from "../../controller/ports.ts"
import { createPauses, type Pauses } from "../../controller/reconcile/pauses.ts"
import { createReconciler, type Reconciler } from "../../controller/reconcile/reconciler.ts"
import { createScheduler, type Scheduler } from "../../controller/reconcile/scheduler.ts"
import { createWorld, type World } from "../../controller/reconcile/world.ts"
import type { Event } from "../../schemas/api.ts"
import type { JobId } from "../../schemas/server.ts"
import { guess, labelled, operator } from "../core/samples.ts"
import { addGood, type Fixture, temporaryCatalogue } from "../state/samples.ts"

const job = "shop~db:default" as JobId
const other = "wiki~db:default" as JobId

let store: Fixture
let world: World
let scheduler: Scheduler
let pauses: Pauses
let reconciler: Reconciler
let now: Date
let inSettings: boolean
let fired: string[]
let back: string[]
let retried: number
let levelled: number
let events: Event[]

beforeEach(() => {
  store = temporaryCatalogue()
  now = new Date("2026-03-10T01:00:00Z")
  inSettings = false
  begin()
})
afterEach(() => {
  scheduler.stop()
  store.remove()
})

function begin(): void {
  const { catalogue } = store
  const clock = () => now
  ;[fired, back, events, retried, levelled] = [[], [], [], 0, 0]
  const hub = { publish: (event: Event) => void events.push(event), subscribe: () => () => {} }
  world = createWorld({ catalogue, events: hub, clock, prefix: "dbbackup" })
  scheduler = createScheduler(clock, ({ id }) => fired.push(id))
  pauses = createPauses(
    catalogue,
    clock,
    () => inSettings,
    () => reconciler.again(),
  )
  reconciler = createReconciler({
    world,
    scheduler,
    pauses,
    events: hub,
    prober: { update: () => void levelled++ },
    dispatch: {
      resume: (jobs: readonly DesiredJob[]) => back.push(...jobs.map(({ id }) => id)),
      retryDue: () => void retried++,
    },
  })
}
function see(...containers: readonly ContainerFacts[]): void {
  reconciler.see(deriveServers(containers, operator(), world.remembered(), guess))
}
const shop = (labels: Readonly<Record<string, string>> = {}) => labelled({ enable: "true", ...labels })
const wiki = labelled(
  { enable: "true" },
  { id: "w", name: "wiki-db-1", labels: { "com.docker.compose.project": "wiki" } },
)
const view = (id = job) => world.jobs().find((view) => view.id === id)
function tomorrow(): void {
  now = new Date(now.getTime() + 24 * 3_600_000)
  scheduler.check()
}

test("a person disables a job, enables it against its label, and takes that back; each fires or does not at once", () => {
  see(shop(), wiki)
  pauses.overrideSchedule(job, false)
  expect(view()).toMatchObject({ enabled: false, pausedBy: "person", nextRunAt: null })
  expect(world.nextRuns(job, 3)).toEqual([])
  tomorrow()
  expect(fired).toEqual([other])
  see(shop({ paused: "true" }), wiki)
  pauses.overrideSchedule(job, null)
  expect(view()).toMatchObject({ enabled: false, pausedBy: "label", nextRunAt: null })
  pauses.overrideSchedule(job, true)
  expect(view()).toMatchObject({ enabled: true, pausedBy: null, nextRunAt: "2026-03-11T02:00:00.000Z" })
  tomorrow()
  expect(fired.toSorted()).toEqual([job, other, other].toSorted())
})

test("a pause of all stops every job, and leaves what was said of each as it was", () => {
  see(shop({ paused: "true" }), wiki)
  pauses.overrideSchedule(job, true)
  pauses.pauseAll(true)
  expect([view()?.pausedBy, view(other)?.pausedBy]).toEqual(["person", "person"])
  tomorrow()
  expect(fired).toEqual([])
  pauses.pauseAll(false)
  expect([view()?.enabled, view(other)?.enabled]).toEqual([true, true])
})

test("the settings pause all as well, and are asked each time", () => {
  inSettings = true
  see(shop())
  expect(view()).toMatchObject({ enabled: false, pausedBy: "settings" })
  pauses.pauseAll(true)
  expect(view()?.pausedBy).toBe("person")
  pauses.pauseAll(false)
  inSettings = false
  reconciler.again()
  expect(view()?.enabled).toBe(true)
})

test("what was said is remembered over a restart, and over the recreation of the container", () => {
  see(shop(), wiki)
  pauses.overrideSchedule(job, false)
  pauses.pauseAll(true)
  scheduler.stop()
  begin()
  see(shop(), wiki)
  expect([view()?.pausedBy, view(other)?.pausedBy]).toEqual(["person", "person"])
  pauses.pauseAll(false)
  see(labelled({ enable: "true" }, { id: "recreated" }), wiki)
  expect([view()?.pausedBy, view(other)?.pausedBy]).toEqual(["person", null])
})

test("jobs that are paused no longer are told to those who know what they owe, and no others", () => {
  see(shop(), wiki)
  pauses.overrideSchedule(job, false)
  expect(back).toEqual([])
  pauses.overrideSchedule(job, true)
  expect(back).toEqual([job])
  see(shop({ paused: "true" }), wiki)
  pauses.overrideSchedule(job, null)
  see(shop(), wiki)
  expect(back).toEqual([job, job])
})

test("a paused database that has a backup is called paused", () => {
  see(shop({ globals: "false" }))
  addGood(store.catalogue, "b1")
  world.learn("shop~db" as never, {
    engine: "postgres",
    serverVersion: "17",
    databases: ["shop"],
    problem: null,
    warnings: [],
  })
  const state = () => world.databases().find(({ name }) => name === "shop")?.state
  expect(state()).toBe("late")
  pauses.overrideSchedule(job, false)
  expect(state()).toBe("paused")
})

test("those who watch are told of the servers concerned", () => {
  see(shop(), wiki)
  events.length = 0
  pauses.overrideSchedule(job, false)
  expect(events).toEqual([{ name: "server.changed", data: { serverId: "shop~db" } }])
  pauses.pauseAll(true)
  expect(events.slice(1)).toEqual([{ name: "server.changed", data: { serverId: "wiki~db" } }])
})

test("before any container was seen, nothing is called gone and nothing is tried again", () => {
  reconciler.retryDue()
  pauses.pauseAll(true)
  expect([retried, world.servers()]).toEqual([0, []])
  see(shop())
  reconciler.retryDue()
  expect(retried).toBe(2)
  expect(view()?.pausedBy).toBe("person")
})

test("changed settings are taken in at one levelling: what is derived anew, and what they pause", () => {
  reconciler.again()
  expect(levelled).toBe(0)
  see(shop())
  expect([levelled, view()?.timeZone, view()?.pausedBy]).toEqual([1, "UTC", null])
  inSettings = true
  events.length = 0
  const berlin = operator({ timeZone: "Europe/Berlin" })
  reconciler.again(deriveServers([shop()], berlin, world.remembered(), guess))
  expect([levelled, view()?.timeZone, view()?.pausedBy]).toEqual([2, "Europe/Berlin", "settings"])
  expect(events).toContainEqual({ name: "server.changed", data: { serverId: "shop~db" as never } })
  reconciler.again()
  expect([levelled, view()?.timeZone]).toEqual([3, "Europe/Berlin"])
})
