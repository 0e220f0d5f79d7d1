import { afterEach, describe, expect, setDefaultTimeout, test } from "bun:test"
import fc from "fast-check"
import { Fault } from "../../controller/core/fault.ts"
import { createQueue, type Work } from "../../controller/reconcile/queue.ts"
import type { ServerId } from "../../schemas/server.ts"

setDefaultTimeout(120_000)

/** Work that runs until it is told to end, or until its signal is aborted, and what has happened so far. */
function workshop() {
  const log: string[] = []
  const ends = new Map<string, () => void>()
  const work = (id: string, server = "a", more: Partial<Work> = {}): Work => ({
    id,
    serverId: server as ServerId,
    group: null,
    urgent: false,
    priority: 0,
    run(signal) {
      log.push(`${id} ${signal.aborted ? `refused: ${signal.reason.message}` : "begins"}`)
      return new Promise((resolve) => {
        const end = (how: string) => {
          log.push(`${id} ${how}`)
          ends.delete(id)
          resolve()
        }
        if (signal.aborted) return resolve()
        ends.set(id, () => end("ends"))
        signal.addEventListener("abort", () => end(`stopped: ${signal.reason.message}`))
      })
    },
    ...more,
  })
  /** Lets what was resolved be noticed. */
  const settle = () => new Promise((resolve) => setImmediate(resolve))
  const end = async (id: string) => {
    ends.get(id)?.()
    await settle()
  }
  return { log, work, end, settle, running: () => [...ends.keys()] }
}
const reason = new Fault("cancelled", "on request")
const bugs: unknown[] = []
const noBug = (error: unknown) => bugs.push(error)
afterEach(() => {
  expect(bugs.splice(0)).toEqual([])
})

/** Work that waits for its server before it works; `answer(id)` ends the wait. */
function waiters(shop: ReturnType<typeof workshop>) {
  const answers = new Map<string, () => void>()
  const waits = (id: string, server: string): Work => {
    const work = shop.work(id, server)
    return {
      ...work,
      async run(signal, aside) {
        shop.log.push(`${id} waits`)
        await aside(() => new Promise<void>((resolve) => answers.set(id, resolve)))
        return work.run(signal, aside)
      },
    }
  }
  const answer = async (id: string) => {
    answers.get(id)?.()
    await shop.settle()
  }
  return { waits, answer }
}

describe("work that waits for its server", () => {
  test("leaves its place to others, but not its server; and has one again before what has not begun", async () => {
    const shop = workshop()
    const { waits, answer } = waiters(shop)
    const queue = createQueue(1, noBug)
    queue.add(waits("a", "a"))
    for (const id of ["b", "c"]) queue.add(shop.work(id, id))
    queue.add(shop.work("a2", "a"))
    expect(shop.running()).toEqual(["b"])
    await answer("a")
    expect(shop.running()).toEqual(["b"])
    await shop.end("b")
    expect(shop.running()).toEqual(["a"])
    await shop.end("a")
    await shop.end("c")
    expect(shop.log).toEqual([
      ...["a waits", "b begins", "b ends", "a begins", "a ends", "c begins", "c ends", "a2 begins"],
    ])
  })

  test("records at once that it was cancelled, while it waits and while it wants a place", async () => {
    const shop = workshop()
    const { waits, answer } = waiters(shop)
    const queue = createQueue(1, noBug)
    for (const id of ["w", "p"]) queue.add(waits(id, id))
    queue.add(shop.work("b", "b"))
    await answer("p")
    queue.cancel("p", reason)
    queue.cancel("w", reason)
    await answer("w")
    expect(shop.log).toEqual([
      "w waits",
      "p waits",
      "b begins",
      "p refused: on request",
      "w refused: on request",
    ])
    await shop.end("b")
    expect(queue.counts()).toMatchObject({ running: 0, queued: 0 })
  })

  test("never makes more work at once than the limit says, however many of them are answered together", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 3 }),
        fc.array(fc.boolean(), { maxLength: 12 }),
        async (most, kinds) => {
          const shop = workshop()
          const { waits, answer } = waiters(shop)
          const queue = createQueue(most, noBug)
          const ids = kinds.map((_, n) => `w${n}`)
          for (const [n, id] of ids.entries()) queue.add(kinds[n] ? waits(id, id) : shop.work(id, id))
          for (const id of ids) {
            await answer(id)
            expect(shop.running().length).toBeLessThanOrEqual(most)
          }
          for (let left = ids.length; shop.running().length > 0; left--) {
            expect(left).toBeGreaterThan(0)
            await shop.end(shop.running()[0] ?? "")
            for (const id of ids) await answer(id)
            expect(shop.running().length).toBeLessThanOrEqual(most)
          }
          expect(shop.log.filter((line) => line.endsWith(" ends")).length).toBe(ids.length)
          expect(queue.counts()).toMatchObject({ running: 0, queued: 0 })
        },
      ),
      { numRuns: 60 },
    )
  })
})

