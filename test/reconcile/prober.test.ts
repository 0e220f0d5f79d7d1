import { afterEach, describe, expect, test } from "bun:test"
import type { Insight } from "../../controller/core/database-view.ts"
import { Fault } from "../../controller/core/fault.ts"
import { type DerivedServer, deriveServers } from "../../controller/core/server.ts"
import type { ContainerFacts } from "../../controller/ports.ts"
import { createProber, type Pauses, type Seen } from "../../controller/reconcile/prober.ts"
import { guess, labelled, operator } from "../core/samples.ts"
import { until } from "../support/until.ts"

const servers = (...containers: readonly ContainerFacts[]) =>
  deriveServers(containers, operator(), new Map(), guess)
const shop = (changes: Partial<ContainerFacts> = {}, labels: Readonly<Record<string, string>> = {}) =>
  labelled({ enable: "true", ...labels }, changes)
const seen: Seen = { engine: "postgres", serverVersion: "17.6", databases: ["shop"], warnings: [] }
const starting = new Fault("server-not-ready", "the server is still starting")

let stop = new AbortController()
afterEach(() => stop.abort())

/** A prober whose looks answer as the test says: with what was seen, a fault, or only when the look is given up. */
function prober(
  answer: (look: number, server: DerivedServer) => Seen | Fault | "hang",
  pauses: Partial<Pauses> = {},
) {
  stop = new AbortController()
  const looks: string[] = []
  const learnt: Insight[] = []
  const givenUp: string[] = []
  let refuse: Error | undefined
  const { update, refresh } = createProber(
    (server, signal) => {
      looks.push(`${server.name} ${server.container.id}`)
      const result = answer(looks.length, server)
      if (result === "hang")
        return new Promise((_, reject) =>
          signal.addEventListener("abort", () => {
            givenUp.push(server.container.id)
            reject(signal.reason)
          }),
        )
      return result instanceof Fault ? Promise.reject(result) : Promise.resolve(result)
    },
    (_, insight) => {
      if (refuse) throw refuse
      learnt.push(insight)
    },
    () => ({ engine: null, serverVersion: null, databases: ["known before"], warnings: [] }),
    stop.signal,
    { firstMilliseconds: 1, longestMilliseconds: 4, hopelessMilliseconds: 4, ...pauses },
  )
  const refuseToLearn = (error: Error | undefined) => {
    refuse = error
  }
  return { update, refresh, looks, learnt, givenUp, refuseToLearn }
}
const settle = () => new Promise((resolve) => setImmediate(resolve))

describe("a server is looked into", () => {
  test("once, however often it is seen", async () => {
    const { update, looks, learnt } = prober(() => seen)
    update(servers(shop()))
    update(servers(shop()))
    await until("it has learnt", () => learnt.length > 0, 10)
    update(servers(shop()))
    await settle()
    expect(looks).toEqual(["shop/db c0ffee"])
    expect(learnt).toEqual([{ ...seen, problem: null }])
  })

  test("anew when its container is recreated, started again, or told to be looked at otherwise", async () => {
    const { update, looks, learnt } = prober(() => seen)
    const lives = [
      shop(),
      shop({ id: "recreated" }),
      shop({ id: "recreated", startedAt: "2026-03-02T00:00:00Z" }),
      shop({ id: "recreated", startedAt: "2026-03-02T00:00:00Z" }, { user: "backup" }),
    ]
    for (const [i, life] of lives.entries()) {
      update(servers(life))
      await until("it has learnt", () => learnt.length === i + 1, 10)
    }
    expect(looks).toHaveLength(4)
  })

  test("not for a new schedule", async () => {
    const { update, looks, learnt } = prober(() => seen)
    update(servers(shop()))
    await until("it has learnt", () => learnt.length > 0, 10)
    update(servers(shop({}, { schedule: "hourly" })))
    await settle()
    expect(looks).toHaveLength(1)
  })

  test("only while it is active and runs", async () => {
    const { update, looks } = prober(() => seen)
    update(
      servers(
        shop({ id: "1", state: "exited" }, { id: "stopped" }),
        shop({ id: "2", state: "paused" }, { id: "paused" }),
        shop({ id: "3" }, { id: "off", enable: "false" }),
        shop({ id: "4" }, { id: "wrong", shedule: "x" }),
      ),
    )
    await settle()
    expect(looks).toEqual([])
  })

  test("beside others that hang", async () => {
    const { update, learnt } = prober((_, { name }) => (name === "slow" ? "hang" : seen))
    update(servers(shop({ id: "1" }, { id: "slow" }), shop({ id: "2" }, { id: "quick" })))
    await until("the quick one is learnt", () => learnt.length === 1, 10)
  })
})

