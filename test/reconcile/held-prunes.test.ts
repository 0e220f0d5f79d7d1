// What retention holds back, shown and confirmed: on a real catalogue, world and queue, with the pruning of a run.
import { afterEach, beforeEach, describe, expect, test } from "bun:test"
import { databaseIdOf, serverIdOf } from "../../controller/core/key.ts"
import { deriveServers } from "../../controller/core/server.ts"
import { prune } from "../../controller/jobs/prune.ts"
import type { Destination } from "../../controller/ports.ts"
import { createHeldPrunes, type HeldPrunes } from "../../controller/reconcile/held-prunes.ts"
import { createQueue, type Queue } from "../../controller/reconcile/queue.ts"
import { createWorld, type World } from "../../controller/reconcile/world.ts"
import { memoryDestination } from "../api/memory-destination.ts"
import { guess, labelled, operator } from "../core/samples.ts"
import { addGood, addSuspect, type Fixture, keyOf, minute, temporaryCatalogue } from "../state/samples.ts"
import { until } from "../support/until.ts"

const shopId = serverIdOf("shop/db")
const shop = databaseIdOf(shopId, { kind: "database", name: "shop" })

let store: Fixture
let world: World
let queue: Queue
let held: HeldPrunes
let local: ReturnType<typeof memoryDestination>
let failing: boolean

beforeEach(() => {
  store = temporaryCatalogue()
  world = createWorld({
    catalogue: store.catalogue,
    events: { publish: () => {}, subscribe: () => () => {} },
    clock: () => minute(100_000),
    prefix: "dbbackup",
  })
  queue = createQueue(3, (error) => {
    throw error
  })
  local = memoryDestination("local")
  failing = false
  let ids = 0
  held = createHeldPrunes({
    catalogue: store.catalogue,
    world,
    queue,
    clock: () => minute(100_001),
    newId: () => `work${++ids}`,
    prune: (job, id, signal) => prune(deps(), job, id, () => {}, signal),
  })
  // Ten daily backups, and a label that keeps one.
  for (let day = 0; day < 10; day++) store1(`b${day}`, day)
  see("last=1")
})
afterEach(() => store.remove())

function store1(id: string, day: number): void {
  addGood(store.catalogue, id, day * 1440)
  local.objects.set(keyOf(id), Buffer.from(id))
}
function see(retention: string, more = {}): void {
  const labels = { enable: "true", retention, ...more }
  const containers = [labelled(labels)]
  world.see(deriveServers(containers, operator(), world.remembered(), guess))
  world.learn(shopId, {
    engine: "postgres",
    serverVersion: "17.6",
    databases: ["shop"],
    problem: null,
    warnings: [],
  })
}
const deps = () => {
  const refusing: Destination = { ...local, remove: () => Promise.reject(new Error("refused")) }
  return {
    catalogue: store.catalogue,
    destinations: new Map([["local", failing ? refusing : local]]),
    clock: () => minute(100_000),
  }
}
const job = () => {
  const found = world.derived(shopId)?.jobs[0]
  if (!found) throw new Error("there is no job")
  return found
}
/** What a run does after a success. */
const afterRun = () => prune(deps(), job(), shop, () => {}, AbortSignal.timeout(5000))
const shown = () => world.databases().find(({ id }) => id === shop)?.heldPrune ?? null
const left = () => store.catalogue.goodBackups(job().id, shop).map(({ id }) => String(id))
const idle = () => until("the queue is idle", () => queue.counts().running + queue.counts().queued === 0)

describe("a label that would empty the history", () => {
  test("deletes nothing; it is shown and alarmed until a person confirms the number, and then carried out", async () => {
    await afterRun()
    expect(left()).toHaveLength(10)
    expect(local.objects.size).toBe(10)
    expect(shown()).toMatchObject({ backups: 9, of: 10, problem: { code: "prune-held" } })
    const docker = { state: "connected", endpoint: "", version: null, seenAt: null, problem: null } as const
    expect(world.verdict(docker).attention.map(({ sentence }) => sentence)).toContain(
      `shop on shop/db: ${shown()?.problem.message}.`,
    )
    held.confirm(shop, 9)
    await idle()
    expect(left()).toEqual(["b9"])
    expect([...local.objects.keys()]).toEqual([keyOf("b9")])
    expect(shown()).toBeNull()
    expect(store.catalogue.heldPrunes()).toEqual([])
  })

  test("is asked about by the number that is true by now, and by no other", async () => {
    await afterRun()
    store1("b10", 10)
    await afterRun()
    expect(() => held.confirm(shop, 9)).toThrow("10 backups wait to be deleted by now, not 9")
    expect(left()).toHaveLength(11)
    held.confirm(shop, 10)
    await idle()
    expect(left()).toEqual(["b10"])
    expect(() => held.confirm(shop, 10)).toThrow("nothing of")
  })

  test("is forgotten once it is corrected, at once for who looks, and after the next run for good", async () => {
    await afterRun()
    see("30d")
    expect(shown()).toBeNull()
    expect(() => held.confirm(shop, 9)).toThrow("nothing of")
    await afterRun()
    expect(store.catalogue.heldPrunes()).toEqual([])
    expect(left()).toHaveLength(10)
  })

  test("deletes nothing while the server has a suspect backup, confirmed or not", async () => {
    await afterRun()
    addSuspect(store.catalogue, "b11", 11 * 1440)
    expect(() => held.confirm(shop, 9)).toThrow("suspect backup of shop")
    expect(left()).toHaveLength(10)
    expect(store.catalogue.heldPrunes()[0]?.confirmedAt).toBeNull()
  })

  test("deletes nothing while the catalogue is being made again, confirmed before or not", async () => {
    await afterRun()
    const mending = {
      since: minute(1),
      why: "damaged",
      setAside: null,
      anew: true,
      installation: null,
      copy: null,
    }
    store.catalogue.confirmPrunes(shop, minute(2))
    store.catalogue.saveMending({ ...mending, done: ["local"] })
    await afterRun()
    expect(left()).toHaveLength(10)
    expect(local.objects.size).toBe(10)
    store.catalogue.saveMending(null)
    await afterRun()
    expect(left()).toEqual(["b9"])
  })

  test("stays confirmed when a destination refuses, and is carried out after the next run", async () => {
    await afterRun()
    failing = true
    held.confirm(shop, 9)
    await idle()
    expect(left()).toHaveLength(10)
    expect(shown()).toBeNull()
    failing = false
    store1("b10", 10)
    await afterRun()
    expect(left()).toEqual(["b10"])
    expect(store.catalogue.heldPrunes()).toEqual([])
  })
})

test("what goes in an ordinary run goes without a word", async () => {
  see("last=8")
  await afterRun()
  expect(left()).toHaveLength(8)
  expect(store.catalogue.heldPrunes()).toEqual([])
})

test("a label may allow all at once", async () => {
  see("last=1", { "max-prune": "100%" })
  await afterRun()
  expect(left()).toEqual(["b9"])
})
