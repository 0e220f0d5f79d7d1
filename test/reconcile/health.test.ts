import { afterEach, beforeEach, expect, test } from "bun:test"
import { createHealth } from "../../controller/reconcile/health.ts"
import type { DockerStatus } from "../../schemas/api.ts"
import { memoryDestination } from "../api/memory-destination.ts"
import { aProblem, type Fixture, temporaryCatalogue } from "../state/samples.ts"

let store: Fixture
beforeEach(() => {
  store = temporaryCatalogue()
})
afterEach(() => store.remove())

const docker: DockerStatus = {
  state: "connected",
  endpoint: "",
  version: "29.0",
  seenAt: null,
  problem: null,
}
const signal = AbortSignal.timeout(60_000)
const away = (name: string) => {
  const destination = memoryDestination(name)
  return {
    ...destination,
    check: async (signal: AbortSignal) => ({
      ...(await destination.check(signal)),
      state: "down" as const,
      problem: aProblem({ code: "destination-unavailable", message: "the folder is read-only" }),
    }),
  }
}
const health = (changes: Partial<Parameters<typeof createHealth>[0]> = {}) =>
  createHealth({
    catalogue: store.catalogue,
    destinations: new Map([["local", memoryDestination("local")]]),
    queue: {
      add: () => {},
      cancel: () => false,
      setMaxConcurrent: () => {},
      counts: () => ({ running: 1, queued: 2, maxConcurrent: 3 }),
      drain: () => Promise.resolve(),
    },
    watch: { status: () => docker },
    schedulerRuns: () => true,
    ...changes,
  })
const failing = async (changes: Parameters<typeof health>[0]) =>
  (await health(changes).ready(signal))
    .filter(({ ok }) => !ok)
    .map(({ name, detail }) => `${name}: ${detail}`)

test("is ready when the catalogue, Docker, a destination and the scheduler are", async () => {
  const checks = await health().ready(signal)
  expect(checks.map(({ name, ok }) => [name, ok])).toEqual([
    ["sqlite", true],
    ["docker", true],
    ["destination", true],
    ["scheduler", true],
  ])
})

test("is not ready before Docker has answered, or when it does not", async () => {
  const status = (state: DockerStatus["state"], problem: DockerStatus["problem"] = null) => ({
    watch: { status: () => ({ ...docker, state, problem }), run: () => Promise.resolve() },
  })
  expect(await failing(status("connecting"))).toEqual(["docker: connecting"])
  const lost = aProblem({ code: "docker-unreachable", message: "no socket" })
  expect(await failing(status("unreachable", lost))).toEqual(["docker: no socket"])
})

test("is ready with one of two destinations, and not with none", async () => {
  const local = memoryDestination("local")
  expect(
    await failing({ destinations: new Map([["local", local] as const, ["nas", away("nas")] as const]) }),
  ).toEqual([])
  expect(await failing({ destinations: new Map([["nas", away("nas")]]) })).toEqual([
    "destination: nas: the folder is read-only",
  ])
})

test("is not ready with a catalogue that cannot be written, or a scheduler that was stopped", async () => {
  store.catalogue.close()
  const [sqlite, scheduler] = await failing({ schedulerRuns: () => false })
  expect(sqlite).toStartWith("sqlite: ")
  expect(scheduler).toBe("scheduler: stopped")
})

test("says what is queued and where Docker is", async () => {
  expect(health().queue()).toEqual({ running: 1, queued: 2, maxConcurrent: 3 })
  expect(health().docker()).toBe(docker)
  expect((await health().destinations(signal)).map(({ name, state }) => [name, state])).toEqual([
    ["local", "up"],
  ])
})