describe("the queue runs", () => {
  test("one piece of work per server at a time, first come first served", async () => {
    const { work, end, log } = workshop()
    const queue = createQueue(3, noBug)
    for (const id of ["a1", "a2", "a3"]) queue.add(work(id))
    expect(queue.counts()).toEqual({ running: 1, queued: 2, maxConcurrent: 3 })
    for (const id of ["a1", "a2", "a3"]) await end(id)
    expect(log).toEqual(["a1 begins", "a1 ends", "a2 begins", "a2 ends", "a3 begins", "a3 ends"])
    expect(queue.counts()).toEqual({ running: 0, queued: 0, maxConcurrent: 3 })
  })

  test("no more than so many over all servers", async () => {
    const { work, end, running } = workshop()
    const queue = createQueue(2, noBug)
    for (const server of ["a", "b", "c", "d"]) queue.add(work(server, server))
    expect(running()).toEqual(["a", "b"])
    await end("b")
    expect(running()).toEqual(["a", "c"])
    await end("a")
    expect(running()).toEqual(["c", "d"])
  })

  test("past work whose server is busy, without losing its place", async () => {
    const { work, end, running } = workshop()
    const queue = createQueue(2, noBug)
    for (const [id, server] of [
      ["a1", "a"],
      ["a2", "a"],
      ["b1", "b"],
      ["a3", "a"],
      ["c1", "c"],
    ] as const)
      queue.add(work(id, server))
    expect(running()).toEqual(["a1", "b1"])
    await end("a1")
    expect(running()).toEqual(["b1", "a2"])
    await end("b1")
    expect(running()).toEqual(["a2", "c1"])
    await end("a2")
    expect(running()).toEqual(["c1", "a3"])
  })

  test("on after work that threw, and tells of the bug", async () => {
    const { work, settle, running } = workshop()
    const queue = createQueue(1, noBug)
    const bug = new TypeError("x is not a function")
    const throws = () => {
      throw bug
    }
    queue.add(work("bad", "a", { run: () => Promise.reject(bug) }))
    queue.add(work("worse", "a", { run: throws }))
    queue.add(work("next"))
    await settle()
    expect(running()).toEqual(["next"])
    expect(bugs.splice(0)).toEqual([bug, bug])
  })

  test("work of one group in turns, on whichever server", async () => {
    const { work, end, running } = workshop()
    const queue = createQueue(3, noBug)
    queue.add(work("a1", "a", { group: "nas" }))
    queue.add(work("b1", "b", { group: "nas" }))
    queue.add(work("c1", "c", { group: "tape" }))
    queue.add(work("d1", "d", { group: "nas" }))
    expect(running()).toEqual(["a1", "c1"])
    await end("a1")
    expect(running()).toEqual(["c1", "b1"])
    await end("b1")
    expect(running()).toEqual(["c1", "d1"])
  })

  test("what has the higher priority first, and equals in the order in which they came", async () => {
    const { work, end, log } = workshop()
    const queue = createQueue(1, noBug)
    queue.add(work("now"))
    for (const [id, priority] of [
      ["low", -1],
      ["one", 0],
      ["two", 0],
      ["high", 5],
      ["three", 0],
    ] as const)
      queue.add(work(id, id, { priority }))
    for (const id of ["now", "high", "one", "two", "three", "low"]) await end(id)
    expect(log.filter((line) => line.endsWith("begins")).map((line) => line.split(" ")[0] ?? "")).toEqual([
      "now",
      "high",
      "one",
      "two",
      "three",
      "low",
    ])
  })

  test("a restore that somebody waits for before queued backups, whatever their priority, but never beside one of its server", async () => {
    const { work, end, running } = workshop()
    const queue = createQueue(2, noBug)
    queue.add(work("a1", "a"))
    queue.add(work("b1", "b"))
    queue.add(work("a2", "a", { priority: 999 }))
    queue.add(work("restore", "a", { urgent: true }))
    await end("b1")
    expect(running()).toEqual(["a1"])
    await end("a1")
    expect(running()).toEqual(["restore"])
    await end("restore")
    expect(running()).toEqual(["a2"])
  })

  test("as many as the limit says by now: more at once, fewer once those that run have ended", async () => {
    const { work, end, running } = workshop()
    const queue = createQueue(1, noBug)
    for (const server of ["a", "b", "c", "d", "e"]) queue.add(work(server, server))
    queue.setMaxConcurrent(3)
    expect(running()).toEqual(["a", "b", "c"])
    queue.setMaxConcurrent(1)
    expect(queue.counts()).toEqual({ running: 3, queued: 2, maxConcurrent: 1 })
    await end("a")
    await end("b")
    expect(running()).toEqual(["c"])
    await end("c")
    expect(running()).toEqual(["d"])
  })

  test("one per server also when work asks for more work while it begins", () => {
    const { work, running } = workshop()
    const queue = createQueue(3, noBug)
    const second = work("second")
    const first = work("first")
    queue.add({
      ...first,
      run(signal, aside) {
        queue.add(second)
        return first.run(signal, aside)
      },
    })
    expect(running()).toEqual(["first"])
  })
})

