// The loop against a Docker port that does as it is told. Paces are in milliseconds so that nothing waits long; what is asserted never
// depends on how fast it went.
import { afterEach, describe, expect, setDefaultTimeout, test } from "bun:test"
import { Fault } from "../../controller/core/fault.ts"
import type { ContainerFacts, Docker } from "../../controller/ports.ts"
import { createWatch, type Pace } from "../../controller/reconcile/loop.ts"
import { aContainer } from "../core/samples.ts"
import { until } from "../support/until.ts"

setDefaultTimeout(120_000)

const never = 3_600_000
const quick: Pace = {
  quietMilliseconds: 5,
  patienceMilliseconds: 200,
  resyncMilliseconds: never,
  retryMilliseconds: 5,
}

let end = () => Promise.resolve()
afterEach(() => end())

function watched(pace: Partial<Pace> = {}) {
  const heard: ((word: "connected" | "event" | Error) => void)[] = []
  const early: ("connected" | "event" | Error)[] = []
  const log: string[] = []
  const seen: (readonly ContainerFacts[])[] = []
  const told: string[] = []
  const world = {
    containers: [aContainer()] as readonly ContainerFacts[],
    failure: undefined as Fault | undefined,
    /** Called while a listing is under way, before it answers. */
    during: (): void | Promise<void> => {},
    looks: 0,
    versions: 0,
    onSee: (_: readonly ContainerFacts[]): void => {},
  }
  const docker: Docker = {
    endpoint: "unix:///fake.sock",
    async version() {
      world.versions++
      if (world.failure) throw world.failure
      return "29.0"
    },
    async observe() {
      world.looks++
      const listed = world.containers
      await world.during()
      if (world.failure) throw world.failure
      return listed
    },
    async *nudges(signal) {
      while (!signal.aborted) {
        const word =
          early.shift() ??
          (await new Promise<"connected" | "event" | Error | undefined>((resolve) => {
            heard.push(resolve)
            signal.addEventListener("abort", () => resolve(undefined), { once: true })
          }))
        if (word instanceof Error) throw word
        if (word !== undefined) yield word
      }
    },
    exec: () => Promise.reject(new Error("the loop runs no tools")),
  }
  const stop = new AbortController()
  const watch = createWatch(
    docker,
    (containers) => {
      world.onSee(containers)
      seen.push(containers)
    },
    () => new Date("2026-03-01T12:00:00Z"),
    (level, message) => log.push(`${level} ${message}`),
    () => told.push(watch.status().state),
    { ...quick, ...pace },
  )
  const running = watch.run(stop.signal)
  end = async () => {
    stop.abort()
    await running
  }
  const say = (word: "connected" | "event" | Error) => {
    const listener = heard.shift()
    if (listener) listener(word)
    else early.push(word)
  }
  const state = (wanted: string) => until(`docker is ${wanted}`, () => watch.status().state === wanted, 20)
  return {
    watch,
    world,
    log,
    seen,
    told,
    say,
    state,
    looks: (n: number) => until(`look ${n}`, () => seen.length >= n, 20),
  }
}
const lost = new Fault("docker-unreachable", "the socket is gone", { hint: "Mount it." })

describe("the loop", () => {
  test("looks at once, before any event, and says it is connected", async () => {
    const { watch, seen, looks, log, state } = watched()
    await looks(1)
    await state("connected")
    expect(seen[0]?.map(({ name }) => name)).toEqual(["shop-db-1"])
    expect(watch.status()).toEqual({
      state: "connected",
      endpoint: "unix:///fake.sock",
      version: "29.0",
      seenAt: "2026-03-01T12:00:00.000Z",
      problem: null,
    })
    expect(log).toEqual(["info connected to the Docker engine 29.0 at unix:///fake.sock"])
  })

  test("looks again after an event, and never takes the event's word for what has changed", async () => {
    const { world, seen, looks, say } = watched()
    await looks(1)
    world.containers = [aContainer(), aContainer({ id: "2", name: "wiki-db-1" })]
    say("event")
    await looks(2)
    expect(seen[1]).toHaveLength(2)
  })

  test("looks now and then without any event", async () => {
    const { looks } = watched({ resyncMilliseconds: 5 })
    await looks(4)
  })

  test("does not lose an event that comes while it is looking", async () => {
    const { world, seen, looks, say } = watched()
    await looks(1)
    world.during = async () => {
      // The list is already taken: what happens from here on is not in it.
      world.during = () => {}
      world.containers = []
      say("event")
      await new Promise((resolve) => setImmediate(resolve))
    }
    say("event")
    await until("the empty list is seen", () => seen.at(-1)?.length === 0, 20)
    expect(seen.length).toBe(3)
    await looks(3)
  })

  test("looks once for a storm of events, after it has passed", async () => {
    const { world, looks, say } = watched({ quietMilliseconds: 100, patienceMilliseconds: 60_000 })
    await looks(1)
    const storm = 50
    for (let i = 0; i < storm; i++) {
      say("event")
      await new Promise((resolve) => setImmediate(resolve))
    }
    await looks(2)
    // Only a pause of 100 ms between two of them lets it look in between.
    expect(world.looks).toBeLessThan(storm / 2)
  })

  test("does not wait for ever for a storm that never passes", async () => {
    const { looks, say } = watched({ quietMilliseconds: 10_000, patienceMilliseconds: 50 })
    await looks(1)
    let storming = true
    const storm = (async () => {
      while (storming) {
        say("event")
        await new Promise((resolve) => setTimeout(resolve, 1))
      }
    })()
    await looks(3)
    storming = false
    await storm
  })

  test("ends when it is told to, whatever it waits for", async () => {
    for (const pace of [{}, { quietMilliseconds: never, patienceMilliseconds: never }]) {
      const { looks, say } = watched(pace)
      await looks(1)
      say("event")
      await end()
    }
  })
})

