// A person's word on a suspect backup, over the API.
import { afterEach, beforeEach, expect, test } from "bun:test"
import { aDoubt, addGood, addSuspect, minute, shop } from "../state/samples.ts"
import { ask, aWorld, type World } from "./samples.ts"

let world: World
beforeEach(() => {
  world = aWorld()
})
afterEach(() => world.remove())

const get = (path: string) => ask(world, path)
const accept = (id: string) => ask(world, `/api/backups/${id}/accept`, { method: "POST" })
const suspects = async () =>
  (await get("/api/backups?suspect=true")).body.data.map(({ id }: { id: string }) => id)

test("a suspect backup is shown with its reason, and listed among those that wait for somebody", async () => {
  addGood(world.catalogue, "b1", 0)
  addSuspect(world.catalogue, "b2", 5)
  expect((await get("/api/backups/b2")).body.data).toMatchObject({ suspect: aDoubt, acceptedAt: null })
  expect((await get("/api/backups/b1")).body.data).toMatchObject({ suspect: null, acceptedAt: null })
  expect(await suspects()).toEqual(["b2"])
  expect((await get("/api/backups?suspect=false")).body.meta.total).toBe(2)
  expect((await get("/api/backups?suspect=perhaps")).status).toBe(400)
})

test("once accepted it is the newest good one, and the log of its run says that a person did it", async () => {
  const { catalogue } = world
  addGood(catalogue, "b1", 0)
  addSuspect(catalogue, "b2", 5)
  const { status, body } = await accept("b2")
  expect([status, body.data.suspect, body.data.acceptedAt]).toEqual([200, aDoubt, minute(10).toISOString()])
  expect(catalogue.lastGood(shop)?.id as string).toBe("b2")
  expect(await suspects()).toEqual([])
  expect(catalogue.logs("run-b2", "info").map(({ message }) => message)).toEqual([
    expect.stringContaining("a person accepted the suspect backup of shop"),
  ])
})

test("what is not suspect, or was accepted before, is refused with 409, and nothing changes", async () => {
  const { catalogue } = world
  addGood(catalogue, "b1", 0)
  addSuspect(catalogue, "b2", 5)
  const good = await accept("b1")
  expect([good.status, good.body.error.code]).toEqual([409, "CONFLICT"])
  expect(good.body.error.message).toContain("is completed, and not suspect")
  await accept("b2")
  const again = await accept("b2")
  expect(again.status).toBe(409)
  expect(again.body.error.message).toContain(`was accepted at ${minute(10).toISOString()}`)
  expect(catalogue.logs("run-b2", "info")).toHaveLength(1)
})

test("what does not exist, or is deleted, is not found", async () => {
  const id = addSuspect(world.catalogue, "b2", 5)
  world.catalogue.copyDeleted(id, "local", minute(9))
  for (const id of ["nobody", "b2"]) expect((await accept(id)).status).toBe(404)
})
