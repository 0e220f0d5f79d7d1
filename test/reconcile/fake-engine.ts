// A Docker engine in memory: containers that live as Docker's do, an event stream that can lose, repeat and delay what it tells, and
// an engine that can be away. The loop sees it through the same port as a real one.
import { Fault } from "../../controller/core/fault.ts"
import type { ContainerFacts, Docker } from "../../controller/ports.ts"

type Verb = "start" | "stop" | "kill" | "pause" | "unpause" | "restart" | "remove"

export interface FakeEngine {
  readonly docker: Docker
  /** Every container there is, as a listing would give it, whether the engine can be reached or not. */
  containers(): readonly ContainerFacts[]
  create(name: string, labels: Readonly<Record<string, string>>): void
  rename(name: string, to: string): void
  /** Does nothing where Docker would refuse. */
  act(verb: Verb, name: string): void
  /** Until `up`, every listing fails and the event stream is gone; containers live on. */
  down(): void
  up(): void
  /** What becomes of the events from now on. */
  hand(events: "on" | "twice" | "late" | "lose"): void
  readonly listings: number
}

export function fakeEngine(): FakeEngine {
  let containers: ContainerFacts[] = []
  let [clock, ids, listings] = [0, 0, 0]
  let reachable = true
  let handing: Parameters<FakeEngine["hand"]>[0] = "on"
  const streams = new Set<Stream>()

  const tell = () => {
    if (handing === "lose") return
    const times = handing === "twice" ? 2 : 1
    for (const stream of streams) {
      if (handing === "late") setTimeout(() => stream.push("event"), 3)
      else for (let i = 0; i < times; i++) stream.push("event")
    }
  }
  const change = (name: string, changes: Partial<ContainerFacts>) => {
    containers = containers.map((each) => (each.name === name ? { ...each, ...changes } : each))
    tell()
  }
  const find = (name: string) => containers.find((each) => each.name === name)
  const stamp = () => new Date(Date.UTC(2026, 0, 1) + ++clock * 1000).toISOString()
  const away = () =>
    new Fault("docker-unreachable", "the engine is away", { hint: "It comes back when the test says so." })

  return {
    containers: () => containers,
    get listings() {
      return listings
    },
    create(name, labels) {
      if (find(name)) return
      containers = [
        ...containers,
        {
          id: `id-${++ids}`,
          name,
          image: "postgres:17",
          imageId: "sha256:0",
          labels,
          state: "created",
          startedAt: null,
          envNames: ["POSTGRES_PASSWORD"],
          exposedPorts: ["5432/tcp"],
        },
      ]
      tell()
    },
    rename(name, to) {
      if (find(name) && !find(to)) change(name, { name: to })
    },
    act(verb, name) {
      const state = find(name)?.state
      if (state === undefined) return
      if (verb === "start" && (state === "created" || state === "exited"))
        change(name, { state: "running", startedAt: stamp() })
      if ((verb === "stop" || verb === "kill") && state === "running") change(name, { state: "exited" })
      if (verb === "pause" && state === "running") change(name, { state: "paused" })
      if (verb === "unpause" && state === "paused") change(name, { state: "running" })
      if (verb === "restart" && state === "running") {
        change(name, { state: "restarting" })
        change(name, { state: "running", startedAt: stamp() })
      }
      if (verb !== "remove") return
      containers = containers.filter((each) => each.name !== name)
      tell()
    },
    down() {
      reachable = false
      for (const stream of streams) stream.end()
    },
    up() {
      reachable = true
    },
    hand(events) {
      handing = events
    },
    docker: {
      endpoint: "unix:///fake.sock",
      version: () => (reachable ? Promise.resolve("29.0") : Promise.reject(away())),
      async observe() {
        if (!reachable) throw away()
        listings++
        const listed = containers
        // An answer takes a while, in which more may happen, and the engine may go away.
        await new Promise((resolve) => setImmediate(resolve))
        if (!reachable) throw away()
        return listed
      },
      async *nudges(signal, onLost) {
        while (!signal.aborted) {
          if (reachable) {
            const stream = createStream(signal)
            streams.add(stream)
            yield "connected"
            yield* stream.events()
            streams.delete(stream)
            if (!signal.aborted) onLost(away())
          }
          await new Promise((resolve) => setTimeout(resolve, 1))
        }
      },
      exec: () => Promise.reject(new Error("this engine runs no tools")),
    },
  }
}

interface Stream {
  push(event: "event"): void
  end(): void
  events(): AsyncIterable<"event">
}

function createStream(signal: AbortSignal): Stream {
  let [pending, ended] = [0, false]
  let wake = () => {}
  signal.addEventListener("abort", () => wake(), { once: true })
  return {
    push() {
      pending++
      wake()
    },
    end() {
      ended = true
      wake()
    },
    async *events() {
      while (!ended && !signal.aborted) {
        if (pending > 0) {
          pending--
          yield "event"
        } else
          await new Promise<void>((resolve) => {
            wake = resolve
          })
      }
    },
  }
}
