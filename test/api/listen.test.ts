import { afterAll, beforeAll, expect, test } from "bun:test"
import { listen } from "../../controller/api/listen.ts"
import { aWorld, type World } from "./samples.ts"

let world: World
beforeAll(() => {
  world = aWorld()
})
afterAll(() => world.remove())

test("listens on a port of its own choice, tells it, and gives it back", async () => {
  const server = listen(world.app, { hostname: "127.0.0.1", port: 0 })
  expect(server.port).toBeGreaterThan(0)
  const status = await fetch(`http://127.0.0.1:${server.port}/api/system/status`)
  expect(((await status.json()) as { data: { listening: unknown } }).data.listening).toEqual({
    address: "127.0.0.1",
    port: server.port,
    loopbackOnly: true,
  })
  await server.stop()
  const again = listen(world.app, { hostname: "127.0.0.1", port: server.port })
  expect(again.port).toBe(server.port)
  await again.stop()
})

test("a port that is taken and an address that is not here are told apart", async () => {
  const server = listen(world.app, { hostname: "127.0.0.1", port: 0 })
  expect(() => listen(world.app, { hostname: "127.0.0.1", port: server.port })).toThrow(
    expect.objectContaining({
      code: "settings-invalid",
      message: `127.0.0.1:${server.port} is taken by another program`,
    }),
  )
  await server.stop()
  expect(() => listen(world.app, { hostname: "192.0.2.1", port: 0 })).toThrow(
    expect.objectContaining({ code: "settings-invalid", hint: expect.stringContaining("HOSTNAME") }),
  )
})

test("stops although somebody follows the events", async () => {
  const server = listen(world.app, { hostname: "127.0.0.1", port: 0 })
  const response = await fetch(`http://127.0.0.1:${server.port}/api/events`)
  const reader = response.body?.getReader()
  await reader?.read()
  await server.stop()
  await reader?.read().catch(() => {})
})
