// What stands at a destination beside the catalogue, over the API.
import { afterEach, beforeEach, expect, test } from "bun:test"
import { keyOf } from "../state/samples.ts"
import { ask, aWorld, type World } from "./samples.ts"

let world: World
beforeEach(() => {
  world = aWorld()
})
afterEach(() => world.remove())

const key = keyOf("1a2b3c4d")
const post = (action: string, json: unknown) =>
  ask(world, `/api/destinations/local/orphans/${action}`, { method: "POST", json })

test("it is listed, with foreign objects, and cleaned only as far as it was named", async () => {
  world.local.objects.set(key, Buffer.from("bytes"))
  world.local.objects.set("photo.jpg", Buffer.from("mine"))
  const { body } = await ask(world, "/api/destinations/local/orphans")
  expect(body.data).toMatchObject({
    destination: "local",
    orphans: [{ kind: "bytes", key, backupId: null, waits: null, objects: [{ key, bytes: 5 }] }],
    orphansTotal: 1,
    missing: [],
    foreign: [{ key: "photo.jpg", bytes: 4 }],
    foreignTotal: 1,
    foreignBytes: 4,
    halt: null,
  })
  const kept = await post("clean", { keys: [key] })
  expect([kept.status, kept.body.data.removed, kept.body.data.left[0].problem.code]).toEqual([
    200,
    [],
    "in-use",
  ])
  const gone = await post("clean", { unknown: [key, "photo.jpg"] })
  expect(gone.body.data).toMatchObject({ removed: [{ key }], left: [{ key: "photo.jpg" }] })
  expect([...world.local.objects.keys()]).toEqual(["photo.jpg"])
})

test("a destination that there is none of, and a body that names nothing, are refused", async () => {
  expect((await ask(world, "/api/destinations/nobody/orphans")).body.error.details.fault).toBe(
    "destination-unknown",
  )
  for (const action of ["adopt", "mend"])
    for (const body of [{}, { keys: [] }, { keys: "all" }, { keys: ["a"], all: true }])
      expect((await post(action, body)).status).toBe(400)
  expect((await post("clean", { prefix: "shop" })).status).toBe(400)
})
