// The picture of servers and databases, on a real catalogue.
import { afterEach, beforeEach, describe, expect, test } from "bun:test"
import type { Insight } from "../../controller/core/database-view.ts"
import { Fault } from "../../controller/core/fault.ts"
import { serverIdOf } from "../../controller/core/key.ts"
import { deriveServers } from "../../controller/core/server.ts"
import type { ContainerFacts } from "../../controller/ports.ts"
import { createWorld, type World } from "../../controller/reconcile/world.ts"
import { openCatalogue } from "../../controller/state/open.ts"
import type { DockerStatus, Event } from "../../schemas/api.ts"
import { guess, labelled, operator } from "../core/samples.ts"
import { addGood, type Fixture, temporaryCatalogue } from "../state/samples.ts"

let store: Fixture
let events: Event[]
let now: Date
beforeEach(() => {
  store = temporaryCatalogue()
  events = []
  now = new Date("2026-03-01T12:00:00Z")
})
afterEach(() => store.remove())

const aWorld = (catalogue = store.catalogue): World =>
  createWorld({
    catalogue,
    events: { publish: (event) => events.push(event), subscribe: () => () => {} },
    clock: () => now,
    prefix: "dbbackup",
  })
const see = (world: World, ...containers: readonly ContainerFacts[]) =>
  world.see(deriveServers(containers, operator(), world.remembered(), guess))
const shop = labelled({ enable: "true" })
const shopId = serverIdOf("shop/db")
const insight: Insight = {
  engine: "postgres",
  serverVersion: "17.6",
  databases: ["shop"],
  problem: null,
  warnings: [],
}
/** The ids told of since last asked. */
const changed = () =>
  events.splice(0).map((event) => ("serverId" in event.data ? event.data.serverId : event.name))
const states = (world: World) => world.servers().map(({ name, state }) => [name, state])
const connected: DockerStatus = {
  state: "connected",
  endpoint: "",
  version: null,
  seenAt: null,
  problem: null,
}

describe("a server", () => {
  test("is shown as it was seen, with its jobs", () => {
    const world = aWorld()
    see(world, shop)
    expect(states(world)).toEqual([["shop/db", "active"]])
    expect(world.jobs().map(({ id }) => id)).toEqual(["shop~db:default" as never])
    expect([...world.wantedJobs().keys()]).toEqual(["shop~db:default" as never])
    expect(world.derived(shopId)?.container.name).toBe("shop-db-1")
  })

  test("is remembered over a restart, and not said to be gone before Docker has answered", () => {
    const before = aWorld()
    see(before, shop)
    before.learn(shopId, insight)
    store.catalogue.close()
    const reopened = openCatalogue(store.path)
    const world = aWorld(reopened)
    const [server] = world.servers()
    expect(server).toMatchObject({ name: "shop/db", serverVersion: "17.6", container: null })
    expect(server?.why).toStartWith("not known yet")
    expect(reopened.servers()[0]?.retiredAt).toBeNull()
    expect(world.wantedJobs().size).toBe(0)
    see(world, shop)
    expect(states(world)).toEqual([["shop/db", "active"]])
    reopened.close()
  })

  test("retires when its container is gone: no jobs, but its backups stay in sight", () => {
    const world = aWorld()
    see(world, shop)
    world.learn(shopId, insight)
    store.catalogue.saveDatabases(shopId, ["shop", "empty"], now)
    addGood(store.catalogue, "b1")
    see(world)
    expect(states(world)).toEqual([["shop/db", "retired"]])
    expect(world.servers()[0]?.why).toContain("its container shop-db-1 is gone")
    expect(world.wantedJobs().size).toBe(0)
    expect(store.catalogue.servers()[0]?.retiredAt).toEqual(now)
    // Only what has a backup is worth showing.
    expect(world.databases().map(({ name, state, lastBackup }) => [name, state, lastBackup?.id])).toEqual([
      ["shop", "retired", "b1"],
    ])
  })

  test("comes back with its history when its container does", () => {
    const world = aWorld()
    see(world, shop)
    store.catalogue.saveDatabases(shopId, ["shop"], now)
    addGood(store.catalogue, "b1")
    see(world)
    see(world, labelled({ enable: "true" }, { id: "new", name: "shop-db-2" }))
    expect(store.catalogue.servers()[0]).toMatchObject({ retiredAt: null, containerName: "shop-db-2" })
    expect(world.databases()[0]).toMatchObject({ name: "shop", lastBackup: { id: "b1" } })
  })

  test("that was never backed up leaves no trace", () => {
    const world = aWorld()
    see(world, labelled({}, { labels: {} }))
    expect(states(world)).toEqual([["shop/db", "unprotected"]])
    see(world)
    expect(world.servers()).toEqual([])
    expect(store.catalogue.servers()).toEqual([])
  })

  test("keeps its last good labels over a restart, when the new ones have mistakes", () => {
    see(aWorld(), labelled({ enable: "true", schedule: "hourly" }))
    const world = aWorld()
    see(world, labelled({ enable: "true", schedule: "hourli" }))
    expect(world.jobs().map(({ schedule }) => schedule)).toEqual(["hourly"])
    expect(world.servers()[0]).toMatchObject({ state: "active", problems: [{ suggestion: "hourly" }] })
    // Seen again and again, they stay.
    see(world, labelled({ enable: "true", schedule: "hourli" }))
    expect(store.catalogue.servers()[0]?.goodLabels).toMatchObject({ "dbbackup.schedule": "hourly" })
  })
})

