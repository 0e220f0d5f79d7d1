// Questions about databases, and looking again.
import { afterEach, beforeEach, describe, expect, test } from "bun:test"
import { Fault } from "../../controller/core/fault.ts"
import { discoverDatabases, type ServerDetail } from "../../schemas/api.ts"
import type { Server } from "../../schemas/server.ts"
import { shop } from "../state/samples.ts"
import { ask, aWorld, theJob, theServer, type World } from "./samples.ts"

let world: World
beforeEach(() => {
  world = aWorld()
})
afterEach(() => world.remove())

describe("GET /api/databases", () => {
  test.each([
    ["type=postgresql", 1],
    ["type=mysql", 0],
    ["engine=postgres&type=mariadb", 0],
    ["enabled=true", 1],
    ["enabled=false", 0],
    ["q=SHOP", 1],
    ["q=shop-db-1&state=fresh", 1],
    ["q=wiki", 0],
    ["q=", 1],
  ])("?%s finds %p", async (query, count) => {
    const { status, body } = await ask(world, `/api/databases?${query}`)
    expect([status, body.data.length]).toEqual([200, count])
  })

  test.each(["type=postgres", "type=oracle", "enabled=yes", "enabled=", "name=shop", `q=${"x".repeat(201)}`])(
    "?%s is an error that names what is taken",
    async (query) => {
      const { status, body } = await ask(world, `/api/databases?${query}`)
      expect([status, body.error.code]).toEqual([400, "VALIDATION_ERROR"])
      expect(body.error.hint).toBe("The query takes: engine, type, serverId, state, enabled, q.")
    },
  )
})

describe("POST /api/databases/discover", () => {
  test("answers once it has looked, with what is there then", async () => {
    let servers: readonly Server[] = []
    const looking = aWorld({
      view: { ...world.services.view, servers: () => servers },
      discover: async () => {
        await Promise.resolve()
        servers = [theServer]
      },
    })
    const { status, body } = await ask(looking, "/api/databases/discover", { method: "POST" })
    expect(status).toBe(200)
    const found: readonly ServerDetail[] = discoverDatabases.response.parse(body.data)
    expect(found).toMatchObject([{ id: theServer.id, why: theServer.why, schedules: [theJob] }])
    expect(found[0]?.databases.map(({ id }) => id)).toEqual([shop])
    looking.remove()
  })

  test("that cannot see says so instead of telling what it saw before", async () => {
    const blind = aWorld({
      discover: async () => {
        throw new Fault("docker-unreachable", "the Docker engine does not answer", { hint: "Start it." })
      },
    })
    const { status, body } = await ask(blind, "/api/databases/discover", { method: "POST" })
    expect([status, body.error.message, body.error.hint]).toEqual([
      503,
      "the Docker engine does not answer",
      "Start it.",
    ])
    blind.remove()
  })

  test("is no page for other sites to press", async () => {
    const { status } = await ask(world, "/api/databases/discover", {
      method: "POST",
      headers: { origin: "https://evil.example" },
    })
    expect(status).toBe(403)
  })
})

test("the status says who stopped every schedule", async () => {
  expect((await ask(world, "/api/system/status")).body.data.pausedBy).toBeNull()
  const paused = aWorld({ view: { ...world.services.view, pausedForAll: () => "settings" } })
  expect((await ask(paused, "/api/system/status")).body.data.pausedBy).toBe("settings")
  paused.remove()
})
