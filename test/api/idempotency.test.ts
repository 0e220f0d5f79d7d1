import { afterEach, beforeEach, expect, test } from "bun:test"
import { minute, shop } from "../state/samples.ts"
import { ask, aWorld, type World } from "./samples.ts"

let world: World
let now = minute(10)
beforeEach(() => {
  now = minute(10)
  world = aWorld({ clock: () => now })
})
afterEach(() => world.remove())

const post = (key: string, json: unknown = { databaseId: shop }) =>
  ask(world, "/api/backups", { method: "POST", json, headers: { "idempotency-key": key } })
const count = () => world.catalogue.backups({}, { page: 1, limit: 50 }).total

test("the same request with the same key begins one backup, also when both come at once", async () => {
  const [first, second] = await Promise.all([post("k1"), post("k1")])
  const third = await post("k1")
  for (const { status, body } of [first, second, third]) {
    expect([status, body.data.id]).toEqual([202, first.body.data.id])
  }
  expect(third.headers.get("location")).toBe(first.headers.get("location"))
  expect(count()).toBe(1)
  await post("k2")
  expect(count()).toBe(2)
})

test("the same key with another body is refused", async () => {
  await post("k1")
  const { status, body } = await post("k1", { databaseId: "shop~db:users" })
  expect([status, body.error.code, count()]).toEqual([422, "VALIDATION_ERROR", 1])
})

test("a request that was refused may be tried again with its key", async () => {
  const refused = await Promise.all([1, 2, 3].map(() => post("k1", { databaseId: "nothing" })))
  expect(refused.map(({ status }) => status)).toEqual([404, 404, 404])
  expect((await post("k1", { databaseId: "nothing" })).status).toBe(404)
  expect((await post("k1")).status).toBe(202)
})

test("a key is forgotten after a day, and must be one", async () => {
  await post("k1")
  now = minute(10 + 24 * 60)
  await post("k1")
  expect(count()).toBe(2)
  expect((await post("x".repeat(256))).status).toBe(400)
  expect((await post("two words")).status).toBe(400)
})
