// Whatever happens to containers, to events and to the engine: once it is quiet, what is scheduled is what one fresh listing wants.
import { expect, setDefaultTimeout, test } from "bun:test"
import fc from "fast-check"
import type { Pace } from "../../controller/reconcile/loop.ts"
import { until } from "../support/until.ts"
import { type FakeEngine, fakeEngine } from "./fake-engine.ts"
import { reconciling } from "./reconciling.ts"

setDefaultTimeout(60_000)
const never = 3_600_000
const byEvents: Pace = {
  quietMilliseconds: 2,
  patienceMilliseconds: 20,
  resyncMilliseconds: never,
  retryMilliseconds: 1,
}
const byResync: Pace = { ...byEvents, resyncMilliseconds: 10 }

const names = ["a", "b", "c", "d"]
const name = fc.constantFrom(...names)
const labels = fc
  .record(
    {
      "dbbackup.enable": fc.constantFrom("true", "true", "true", "false"),
      "dbbackup.schedule": fc.constantFrom("hourly", "daily", "houly", "30 2 * * *"),
      "dbbackup.weekly.schedule": fc.constant("weekly"),
      "dbbackup.id": fc.constantFrom("shop", "wiki"),
      "com.docker.compose.project": fc.constant("p"),
      "com.docker.compose.service": fc.constantFrom("db", "db", "mail"),
      "com.docker.compose.container-number": fc.constantFrom("1", "2", "3"),
      "com.docker.compose.oneoff": fc.constantFrom("False", "False", "True"),
    },
    { requiredKeys: ["dbbackup.enable"] },
  )
  .map((record) => record as Record<string, string>)

type Step = (engine: FakeEngine) => void
const container: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(name, labels).map(
    ([name, labels]): Step =>
      (engine) => {
        engine.create(name, labels)
        engine.act("start", name)
      },
  ),
  // As `docker compose up --force-recreate` does it: the old one is renamed, the new one made, the old one removed.
  fc.tuple(name, labels).map(
    ([name, labels]): Step =>
      (engine) => {
        engine.rename(name, `${name}_old`)
        engine.act("stop", `${name}_old`)
        engine.create(name, labels)
        engine.act("remove", `${name}_old`)
        engine.act("start", name)
      },
  ),
  fc.tuple(fc.constantFrom("start", "stop", "kill", "pause", "unpause", "restart", "remove"), name).map(
    ([verb, name]): Step =>
      (engine) =>
        engine.act(verb, name),
  ),
  fc.tuple(name, name).map(
    ([from, to]): Step =>
      (engine) =>
        engine.rename(from, to),
  ),
)
const trouble: fc.Arbitrary<Step> = fc.oneof(
  fc.constant<Step>((engine) => engine.down()),
  fc.constant<Step>((engine) => engine.up()),
  fc.constantFrom("on", "twice", "late").map(
    (how): Step =>
      (engine) =>
        engine.hand(how),
  ),
)
const lost: fc.Arbitrary<Step> = fc.constantFrom("lose", "on").map(
  (how): Step =>
    (engine) =>
      engine.hand(how),
)
const turns = fc.integer({ min: 0, max: 4 })
const story = (...kinds: readonly fc.Arbitrary<Step>[]) =>
  fc.array(fc.tuple(fc.oneof({ arbitrary: container, weight: 4 }, ...kinds), turns), { maxLength: 40 })

async function live(engine: FakeEngine, steps: readonly (readonly [Step, number])[]): Promise<void> {
  for (const [step, turns] of steps) {
    step(engine)
    for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve))
  }
  engine.up()
}

async function quiet({ is, wants }: ReturnType<typeof reconciling>, engine: FakeEngine): Promise<void> {
  const settled = () => Bun.deepEquals(is(), wants(engine.containers()))
  await until("what is scheduled and shown is what is wanted", settled, 5).catch(() => {})
  expect(is()).toEqual(wants(engine.containers()))
}

test("events alone lead to what is wanted: repeated, late, over an engine that comes and goes", async () => {
  await fc.assert(
    fc.asyncProperty(story(trouble), async (steps) => {
      const engine = fakeEngine()
      const reconciler = reconciling(engine.docker, byEvents)
      try {
        await live(engine, steps)
        await quiet(reconciler, engine)
      } finally {
        await reconciler.close()
      }
    }),
    { numRuns: 60, interruptAfterTimeLimit: 25_000, markInterruptAsFailure: false },
  )
})

test("a resync leads there too, when events are lost", async () => {
  await fc.assert(
    fc.asyncProperty(story(trouble, lost), async (steps) => {
      const engine = fakeEngine()
      const reconciler = reconciling(engine.docker, byResync)
      try {
        await live(engine, steps)
        await quiet(reconciler, engine)
      } finally {
        await reconciler.close()
      }
    }),
    { numRuns: 60, interruptAfterTimeLimit: 25_000, markInterruptAsFailure: false },
  )
})

test("while the engine is away nothing changes, whatever happens to its containers", async () => {
  await fc.assert(
    fc.asyncProperty(story(), story(), async (before, meanwhile) => {
      const engine = fakeEngine()
      const reconciler = reconciling(engine.docker, byResync)
      try {
        await live(engine, before)
        await quiet(reconciler, engine)
        const picture = reconciler.is()
        engine.down()
        await live({ ...engine, up: () => {} }, meanwhile)
        await until("it is said", () => reconciler.watch.status().state === "unreachable", 5)
        await Bun.sleep(5)
        expect(reconciler.is()).toEqual(picture)
        engine.up()
        await quiet(reconciler, engine)
      } finally {
        await reconciler.close()
      }
    }),
    { numRuns: 30, interruptAfterTimeLimit: 20_000, markInterruptAsFailure: false },
  )
})

test("ten thousand events end where one listing does, in few looks", async () => {
  const engine = fakeEngine()
  const reconciler = reconciling(engine.docker, {
    ...byEvents,
    quietMilliseconds: 20,
    patienceMilliseconds: 500,
  })
  await reconciler.watch.lookNow()
  const before = engine.listings
  for (let i = 0; i < 10_000; i++) {
    const name = names[i % names.length] ?? "a"
    engine.create(name, { "dbbackup.enable": "true", "dbbackup.schedule": i % 3 ? "daily" : "hourly" })
    engine.act(i % 2 ? "start" : "remove", name)
    if (i % 100 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  await quiet(reconciler, engine)
  expect(engine.listings - before).toBeLessThan(100)
  await reconciler.close()
})

test("a service scaled to three and back keeps one job per container, and its own", async () => {
  const engine = fakeEngine()
  const reconciler = reconciling(engine.docker, byEvents)
  const replica = (number: string) => {
    engine.create(`p-db-${number}`, {
      "dbbackup.enable": "true",
      "com.docker.compose.project": "p",
      "com.docker.compose.service": "db",
      "com.docker.compose.container-number": number,
    })
    engine.act("start", `p-db-${number}`)
  }
  const ids = () => reconciler.is().scheduled.map((job) => job.split(" ")[0])
  replica("1")
  await reconciler.watch.lookNow()
  const [first] = reconciler.is().scheduled
  for (const number of ["2", "3"]) replica(number)
  await reconciler.watch.lookNow()
  expect(ids()).toHaveLength(3)
  expect(reconciler.is().scheduled).toContain(first ?? "")
  for (const number of ["2", "3"]) engine.act("remove", `p-db-${number}`)
  await reconciler.watch.lookNow()
  expect(reconciler.is().scheduled).toEqual([first ?? ""])
  await reconciler.close()
})