describe("a look that fails", () => {
  test("is repeated until it succeeds, with what was known before kept and the problem told each time", async () => {
    const { update, looks, learnt } = prober((look) => (look < 4 ? starting : seen))
    update(servers(shop()))
    await until("it has succeeded", () => learnt.at(-1)?.problem === null, 10)
    expect(looks).toHaveLength(4)
    expect(learnt.slice(0, 3).map(({ databases, problem }) => [databases, problem?.code])).toEqual(
      Array(3).fill([["known before"], "server-not-ready"]),
    )
    await settle()
    expect(looks).toHaveLength(4)
  })

  test("is not repeated at once: the pauses double", async () => {
    const times: number[] = []
    const failing = () => {
      times.push(performance.now())
      return starting
    }
    const { update } = prober(failing, { firstMilliseconds: 4, longestMilliseconds: 3_600_000 })
    update(servers(shop()))
    await until("it has looked five times", () => times.length >= 5, 10)
    // A timer may be late, never early (but for rounding).
    const pauses = times.slice(1, 5).map((time, i) => time - (times[i] ?? 0))
    for (const [i, least] of [4, 8, 16, 32].entries()) expect(pauses[i]).toBeGreaterThan(least - 1.5)
  })

  test("is given up for a new life of the container, which is looked into at once", async () => {
    const { update, looks, learnt } = prober(
      (_, { container }) => (container.id === "new" ? seen : starting),
      {
        firstMilliseconds: 3_600_000,
      },
    )
    update(servers(shop()))
    await until("the first look failed", () => learnt.length === 1, 10)
    update(servers(shop({ id: "new" })))
    await until("the new one is learnt", () => learnt.at(-1)?.problem === null, 10)
    expect(looks).toEqual(["shop/db c0ffee", "shop/db new"])
  })

  test("survives a catalogue that cannot remember it", async () => {
    const { update, looks, learnt, refuseToLearn } = prober((look) => (look < 3 ? starting : seen))
    refuseToLearn(new Fault("disk-full", "no space left"))
    update(servers(shop()))
    await until("it has looked again and again", () => looks.length > 4, 10)
    expect(learnt).toEqual([])
    refuseToLearn(undefined)
    await until("it has learnt", () => learnt.at(-1)?.problem === null, 10)
  })
})

describe("a look under way", () => {
  test("is given up, and teaches nothing, when its server goes", async () => {
    const { update, looks, learnt, givenUp } = prober(() => "hang")
    update(servers(shop()))
    await until("it looks", () => looks.length === 1, 10)
    update([])
    await until("it is given up", () => givenUp.length === 1, 10)
    await settle()
    expect(learnt).toEqual([])
    update(servers(shop()))
    await until("it looks again once the server is back", () => looks.length === 2, 10)
  })

  test("is given up when the controller stops", async () => {
    const { update, looks, learnt, givenUp } = prober(() => "hang")
    update(servers(shop()))
    await until("it looks", () => looks.length === 1, 10)
    stop.abort()
    await until("it is given up", () => givenUp.length === 1, 10)
    await settle()
    expect(learnt).toEqual([])
    expect(looks).toHaveLength(1)
  })
})

describe("asked to look again", () => {
  test("it looks into every active server once more, and answers when all have", async () => {
    const { update, refresh, looks, learnt } = prober(() => seen)
    update(servers(shop({ id: "1" }, { id: "a" }), shop({ id: "2" }, { id: "b" })))
    await until("both are learnt", () => learnt.length === 2, 10)
    await refresh()
    expect(looks.toSorted()).toEqual(["a 1", "a 1", "b 2", "b 2"])
    expect(learnt).toHaveLength(4)
  })

  test("it waits for no pause after a failure, and answers though it fails again", async () => {
    const { update, refresh, looks, learnt } = prober(() => starting, { firstMilliseconds: 3_600_000 })
    update(servers(shop()))
    await until("the first look failed", () => learnt.length === 1, 10)
    await refresh()
    expect(looks).toHaveLength(2)
    expect(learnt.at(-1)?.problem?.code).toBe("server-not-ready")
  })

  test("it looks into no more than sixteen at a time, and into all of them in the end", async () => {
    let [open, most] = [0, 0]
    const { update, looks, givenUp } = prober(() => {
      most = Math.max(most, ++open)
      return "hang"
    })
    const many = Array.from({ length: 40 }, (_, i) =>
      shop({ id: `${i}` }, { id: `s${String(i).padStart(2, "0")}` }),
    )
    update(servers(...many))
    await settle()
    expect([looks.length, most]).toEqual([16, 16])
    // Those that hang go; the others get their places.
    update(servers(...many.slice(16)))
    await until("the next sixteen", () => looks.length === 32, 10)
    expect(givenUp).toHaveLength(16)
    update(servers(...many.slice(32)))
    await until("the rest", () => looks.length === 40, 10)
  })
})
