// Stored backups checked again, over the API.
import { afterEach, beforeEach, expect, test } from "bun:test"
import { addGood, aProblem } from "../state/samples.ts"
import { ask, aWorld, type World } from "./samples.ts"

let world: World
beforeEach(() => {
  world = aWorld()
  addGood(world.catalogue, "b1", 0)
})
afterEach(() => world.remove())

const post = (path: string, body?: unknown) =>
  ask(world, path, {
    method: "POST",
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
  })
const verify = (id: string, body: unknown) => post(`/api/backups/${id}/verify`, body)
const settled = () => new Promise((resolve) => setImmediate(resolve))

test("it is begun with 202, and followed by its id to what was found", async () => {
  const { status, headers, body } = await verify("b1", { level: "read", destination: "local" })
  expect([status, headers.get("location")]).toEqual([202, "/api/verifications/v1"])
  expect(body.data).toMatchObject({ backupId: "b1", level: "read", destination: "local", askedBy: "person" })
  await settled()
  const { data } = (await ask(world, "/api/verifications/v1")).body
  expect(data).toMatchObject({ status: "completed", results: [{ level: "read", outcome: "passed" }] })
  expect((await ask(world, "/api/verifications")).body.data).toEqual([data])
  expect((await post("/api/verifications/v1/cancel")).status).toBe(409)
})

test.each([
  ["a backup that there is not", "b9", { level: "read" }, 404, "NOT_FOUND"],
  ["a level that there is not", "b1", { level: "glance" }, 400, "VALIDATION_ERROR"],
  ["no level", "b1", {}, 400, "VALIDATION_ERROR"],
  ["a destination at which it is not", "b1", { level: "read", destination: "moon" }, 404, "NOT_FOUND"],
  ["more than there is to ask", "b1", { level: "read", rate: 1 }, 400, "VALIDATION_ERROR"],
])("%s is refused", async (_, id, request, status, code) => {
  const answer = await verify(id, request)
  expect([answer.status, answer.body.error.code]).toEqual([status, code])
})

test("what was found is told of a deleted backup, too, and of none that there is not", async () => {
  world.catalogue.deletingCopy("b1" as never, "local")
  world.catalogue.copyDeleted("b1" as never, "local", new Date())
  expect((await ask(world, "/api/backups/b1/verifications")).body.data).toEqual([])
  expect((await ask(world, "/api/backups/b9/verifications")).status).toBe(404)
  expect((await verify("b1", { level: "checksum" })).status).toBe(404)
})

test("a backup whose every copy is bad is no deleted one: it is shown, and can be verified again", async () => {
  world.catalogue.copyBad("b1" as never, "local", aProblem({ code: "copy-mismatch" }))
  expect((await ask(world, "/api/backups/b1")).body.data.copies).toMatchObject([{ state: "failed" }])
  expect((await verify("b1", { level: "checksum" })).status).toBe(202)
})
