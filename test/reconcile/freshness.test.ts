// Databases become late while nothing happens. Time is moved by hand; one test lets the timer do it.
import { afterEach, expect, setDefaultTimeout, test } from "bun:test"
import { createEventHub } from "../../controller/api/event-hub.ts"
import { createFreshness } from "../../controller/reconcile/freshness.ts"
import type { Deadline } from "../../controller/reconcile/world.ts"
import type { DatabaseId, ServerId } from "../../schemas/server.ts"
import { until } from "../support/until.ts"

setDefaultTimeout(120_000)

let stop = () => {}
afterEach(() => stop())

const deadline = (server: string, database: string, lateAt: Date): Deadline => ({
  serverId: server as ServerId,
  databaseId: `${server}:${database}` as DatabaseId,
  lateAt,
})

function watching(start: string, deadlines: Deadline[]) {
  let now = new Date(start)
  const told: string[] = []
  const freshness = createFreshness(
    () => deadlines,
    () => now,
    {
      publish: (event) => told.push("serverId" in event.data ? String(event.data.serverId) : event.name),
      subscribe: () => () => {},
    },
  )
  stop = freshness.stop
  return {
    deadlines,
    told,
    goTo(moment: string) {
      now = new Date(moment)
      freshness.check()
      return told.splice(0)
    },
  }
}

test("tells of a server once, when the first of its databases has become late, and not before", () => {
  const { goTo } = watching("2026-03-01T12:00:00Z", [
    deadline("shop", "a", new Date("2026-03-01T14:00:00Z")),
    deadline("shop", "b", new Date("2026-03-01T16:00:00Z")),
    deadline("wiki", "a", new Date("2026-03-01T14:00:00Z")),
    deadline("old", "a", new Date("2026-01-01T00:00:00Z")),
  ])
  expect(goTo("2026-03-01T14:00:00Z")).toEqual([])
  expect(goTo("2026-03-01T14:00:00.001Z")).toEqual(["shop", "wiki"])
  expect(goTo("2026-03-01T15:00:00Z")).toEqual([])
  expect(goTo("2026-03-01T16:00:01Z")).toEqual(["shop"])
})

test("tells of drills that are overdue beside backups that are late already", () => {
  const late = deadline("shop", "a", new Date("2026-03-01T14:00:00Z"))
  const { goTo } = watching("2026-03-01T15:00:00Z", [
    late,
    { ...late, lateAt: new Date("2026-03-01T16:00:00Z"), of: "drill" },
  ])
  expect(goTo("2026-03-01T16:00:00Z")).toEqual([])
  expect(goTo("2026-03-01T16:00:01Z")).toEqual(["shop"])
})

test("tells of one that is late no longer: backed up, or by a clock that was set back", () => {
  const at = new Date("2026-03-01T14:00:00Z")
  const { goTo, deadlines } = watching("2026-03-01T13:00:00Z", [deadline("shop", "a", at)])
  expect(goTo("2026-03-01T15:00:00Z")).toEqual(["shop"])
  expect(goTo("2026-03-01T13:30:00Z")).toEqual(["shop"])
  expect(goTo("2026-03-01T15:00:00Z")).toEqual(["shop"])
  deadlines[0] = deadline("shop", "a", new Date("2026-03-02T14:00:00Z"))
  expect(goTo("2026-03-01T15:00:01Z")).toEqual(["shop"])
})

test("its own timer wakes it at the deadline", async () => {
  const told: string[] = []
  const lateAt = new Date(Date.now() + 60)
  const freshness = createFreshness(
    () => [deadline("shop", "a", lateAt)],
    () => new Date(),
    { publish: () => told.push(new Date().toISOString()), subscribe: () => () => {} },
  )
  stop = freshness.stop
  await until("it is told", () => told.length > 0, 10)
  expect(new Date(told[0] ?? 0).getTime()).toBeGreaterThan(lateAt.getTime())
})

test("a deadline that was moved to the near future by new labels is met, without anybody asking", async () => {
  const hub = createEventHub()
  const told: string[] = []
  let lateAt = new Date(Date.now() + 3_600_000)
  const freshness = createFreshness(
    () => [deadline("shop", "a", lateAt)],
    () => new Date(),
    hub,
  )
  stop = freshness.stop
  hub.subscribe(null, (_, { name }) => told.push(name))
  lateAt = new Date(Date.now() + 1500)
  hub.publish({ name: "server.changed", data: { serverId: "shop" } })
  await until("it is told", () => told.length === 2, 10)
  expect(Date.now()).toBeGreaterThan(lateAt.getTime())
})
