import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test"
import { createEventHub } from "../../controller/api/event-hub.ts"
import { eventStream } from "../../controller/api/events.ts"
import { listen } from "../../controller/api/listen.ts"
import type { Event } from "../../schemas/api.ts"
import { aRun, minute } from "../state/samples.ts"
import { aWorld, type World } from "./samples.ts"

setDefaultTimeout(120_000)

const event = (n: number): Event => ({ name: "server.changed", data: { serverId: String(n) } })
const numberOf = (seen: Event) => (seen.name === "server.changed" ? Number(seen.data.serverId) : Number.NaN)

describe("the event hub", () => {
  test("hands each event to every follower, with ids that rise, until it leaves", () => {
    const hub = createEventHub()
    const seen: [number, number][] = []
    const leave = hub.subscribe(null, (id, event) => seen.push([id, numberOf(event)]))
    hub.publish(event(1))
    hub.publish(event(2))
    leave()
    hub.publish(event(3))
    expect(seen.map(([, n]) => n)).toEqual([1, 2])
    expect(seen[1]?.[0]).toBeGreaterThan(seen[0]?.[0] ?? Number.POSITIVE_INFINITY)
  })

  test("replays what came after an id, and the last thousand at most", () => {
    const hub = createEventHub()
    const ids: number[] = []
    hub.subscribe(null, (id) => ids.push(id))
    for (let n = 1; n <= 1_500; n++) hub.publish(event(n))
    const replayed = (lastId: number | null) => {
      const seen: number[] = []
      hub.subscribe(lastId, (_id, event) => seen.push(numberOf(event)))()
      return seen
    }
    expect(replayed(ids[1_497] ?? 0)).toEqual([1_499, 1_500])
    expect(replayed(null)).toEqual([])
    expect(replayed(0)).toHaveLength(1_000)
    expect(replayed(0)[0]).toBe(501)
  })

  test("goes on with higher ids after a restart, so that an id from before hides nothing", () => {
    const before: number[] = []
    const first = createEventHub({ clock: () => minute(0) })
    first.subscribe(null, (id) => before.push(id))
    for (let n = 0; n < 5_000; n++) first.publish(event(n))
    const second = createEventHub({ clock: () => minute(1) })
    second.publish(event(7))
    const seen: number[] = []
    second.subscribe(before.at(-1) ?? null, (_id, event) => seen.push(numberOf(event)))
    expect(seen).toEqual([7])
    expect(Number.isSafeInteger(before.at(-1))).toBe(true)
  })

  test("a follower that throws is told no more and disturbs nobody", () => {
    const complaints: string[] = []
    const hub = createEventHub({ log: (_level, message) => complaints.push(message) })
    const seen: number[] = []
    hub.subscribe(null, () => {
      throw new Error("broken")
    })
    hub.subscribe(null, (_id, event) => seen.push(numberOf(event)))
    hub.publish(event(1))
    hub.publish(event(2))
    expect([seen, complaints.length]).toEqual([[1, 2], 1])
  })
})

