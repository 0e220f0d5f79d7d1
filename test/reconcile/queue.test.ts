import { afterEach, describe, expect, test } from "bun:test"
import fc from "fast-check"
import { Fault } from "../../controller/core/fault.ts"
import { createQueue, type Work } from "../../controller/reconcile/queue.ts"
import type { ServerId } from "../../schemas/server.ts"

/** Work that runs until it is told to end, or until its signal is aborted, and what has happened so far. */
function workshop() {
  const log: string[] = []
  const ends = new Map<string, () => void>()
  const work = (id: string, server = "a"): Work => ({
    id,
    serverId: server as ServerId,
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
    queue.add({ id: "bad", serverId: "a" as ServerId, run: () => Promise.reject(bug) })
    queue.add(work("next"))
    await settle()
    expect(running()).toEqual(["next"])
    expect(bugs.splice(0)).toEqual([bug])
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
    await settle()
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

test("whatever is added, ended and cancelled, no server runs two, no more than N run, all of it begins once and in its server's order", async () => {
  const steps = fc.array(
    fc.oneof(
      {
        weight: 3,
        arbitrary: fc.constantFrom("a", "b", "c").map((server) => ({ do: "add" as const, server })),
      },
      { weight: 2, arbitrary: fc.nat({ max: 5 }).map((which) => ({ do: "end" as const, which })) },
      fc.nat({ max: 30 }).map((which) => ({ do: "cancel" as const, which })),
    ),
    { maxLength: 40 },
  )
  await fc.assert(
    fc.asyncProperty(steps, fc.integer({ min: 1, max: 3 }), async (plan, most) => {
      const { work, end, settle, running, log } = workshop()
      const queue = createQueue(most, noBug)
      const added: string[] = []
      for (const step of plan) {
        if (step.do === "add") {
          added.push(`${step.server}${added.length}`)
          queue.add(work(added.at(-1) ?? "", step.server))
        } else if (step.do === "end") await end(running()[step.which] ?? "")
        else queue.cancel(added[step.which] ?? "", reason)
        await settle()
        const servers = running().map((id) => id[0])
        expect(new Set(servers).size).toBe(servers.length)
        expect(servers.length).toBeLessThanOrEqual(most)
        const idle = queue.counts().queued > 0 && servers.length === 0
        expect(idle).toBe(false)
      }
      while (running().length > 0) await end(running()[0] ?? "")
      const seen = log
        .filter((line) => / (begins|refused)/.test(line))
        .map((line) => line.split(" ")[0] ?? "")
      expect(seen.toSorted()).toEqual(added.toSorted())
      for (const server of ["a", "b", "c"]) {
        const begun = log
          .filter((line) => line.startsWith(server) && line.endsWith("begins"))
          .map((line) => Number(/\d+/.exec(line)))
        expect(begun).toEqual(begun.toSorted((a, b) => a - b))
      }
    }),
    { numRuns: 60 },
  )
})
