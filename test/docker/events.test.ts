// The event stream on an engine that behaves as the test says: half lines, refusals, ends.
import { afterEach, expect, setDefaultTimeout, test } from "bun:test"
import type { ServerResponse } from "node:http"
import fc from "fast-check"
import { connect } from "../../controller/docker/connection.ts"
import { backoffMs, nudges } from "../../controller/docker/events.ts"
import { until } from "../support/until.ts"
import { json, type ScriptedEngine, scriptedEngine } from "./scripted-engine.ts"

setDefaultTimeout(120_000)

let engine: ScriptedEngine | undefined
let abort = new AbortController()
afterEach(() => {
  abort.abort()
  abort = new AbortController()
  engine?.close()
})

/** Follows events as a consumer would; `streams` are the answers the engine has open. */
async function follow(accept: () => boolean = () => true) {
  const streams: ServerResponse[] = []
  const seen: string[] = []
  const lost: Error[] = []
  const started = await scriptedEngine((_path, response) => {
    if (!accept()) return json(response, { message: "not now" }, 503)
    response.writeHead(200, { "Content-Type": "application/json" }).flushHeaders()
    streams.push(response)
  })
  engine = started
  const { endpoint, requests } = started
  const done = (async () => {
    for await (const nudge of nudges(connect(endpoint), abort.signal, (error) => lost.push(error)))
      seen.push(nudge)
  })()
  return { streams, seen, lost, requests, done }
}
const line = '{"Type":"container","Action":"start"}\n'

test("asks for container events only, and for none that health checks make", async () => {
  const { requests, seen } = await follow()
  await until("the connection", () => seen.length === 1)
  const filters = JSON.parse(
    new URL(`http://engine${requests[0]?.split(" ")[1]}`).searchParams.get("filters") ?? "",
  )
  expect(filters.type).toEqual(["container"])
  expect(filters.event).toContainValues(["create", "start", "die", "destroy", "rename", "health_status"])
  expect(filters.event.join()).not.toContain("exec")
})

test("half a line is no event yet", async () => {
  const { streams, seen } = await follow()
  await until("the connection", () => seen.length === 1)
  const [stream] = streams
  await new Promise((resolve) => stream?.write(line.slice(0, 10), resolve))
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
  expect(seen).toEqual(["connected"])
  stream?.write(line.slice(10))
  await until("the event", () => seen.length === 2)
  expect(seen).toEqual(["connected", "event"])
})

test("a storm of events while nobody asks is one reason to look", async () => {
  const { streams, seen } = await follow()
  await until("the connection", () => seen.length === 1)
  streams[0]?.write(line.repeat(10_000))
  streams[0]?.end()
  await until("the second connection", () => streams.length === 2)
  expect(seen.filter((nudge) => nudge === "event").length).toBeLessThan(50)
})

test("a loss is told once, though many attempts fail after it, and again after the next connection", async () => {
  let accepting = true
  const { streams, seen, lost, requests } = await follow(() => accepting)
  await until("the connection", () => seen.length === 1)
  accepting = false
  streams[0]?.end()
  await until("two refused attempts", () => requests.length === 3, 30)
  expect(lost).toHaveLength(1)
  accepting = true
  await until("the second connection", () => seen.length === 2, 30)
  streams[1]?.destroy()
  await until("the second loss", () => lost.length === 2)
  expect(lost.map((error) => (error as { code?: string }).code)).toEqual([
    "docker-unreachable",
    "docker-unreachable",
  ])
}, 60_000)

test("asks for what happened since the connection was lost", async () => {
  const { streams, seen, requests } = await follow()
  await until("the connection", () => seen.length === 1)
  const lostAt = Date.now() / 1000
  streams[0]?.destroy()
  await until("the second connection", () => requests.length === 2)
  const since = Number(new URL(`http://engine${requests[1]?.split(" ")[1]}`).searchParams.get("since"))
  expect(since).toBeLessThanOrEqual(lostAt)
  expect(since).toBeGreaterThan(lostAt - 60)
})

test("ends when it is aborted: while connected, while waiting to try again, and before it begins", async () => {
  const connected = await follow()
  await until("the connection", () => connected.seen.length === 1)
  abort.abort()
  await connected.done
  engine?.close()

  abort = new AbortController()
  const refused = await follow(() => false)
  await until("the refusal", () => refused.lost.length === 1)
  abort.abort()
  await refused.done
  expect(refused.seen).toEqual([])
  engine?.close()

  const never = await follow()
  await never.done
  expect(never.requests).toEqual([])
})

test("waits a second first, then longer and longer, never more than a minute", () => {
  expect(backoffMs(0, 0.7)).toBe(1000)
  fc.assert(
    fc.property(fc.nat({ max: 2000 }), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, random) => {
      const wait = backoffMs(attempt, random)
      expect(wait).toBeGreaterThanOrEqual(1000)
      expect(wait).toBeLessThanOrEqual(60_000)
    }),
  )
  expect(backoffMs(20, 0)).toBe(30_000)
})
