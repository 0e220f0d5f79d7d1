// When missed copies are made: on a real catalogue and world, with a store that is up or down as the test says. Time is moved by hand.
import { afterEach, beforeEach, describe, expect, test } from "bun:test"
import type { Fill } from "../../controller/core/back-fill-plan.ts"
import { Fault, problemOf } from "../../controller/core/fault.ts"
import { deriveServers } from "../../controller/core/server.ts"
import type { Destination } from "../../controller/ports.ts"
import { type BackFills, createBackFills } from "../../controller/reconcile/back-fills.ts"
import { createWorld, type World } from "../../controller/reconcile/world.ts"
import type { BackupId } from "../../schemas/backup.ts"
import { guess, labelled, operator } from "../core/samples.ts"
import {
  addGood,
  aProblem,
  aServer,
  type Fixture,
  keyOf,
  minute,
  temporaryCatalogue,
} from "../state/samples.ts"
import { memoryDestination } from "../support/memory-destination.ts"

let store: Fixture
let world: World
let stop: AbortController
let fills: BackFills
let now: Date
let up: boolean
let checks: number
/** What was begun, and what ends each: with a problem, or with the copy stored. */
let begun: { readonly name: string; end(problem?: string): Promise<void> }[]

beforeEach(() => {
  store = temporaryCatalogue()
  now = minute(100)
  up = true
  start()
})
afterEach(async () => {
  stop.abort(new Fault("interrupted", "the test is over"))
  await Promise.all(begun.map(({ end }) => end("over")))
  await fills.ended()
  store.remove()
})

const down = problemOf(new Fault("destination-unavailable", "it cannot be reached"))
function bucket(name: string): Destination {
  const real = memoryDestination(name)
  const status = { name, location: "", freeBytes: null }
  return {
    ...real,
    kind: "s3",
    check: async () => {
      checks++
      return up
        ? { ...status, kind: "s3", state: "up", problem: null }
        : { ...status, kind: "s3", state: "down", problem: down }
    },
  }
}

