// Pinning and unpinning over the API.
import { afterEach, beforeEach, expect, test } from "bun:test"
import type { BackupId } from "../../schemas/backup.ts"
import { aBackup, addGood, addSuspect, aProblem, aRun, minute } from "../state/samples.ts"
import { ask, aWorld, type World } from "./samples.ts"

let world: World
beforeEach(() => {
  world = aWorld()
})
afterEach(() => world.remove())

const pin = (id: string, body: unknown = { reason: "before the migration" }) =>
  ask(world, `/api/backups/${id}/pin`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  })
const unpin = (id: string) => ask(world, `/api/backups/${id}/pin`, { method: "DELETE" })
const logged = (run: string) => world.catalogue.logs(run as never, "info").map(({ message }) => message)

test("a pinned backup says since when and why, and the log of its run says that a person did it", async () => {
  addGood(world.catalogue, "b1", 0)
  const { status, body } = await pin("b1", { reason: "  before the migration " })
  const pinned = { at: minute(10).toISOString(), reason: "before the migration" }
  expect([status, body.data.pinned]).toEqual([200, pinned])
  expect((await ask(world, "/api/backups")).body.data[0].pinned).toEqual(pinned)
  expect(logged("run-b1")).toEqual(["a person pinned the backup of shop: before the migration"])
  expect((await pin("b1", { reason: "for the auditors" })).body.data.pinned.reason).toBe("for the auditors")
})

test("unpinned, it is as any other; twice is refused with 409", async () => {
  addGood(world.catalogue, "b1", 0)
  await pin("b1")
  const { status, body } = await unpin("b1")
  expect([status, body.data.pinned]).toEqual([200, null])
  expect(logged("run-b1").at(-1)).toContain("a person unpinned the backup of shop")
  const again = await unpin("b1")
  expect([again.status, again.body.error.code]).toEqual([409, "CONFLICT"])
  expect(again.body.error.message).toBe("backup b1 is not pinned")
})

test("a suspect one can be pinned; one that failed cannot, and what does not exist or is deleted is not found", async () => {
  const { catalogue } = world
  addSuspect(catalogue, "b2", 5)
  expect((await pin("b2")).status).toBe(200)
  catalogue.addRun(aRun("r3"))
  catalogue.addBackup(aBackup("b3", "r3"))
  catalogue.finishBackup("b3" as BackupId, minute(3), { status: "failed", error: aProblem() })
  const failed = await pin("b3")
  expect([failed.status, failed.body.error.message]).toEqual([
    409,
    "backup b3 is failed: there is nothing to keep",
  ])
  catalogue.copyDeleted(addGood(catalogue, "b4", 20), "local", minute(25))
  for (const id of ["nobody", "b4"]) {
    expect((await pin(id)).status).toBe(404)
    expect((await unpin(id)).status).toBe(404)
  }
})

test("a reason is a line of words", async () => {
  addGood(world.catalogue, "b1", 0)
  for (const body of [
    {},
    { reason: "" },
    { reason: "  " },
    { reason: "a\nb" },
    { reason: "a".repeat(201) },
    7,
  ])
    expect((await pin("b1", body)).status).toBe(400)
  expect(world.catalogue.backup("b1" as BackupId)).toMatchObject({ pinned: null })
})