describe("asked to look now, the loop", () => {
  test("does, without settling first, and answers once that was taken in", async () => {
    const { watch, world, seen, looks, say } = watched({
      quietMilliseconds: never,
      patienceMilliseconds: never,
    })
    await looks(1)
    say("event")
    await new Promise((resolve) => setImmediate(resolve))
    world.containers = []
    await watch.lookNow()
    expect(seen.at(-1)).toEqual([])
  })

  test("looks again when it is looking already: that look may have missed what the question is about", async () => {
    const { watch, world, seen, looks } = watched()
    await looks(1)
    let release = () => {}
    world.during = () =>
      new Promise((resolve) => {
        release = resolve
      })
    const first = watch.lookNow()
    await until("it is looking", () => world.looks === 2, 20)
    world.containers = []
    const second = watch.lookNow()
    world.during = () => {}
    release()
    await first
    expect(seen.at(-1)).toHaveLength(1)
    await second
    expect(seen.at(-1)).toHaveLength(0)
  })

  test("says why it could not, and also when it is stopped meanwhile", async () => {
    const { watch, world, looks } = watched()
    await looks(1)
    world.failure = lost
    expect(await watch.lookNow().catch((error) => error)).toBe(lost)
    world.failure = undefined
    world.during = () => new Promise((resolve) => setTimeout(resolve, 20))
    const answer = watch.lookNow().then(
      () => "seen",
      () => "stopped",
    )
    await end()
    expect(["seen", "stopped"]).toContain(await answer)
  })
})

test("what cannot be taken in is not blamed on Docker, and is tried again", async () => {
  const { watch, world, log, looks, say } = watched()
  await looks(1)
  let tries = 0
  world.onSee = () => {
    if (++tries < 3) throw new Fault("disk-full", "no space left", { hint: "Make room." })
  }
  say("event")
  await looks(2)
  expect(tries).toBe(3)
  expect(watch.status().state).toBe("connected")
  expect(log.filter((line) => line.startsWith("error"))).toEqual(
    Array(2).fill("error what was seen of the containers could not be taken in: no space left"),
  )
})

test("after failures the pauses double, up to the time between looks", async () => {
  const times: number[] = []
  const { world } = watched({ retryMilliseconds: 8, resyncMilliseconds: 32, quietMilliseconds: 0 })
  world.failure = lost
  world.during = () => void times.push(performance.now())
  Object.defineProperty(world, "versions", {
    get: () => times.length,
    set: () => times.push(performance.now()),
  })
  await until("it has tried six times", () => times.length >= 6, 20)
  const pauses = times.slice(1, 6).map((time, i) => time - (times[i] ?? 0))
  // A random half of each pause but the first may be missing; a timer may be late, never early (but for rounding).
  for (const [i, least] of [8, 8, 16, 16, 16].entries()) expect(pauses[i]).toBeGreaterThan(least - 1.5)
})

describe("when Docker cannot be reached, the loop", () => {
  test("keeps what was seen last, says so once, and looks again until it can", async () => {
    const { watch, world, seen, told, log, state, looks, say } = watched()
    await looks(1)
    await state("connected")
    world.failure = lost
    say("event")
    await state("unreachable")
    expect(seen).toHaveLength(1)
    expect(watch.status()).toMatchObject({
      seenAt: "2026-03-01T12:00:00.000Z",
      problem: { hint: "Mount it." },
    })
    const failed = world.versions
    await until("it has tried again", () => world.versions > failed + 2, 20)
    expect(log.filter((line) => line.startsWith("error"))).toEqual([
      "error the Docker engine cannot be reached: the socket is gone",
    ])
    world.failure = undefined
    await looks(2)
    await state("connected")
    expect(told).toEqual(["connected", "unreachable", "connected"])
  })

  test("says so from the start, without having seen anything", async () => {
    const { watch, world, seen, state } = watched()
    world.failure = lost
    await state("unreachable")
    expect(seen).toEqual([])
    expect(watch.status()).toMatchObject({ version: null, seenAt: null })
  })

  test("asks for the version again, since another engine may answer next", async () => {
    const { world, state, looks, say } = watched()
    await looks(1)
    await state("connected")
    expect(world.versions).toBe(1)
    world.failure = lost
    say("event")
    await state("unreachable")
    world.failure = undefined
    await looks(2)
    expect(world.versions).toBeGreaterThan(1)
  })

  test("goes on looking when the event stream has ended for good", async () => {
    const { log, say, looks } = watched({ resyncMilliseconds: 5 })
    await looks(1)
    say(new Error("no such endpoint"))
    await until("it says so", () => log.some((line) => line.includes("the event stream ended for good")), 20)
    const { length } = log
    await looks(5)
    expect(log).toHaveLength(length)
  })
})