describe("what a look inside gave", () => {
  test("stands until the next look, even one that failed", () => {
    const world = aWorld()
    see(world, shop)
    world.learn(shopId, insight)
    const problem = new Fault("access-denied", "the password was refused")
    world.learn(shopId, {
      ...world.insight(shopId),
      problem: { code: problem.code, message: problem.message, hint: null, key: null, suggestion: null },
    })
    see(world, shop)
    expect(world.databases().map(({ name }) => name)).toEqual(["shop", "globals"])
    expect(world.servers()[0]?.problems.map(({ code }) => code)).toEqual(["access-denied"])
    world.learn(shopId, { ...insight, databases: ["shop", "users"] })
    expect(world.databases().map(({ name }) => name)).toEqual(["shop", "users", "globals"])
    expect(world.servers()[0]?.problems).toEqual([])
  })

  test("comes from the catalogue before the first look", () => {
    see(aWorld(), shop)
    store.catalogue.saveDatabases(shopId, ["shop"], now)
    const world = aWorld()
    see(world, shop)
    expect(world.insight(shopId)).toMatchObject({ engine: "postgres", databases: ["shop"] })
    expect(world.databases().map(({ name }) => name)).toEqual(["shop", "globals"])
  })
})

describe("those who watch are told", () => {
  test("once for each server that has changed, and of no other", () => {
    const world = aWorld()
    const wiki = labelled({ enable: "true", id: "wiki" }, { id: "2", name: "wiki" })
    see(world, shop, wiki)
    expect(changed()).toEqual(["shop~db", "wiki"])
    see(world, shop, wiki)
    expect(changed()).toEqual([])
    see(world, labelled({ enable: "true" }, { state: "exited" }), wiki)
    expect(changed()).toEqual(["shop~db"])
    world.learn(shopId, insight)
    expect(changed()).toEqual(["shop~db"])
    world.learn(shopId, { ...insight })
    expect(changed()).toEqual([])
  })

  test("when a server goes, whether it is kept as retired or not", () => {
    const world = aWorld()
    see(
      world,
      shop,
      labelled(
        {},
        { id: "2", name: "x", labels: { "dbbackup.enable": "false", "com.docker.compose.project": "" } },
      ),
    )
    changed()
    see(world)
    expect(changed().toSorted()).toEqual(["shop~db", "x"])
  })
})

describe("work that asks for a server", () => {
  const refusal = (world: World) => {
    try {
      world.require(shopId)
    } catch (error) {
      if (error instanceof Fault) return error
      throw error
    }
    throw new Error("it was not refused")
  }

  test("gets it as it is now", () => {
    const world = aWorld()
    see(world, shop)
    see(world, labelled({ enable: "true" }, { id: "recreated" }))
    expect(world.require(shopId).container.id).toBe("recreated")
  })

  test("is told that its container is gone", () => {
    const world = aWorld()
    see(world, shop)
    see(world)
    expect(refusal(world)).toMatchObject({ code: "server-down" })
  })

  test.each([
    ["no label asks", {}, "Set the label dbbackup.enable=true."],
    ["a label says no", { enable: "false" }, "Set the label dbbackup.enable=true."],
    [
      "the labels have mistakes",
      { enable: "true", shedule: "daily" },
      "Correct its labels: GET /api/servers says what is wrong with them.",
    ],
  ] as const)("is told that %s", (_, labels, hint) => {
    const world = aWorld()
    see(world, labelled(labels))
    expect(refusal(world)).toMatchObject({ code: "not-enabled", hint })
  })

  test("is told of a name that is claimed twice", () => {
    const world = aWorld()
    see(world, shop, labelled({ enable: "true" }, { id: "2", name: "twin" }))
    expect(refusal(world)).toMatchObject({
      code: "identity-conflict",
      hint: "Give each container its own dbbackup.id.",
    })
  })
})

test("the next runs of a job are those of its schedule; a paused or manual one has none, an unknown one is unknown", () => {
  const world = aWorld()
  see(
    world,
    labelled({
      enable: "true",
      "often.schedule": "hourly",
      "never.schedule": "manual",
      "off.paused": "true",
    }),
  )
  expect(world.nextRuns("shop~db:often", 2)).toEqual([
    new Date("2026-03-01T13:00:00Z"),
    new Date("2026-03-01T14:00:00Z"),
  ])
  expect(world.nextRuns("shop~db:never", 2)).toEqual([])
  expect(world.nextRuns("shop~db:off", 2)).toEqual([])
  expect(world.nextRuns("shop~db:nope", 2)).toBeUndefined()
})

test("the verdict follows the backups", () => {
  const world = aWorld()
  see(world, labelled({ enable: "true", globals: "false" }))
  world.learn(shopId, insight)
  expect(world.verdict(connected).sentence).toBe("1 database was never backed up.")
  addGood(store.catalogue, "b1")
  expect(world.verdict(connected)).toMatchObject({ level: "ok" })
  now = new Date("2026-03-04T12:00:00Z")
  expect(world.verdict(connected).sentence).toBe("1 database is late.")
})
