// A person's word on what retention holds back, over the API.
import { afterEach, beforeEach, expect, test } from "bun:test"
import { Fault } from "../../controller/core/fault.ts"
import { aProblem, minute, shop } from "../state/samples.ts"
import { ask, aWorld, theDatabase, type World } from "./samples.ts"

const heldPrune = {
  heldAt: minute(3).toISOString(),
  backups: 9,
  of: 10,
  problem: aProblem({ code: "prune-held", message: "retention would delete 9 of the 10 backups" }),
}
let confirmed: [string, number][]
let world: World
beforeEach(() => {
  confirmed = []
  const plain = aWorld()
  const { view } = plain.services
  plain.remove()
  world = aWorld({
    view: { ...view, databases: () => [{ ...theDatabase, heldPrune }] },
    confirmPrune(databaseId, backups) {
      if (backups !== 9) throw new Fault("prune-held", `9 backups wait to be deleted by now, not ${backups}`)
      confirmed.push([databaseId, backups])
    },
  })
})
afterEach(() => world.remove())

const path = `/api/databases/${encodeURIComponent(shop)}/confirm-prune`
const confirm = (json: unknown, at = path) => ask(world, at, { method: "POST", json })

test("it is shown with the database, and confirmed by its number", async () => {
  expect((await ask(world, `/api/databases/${encodeURIComponent(shop)}`)).body.data.heldPrune).toEqual(
    heldPrune,
  )
  const { status, headers } = await confirm({ backups: 9 })
  expect([status, headers.get("location")]).toEqual([202, `/api/databases/${encodeURIComponent(shop)}`])
  expect(confirmed).toEqual([[shop, 9]])
})

test("another number, none, or another database is refused, and nothing is confirmed", async () => {
  const other = await confirm({ backups: 12 })
  expect([other.status, other.body.error.details.fault]).toEqual([409, "prune-held"])
  for (const body of [{}, { backups: 0 }, { backups: "9" }, { backups: 9, all: true }])
    expect((await confirm(body)).status).toBe(400)
  expect((await confirm({ backups: 9 }, "/api/databases/nobody/confirm-prune")).status).toBe(404)
  expect(confirmed).toEqual([])
})