describe("nothing waits for ever", () => {
  test("under a stream of higher priority: ten minutes of waiting count as one", async () => {
    const { work, end, running, log } = workshop()
    let minutes = 0
    const queue = createQueue(1, noBug, () => minutes * 60_000)
    queue.add(work("busy"))
    queue.add(work("low", "a", { priority: -2 }))
    for (; !log.includes("low begins") && minutes < 1000; minutes++) {
      queue.add(work(`high${minutes}`, "a", { priority: 3 }))
      await end(running()[0] ?? "")
    }
    // Five points: what was asked for up to fifty minutes later goes before it, and no more.
    expect(log.filter((line) => line.startsWith("high") && line.endsWith("begins"))).toHaveLength(50)
    expect(running()).toEqual(["low"])
  })

  test("for a server and a group of which one is always taken", async () => {
    const { work, end, running, log } = workshop()
    const queue = createQueue(5, noBug)
    queue.add(work("server0", "a"))
    queue.add(work("group0", "b", { group: "g" }))
    queue.add(work("both", "a", { group: "g" }))
    for (let n = 1; n < 20 && !log.includes("both begins"); n++) {
      queue.add(work(`server${n}`, "a"))
      queue.add(work(`group${n}`, "b", { group: "g" }))
      await end(running()[0] ?? "")
    }
    expect(log.filter((line) => line.endsWith("begins"))).toEqual([
      "server0 begins",
      "group0 begins",
      "both begins",
    ])
  })

  test("behind what had to be left free for one that was cancelled", async () => {
    const { work, end, running } = workshop()
    const queue = createQueue(5, noBug)
    queue.add(work("a1", "a", { group: "g" }))
    queue.add(work("both", "b", { group: "g" }))
    queue.add(work("b1", "b"))
    expect(running()).toEqual(["a1"])
    queue.cancel("both", reason)
    expect(running()).toEqual(["a1", "b1"])
    await end("a1")
  })
})

describe("cancelling", () => {
  test("aborts what runs, with the reason, and its server is busy until it has ended", async () => {
    const { work, log, settle } = workshop()
    const queue = createQueue(1, noBug)
    queue.add(work("a1"))
    queue.add(work("a2"))
    expect(queue.cancel("a1", reason)).toBe(true)
    await settle()
    expect(log).toEqual(["a1 begins", "a1 stopped: on request", "a2 begins"])
  })

  test("lets what waits record at once that it was cancelled, without a slot", async () => {
    const { work, log, settle } = workshop()
    const queue = createQueue(1, noBug)
    queue.add(work("a1"))
    queue.add(work("b1", "b"))
    expect(queue.cancel("b1", reason)).toBe(true)
    expect(queue.cancel("b1", reason)).toBe(true)
    expect(queue.counts().running).toBe(1)
    await settle()
    expect(queue.cancel("b1", reason)).toBe(false)
    expect(log).toEqual(["a1 begins", "b1 refused: on request"])
    expect(queue.counts()).toEqual({ running: 1, queued: 0, maxConcurrent: 1 })
  })

  test("of work that is unknown or over is refused", async () => {
    const { work, end } = workshop()
    const queue = createQueue(1, noBug)
    queue.add(work("a1"))
    await end("a1")
    expect(queue.cancel("a1", reason)).toBe(false)
    expect(queue.cancel("never", reason)).toBe(false)
  })
})