describe("the event stream", () => {
  const text = async (reader: ReadableStreamDefaultReader<Uint8Array>) => {
    const { value, done } = await reader.read()
    return done ? undefined : new TextDecoder().decode(value)
  }

  test("begins at once, then carries id, name and data, and pings in between", async () => {
    const hub = createEventHub({ clock: () => new Date(0) })
    const reader = eventStream(hub, null, 20).getReader()
    expect(await text(reader)).toBe(": connected\n\n")
    hub.publish(event(1))
    expect(await text(reader)).toBe('id: 1\nevent: server.changed\ndata: {"serverId":"1"}\n\n')
    expect(await text(reader)).toBe(": ping\n\n")
    await reader.cancel()
  })

  test("stops following when the client leaves", async () => {
    let following = 0
    const hub = createEventHub()
    const counting = {
      ...hub,
      subscribe: (...args: Parameters<typeof hub.subscribe>) => {
        const leave = hub.subscribe(...args)
        following++
        return () => {
          following--
          leave()
        }
      },
    }
    const reader = eventStream(counting, null).getReader()
    await reader.read()
    expect(following).toBe(1)
    await reader.cancel()
    expect(following).toBe(0)
    eventStream(counting, null)
    expect(following).toBe(0)
  })

  test("cuts off a client that does not read, which gets the rest by coming back with the last id", async () => {
    const hub = createEventHub({ keep: 100_000 })
    const reader = eventStream(hub, null).getReader()
    await text(reader)
    const total = 30_000
    for (let n = 1; n <= total; n++) hub.publish(event(n))
    let got = ""
    for (let part = await text(reader); part !== undefined; part = await text(reader)) got += part
    const ids = [...got.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id))
    expect(ids.length).toBeGreaterThan(1_000)
    expect(ids.length).toBeLessThan(total)
    const rest: number[] = []
    hub.subscribe(ids.at(-1) ?? null, (_id, event) => rest.push(numberOf(event)))
    expect([rest[0], rest.at(-1)]).toEqual([ids.length + 1, total])
  })
})

describe("over a real socket", () => {
  let world: World
  beforeEach(() => {
    world = aWorld()
  })
  afterEach(() => world.remove())

  /** Reads the stream up to a text that must come. */
  async function readTo(reader: ReadableStreamDefaultReader<Uint8Array>, wanted: string): Promise<string> {
    let seen = ""
    while (!seen.includes(wanted)) {
      const { value, done } = await reader.read()
      if (done) throw new Error(`the stream ended before ${wanted}: ${seen}`)
      seen += new TextDecoder().decode(value)
    }
    return seen
  }

  test("the answer begins at once, carries what the catalogue commits, and replays it after a break", async () => {
    const server = listen(world.app, { hostname: "127.0.0.1", port: 0 })
    try {
      const url = `http://127.0.0.1:${server.port}/api/events`
      const first = await fetch(url)
      expect(first.headers.get("content-type")).toBe("text/event-stream")
      const reader = first.body?.getReader() ?? never()
      await readTo(reader, ": connected\n\n")
      world.catalogue.addRun(aRun("r1"))
      const seen = await readTo(reader, '"status":"queued"}\n\n')
      expect(seen).toContain('event: run.updated\ndata: {"runId":"r1"')
      const lastId = /id: (\d+)/.exec(seen)?.[1] ?? ""
      await reader.cancel()
      world.catalogue.addRun(aRun("r2"))
      const again = await fetch(url, { headers: { "last-event-id": lastId } })
      const replay = await readTo(again.body?.getReader() ?? never(), '"status":"queued"}\n\n')
      expect(replay).toContain('"runId":"r2"')
      expect(replay).not.toContain('"runId":"r1"')
      expect((await fetch(url, { headers: { "last-event-id": "abc" } })).status).toBe(400)
    } finally {
      await server.stop()
    }
  })

  // Bun looks for idle connections every 4 s or so; without the timeout lifted, this one ends after that.
  test("a stream that is quiet for longer than the server's idle timeout stays open", async () => {
    const { app } = world
    const server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      idleTimeout: 1,
      fetch: (request, server) =>
        new URL(request.url).pathname === "/quiet"
          ? new Response(eventStream(world.events, null))
          : app.fetch(request, { server }),
    })
    try {
      const unprotected = (await fetch(`${server.url}quiet`)).body?.getReader() ?? never()
      const reader = (await fetch(`${server.url}api/events`)).body?.getReader() ?? never()
      await readTo(reader, ": connected")
      await readTo(unprotected, ": connected")
      const cut = await unprotected.read().then(
        ({ done }) => done,
        () => true,
      )
      expect(cut).toBe(true)
      world.events.publish(event(5))
      expect(await readTo(reader, "server.changed")).toContain("id: ")
    } finally {
      await server.stop(true)
    }
  }, 15_000)
})

function never(): never {
  throw new Error("the answer has no body")
}