/** A controller's part of it, as after a start. */
function start(
  retention = "last=9",
  buckets = ["s3"],
  others = ["local"],
  more = new Map<string, Destination>(),
): void {
  const { catalogue } = store
  begun = []
  checks = 0
  stop = new AbortController()
  world = createWorld({
    catalogue,
    events: { publish: () => {}, subscribe: () => () => {} },
    clock: () => now,
    prefix: "dbbackup",
  })
  see(retention)
  fills = createBackFills({
    catalogue,
    world,
    destinations: new Map([
      ...others.map((name): [string, Destination] => [name, memoryDestination(name)]),
      ...buckets.map((name): [string, Destination] => [name, bucket(name)]),
      ...more,
    ]),
    clock: () => now,
    random: () => 0.5,
    log: (_level, message) => {
      throw new Error(message)
    },
    fill: ({ backup, to }: Fill) =>
      new Promise((resolve) => {
        begun.push({
          name: `${backup.id} to ${to.destination}`,
          end: async (message) => {
            if (message === undefined) catalogue.copyStored(backup.id, to.destination, now)
            resolve(message === undefined ? undefined : aProblem({ message }))
            await settle()
          },
        })
      }),
    signal: stop.signal,
  })
}
function see(retention: string): void {
  const containers = retention === "gone" ? [] : [labelled({ enable: "true", retention })]
  world.see(deriveServers(containers, operator({ destinations: ["local", "s3"] }), world.remembered(), guess))
}
/** Lets what was promised come about: nothing here waits for anything but other promises. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 1))
const lacks = (id: string, at = 0, name = "s3") => {
  const backup = store.catalogue.backup(id)?.id ?? addGood(store.catalogue, id, at)
  store.catalogue.copyFailed(backup, { destination: name, key: keyOf(id) }, down)
}
const checkNow = async (afterMinutes = 0) => {
  now = new Date(now.getTime() + afterMinutes * 60_000)
  fills.check()
  await settle()
  return begun.map(({ name }) => name)
}

describe("after an outage", () => {
  test("every copy is made, the newest first and one after the other, with one probe in all", async () => {
    for (const [at, id] of ["b1", "b2", "b3"].entries()) lacks(id, at * 10)
    expect(await checkNow()).toEqual(["b3 to s3"])
    expect(await checkNow()).toEqual(["b3 to s3"])
    await begun[0]?.end()
    await begun[1]?.end()
    await begun[2]?.end()
    expect(await checkNow(60)).toEqual(["b3 to s3", "b2 to s3", "b1 to s3"])
    expect(checks).toBe(1)
  })

  test("nothing is copied before the store answers, which is asked after a minute, then after two", async () => {
    lacks("b1")
    up = false
    expect(await checkNow()).toEqual([])
    await checkNow(0.9)
    expect(checks).toBe(1)
    await checkNow(0.2)
    expect(checks).toBe(2)
    up = true
    expect(await checkNow(1.9)).toEqual([])
    expect(await checkNow(0.2)).toEqual(["b1 to s3"])
  })

  test("a store that answers and fails again is probed again, and left alone as long", async () => {
    lacks("b1")
    await checkNow()
    await begun[0]?.end("reset")
    expect(await checkNow(0.9)).toHaveLength(1)
    expect(await checkNow(0.2)).toHaveLength(2)
    expect(checks).toBe(2)
    await begun[1]?.end("reset")
    expect(await checkNow(1.9)).toHaveLength(2)
    expect(await checkNow(0.2)).toHaveLength(3)
  })

  test("a disk that the copy would fill is left to the dumps, and is filled up to there", async () => {
    let freeBytes = 1500
    const disk = memoryDestination("disk")
    const check = async () => ({ ...(await disk.check(stop.signal)), name: "disk", freeBytes })
    start("last=9", [], ["local"], new Map([["disk", { ...disk, check }]]))
    lacks("b1", 0, "disk")
    expect(await checkNow()).toEqual([])
    freeBytes = 2000
    expect(await checkNow(2)).toEqual(["b1 to disk"])
  })

  test("one copy that always fails holds up no other", async () => {
    lacks("b1", 0)
    lacks("b2", 10)
    await checkNow()
    await begun[0]?.end("its source is damaged")
    expect(await checkNow(2)).toEqual(["b2 to s3", "b1 to s3"])
    await begun[1]?.end()
    expect(await checkNow(10)).toEqual(["b2 to s3", "b1 to s3", "b2 to s3"])
  })

  test("several stores are filled side by side, two at a time", async () => {
    start("last=9", ["s3", "nas", "far"])
    for (const name of ["s3", "nas", "far"]) lacks("b1", 0, name)
    expect(await checkNow()).toEqual(["b1 to s3", "b1 to nas"])
    await begun[0]?.end()
    expect(begun.map(({ name }) => name)).toEqual(["b1 to s3", "b1 to nas", "b1 to far"])
  })

  test("a restart of the controller forgets none", async () => {
    lacks("b1")
    await checkNow()
    stop.abort(new Fault("interrupted", "the controller was stopped"))
    await begun[0]?.end("the controller was stopped")
    await fills.ended()
    start()
    expect(await checkNow()).toEqual(["b1 to s3"])
  })
})

describe("what retention says", () => {
  test("keeps a copy from being made of what it no longer keeps", async () => {
    start("last=1")
    lacks("b1", 0)
    lacks("b2", 10)
    expect(await checkNow()).toEqual(["b2 to s3"])
    await begun[0]?.end()
    expect(await checkNow(60)).toEqual(["b2 to s3"])
  })

  test("is unknown until the containers were seen, and copies nothing until then", async () => {
    store.catalogue.saveServer(aServer())
    const { catalogue } = store
    lacks("b1")
    const unseen = createBackFills({
      catalogue,
      world: {
        derived: () => undefined,
        remembered: () => new Map([[aServer().id, aServer()]]),
      },
      destinations: new Map([
        ["local", memoryDestination("local")],
        ["s3", bucket("s3")],
      ]),
      clock: () => now,
      random: () => 0.5,
      log: () => {},
      fill: () => Promise.reject(new Error("it must not be tried")),
      signal: stop.signal,
    })
    unseen.check()
    await settle()
    expect(checks).toBe(0)
  })

  test("keeps everything of a server that is gone", async () => {
    lacks("b1")
    see("gone")
    expect(await checkNow()).toEqual(["b1 to s3"])
  })
})

describe("asked for by hand", () => {
  const askFor = async (id: string) => {
    fills.copyToBuckets(id as BackupId)
    await settle()
    return begun.map(({ name }) => name)
  }

  test("a copy is made at once, whatever is held, and the log says that it was asked for", async () => {
    lacks("b1")
    up = false
    await checkNow()
    up = true
    expect(await askFor("b1")).toEqual(["b1 to s3"])
    const log = store.catalogue.logs("run-b1", "info").map(({ message }) => message)
    expect(log).toEqual(["a copy of shop at s3 was asked for"])
  })

  test("a backup that was never meant for the bucket gets a copy there, and so does one that retention gave up", async () => {
    start("last=1")
    addGood(store.catalogue, "b1", 0)
    addGood(store.catalogue, "b2", 10)
    expect(await askFor("b1")).toEqual(["b1 to s3"])
    await begun[0]?.end()
    expect(store.catalogue.backup("b1")).toMatchObject({
      copies: [{ state: "stored" }, { destination: "s3", state: "stored", key: keyOf("b1") }],
    })
  })

  test("while the store is away it waits, and is made once that is back", async () => {
    addGood(store.catalogue, "b1")
    up = false
    expect(await askFor("b1")).toEqual([])
    expect(store.catalogue.backup("b1")).toMatchObject({ copies: [{}, { state: "failed" }] })
    up = true
    expect(await checkNow(2)).toEqual(["b1 to s3"])
  })

  test("is refused with what to do when there is nothing to copy, or nowhere", async () => {
    const code = (id: string) => {
      try {
        fills.copyToBuckets(id as BackupId)
      } catch (error) {
        return (error as Fault).code
      }
    }
    lacks("b1")
    store.catalogue.copyStored("b1" as BackupId, "s3", now)
    expect(code("b1")).toBe("in-use")
    expect(code("b9")).toBe("not-found")
    start("last=9", [])
    expect(code("b1")).toBe("destination-unknown")
    expect(begun).toEqual([])
  })
})
