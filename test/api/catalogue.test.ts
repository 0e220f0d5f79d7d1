// The catalogue over the API: its state, its care, and the configuration that comes and goes.
import { afterEach, beforeEach, expect, test } from "bun:test"
import { ask, aWorld, type World } from "./samples.ts"

let world: World
beforeEach(() => {
  world = aWorld()
})
afterEach(() => world.remove())

const post = async (path: string, json: unknown) => await ask(world, path, { method: "POST", json })

test("maintenance answers with what was done, and an unknown task is refused with those there are", async () => {
  expect(await post("/api/system/maintenance", { task: "verify" })).toMatchObject({
    status: 200,
    body: { data: { task: "verify", ok: true, problems: [] } },
  })
  expect(await post("/api/system/maintenance", { task: "cleanup" })).toMatchObject({
    body: { data: { logLines: 0, files: [] } },
  })
  expect(await post("/api/system/maintenance", { task: "vacuum" })).toMatchObject({
    body: { data: { bytesAfter: expect.any(Number) } },
  })
  const refused = await post("/api/system/maintenance", { task: "sweep" })
  expect(refused.status).toBe(400)
  expect(JSON.stringify(refused.body)).toContain("vacuum")
})

test("what was exported is imported as a plan unless it is asked for, and nothing else is taken for an export", async () => {
  const { body } = await ask(world, "/api/system/export")
  const configuration = { ...body.data, schedules: [{ jobId: "*", enabled: false }] }
  const plan = { changes: [{ what: "schedule", name: "every job", action: "add", detail: "is paused" }] }
  expect((await post("/api/system/import", { configuration })).body.data).toEqual({
    ...plan,
    done: false,
  })
  expect(world.catalogue.overrides()).toEqual([])
  expect((await post("/api/system/import", { configuration, dryRun: false })).body.data).toEqual({
    ...plan,
    done: true,
  })
  expect((await post("/api/system/import", { configuration: { formatVersion: 2 } })).status).toBe(400)
})