describe("draining", () => {
  const stopped = new Fault("interrupted", "the controller was stopped")

  test("ends everything, running or waiting, and resolves only then", async () => {
    const { work, log } = workshop()
    const queue = createQueue(1, noBug)
    for (const id of ["a1", "a2", "a3"]) queue.add(work(id))
    await queue.drain(stopped)
    expect(log.toSorted()).toEqual([
      "a1 begins",
      "a1 stopped: the controller was stopped",
      "a2 refused: the controller was stopped",
      "a3 refused: the controller was stopped",
    ])
    expect(queue.counts()).toEqual({ running: 0, queued: 0, maxConcurrent: 1 })
  })

  test("waits for what was cancelled before its turn to be recorded, too", async () => {
    const { work, settle } = workshop()
    const queue = createQueue(1, noBug)
    const recorded: string[] = []
    const run = (id: string) => async () => {
      for (let n = 0; n < 3; n++) await settle()
      recorded.push(id)
    }
    queue.add(work("a1", "a"))
    queue.add(work("a2", "a", { run: run("a2") }))
    const drained = queue.drain(stopped)
    queue.add(work("late", "b", { run: run("late") }))
    await drained
    expect(recorded).toEqual(["a2", "late"])
  })

  test("of an empty queue is over at once", async () => {
    await createQueue(3, noBug).drain(stopped)
  })

  test("refuses what comes afterwards, so that nothing begins during a shutdown", async () => {
    const { work, log } = workshop()
    const queue = createQueue(1, noBug)
    queue.add(work("a1"))
    const drained = queue.drain(stopped)
    queue.add(work("late", "b"))
    await drained
    expect(log).toContain("late refused: the controller was stopped")
    expect(queue.counts().running).toBe(0)
  })
})

type Step =
  | { readonly do: "add"; readonly server: string; readonly more: Partial<Work> }
  | { readonly do: "end" | "cancel" | "limit" | "wait"; readonly n: number }

const claims = fc.record({
  group: fc.option(fc.constantFrom("g", "h"), { nil: null }),
  priority: fc.constantFrom(-3, 0, 0, 0, 7),
  urgent: fc.constantFrom(false, false, false, true),
})
const steps = fc.array(
  fc.oneof<fc.WeightedArbitrary<Step>[]>(
    {
      weight: 4,
      arbitrary: fc.record({ do: fc.constant("add"), server: fc.constantFrom("a", "b", "c"), more: claims }),
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constant("end"), n: fc.nat({ max: 5 }) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("cancel"), n: fc.nat({ max: 30 }) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("limit"), n: fc.integer({ min: 1, max: 4 }) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("wait"), n: fc.constantFrom(1, 15, 60) }) },
  ),
  { maxLength: 60 },
)

test("whatever is added, ended, cancelled and limited: one per server and group, no more than the limit begin, all of it ends once, and equals keep their order", async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.integer({ min: 1, max: 3 }), async (plan, first) => {
      const { work, end, settle, running, log } = workshop()
      let [minutes, most] = [0, first]
      const queue = createQueue(most, noBug, () => minutes * 60_000)
      const added = new Map<string, Work>()
      const begunOf = (lines: readonly string[]) =>
        lines.filter((line) => line.endsWith(" begins")).map((line) => line.split(" ")[0] ?? "")
      const check = (before: number) => {
        const now = running().map((id) => added.get(id) as Work)
        const groups = now.flatMap(({ group }) => group ?? [])
        expect(new Set(now.map(({ serverId }) => serverId)).size).toBe(now.length)
        expect(new Set(groups).size).toBe(groups.length)
        expect(queue.counts().running).toBe(now.length)
        // A lowered limit ends nothing, but nothing begins above it.
        expect(now.length).toBeLessThanOrEqual(Math.max(most, before))
        if (begunOf(log).length > beganBefore) expect(now.length).toBeLessThanOrEqual(most)
        expect(queue.counts().queued > 0 && now.length === 0).toBe(false)
      }
      let beganBefore = 0
      for (const step of plan) {
        const before = running().length
        beganBefore = begunOf(log).length
        if (step.do === "add") {
          const id = `${step.server}${added.size}`
          added.set(id, work(id, step.server, step.more))
          queue.add(added.get(id) as Work)
        } else if (step.do === "end") await end(running()[step.n] ?? "")
        else if (step.do === "cancel") queue.cancel([...added.keys()][step.n] ?? "", reason)
        else if (step.do === "wait") minutes += step.n
        else {
          most = step.n
          queue.setMaxConcurrent(most)
        }
        await settle()
        check(before)
      }
      for (let left = added.size; running().length > 0; left--) {
        expect(left).toBeGreaterThan(0)
        beganBefore = begunOf(log).length
        const before = running().length
        await end(running()[0] ?? "")
        check(before)
      }
      expect(queue.counts()).toMatchObject({ running: 0, queued: 0 })
      const outcomes = log.filter((line) => / (ends|stopped|refused)/.test(line))
      expect(outcomes.map((line) => line.split(" ")[0] ?? "").toSorted()).toEqual(
        [...added.keys()].toSorted(),
      )
      const kinds = Map.groupBy(begunOf(log), (id) => {
        const { serverId, group, priority, urgent } = added.get(id) as Work
        return JSON.stringify([serverId, group, priority, urgent])
      })
      const numbers = (ids: readonly string[]) => ids.map((id) => Number(id.slice(1)))
      for (const ids of kinds.values()) expect(numbers(ids)).toEqual(numbers(ids).toSorted((a, b) => a - b))
    }),
    { numRuns: 150 },
  )
})
