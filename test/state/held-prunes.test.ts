import { afterEach, beforeEach, expect, test } from "bun:test"
import type { BackupId } from "../../schemas/backup.ts"
import type { DatabaseId, JobId } from "../../schemas/server.ts"
import { type Fixture, job, minute, server, shop, temporaryCatalogue } from "./samples.ts"

let store: Fixture
beforeEach(() => {
  store = temporaryCatalogue()
})
afterEach(() => store.remove())

const backups = (...ids: string[]) => ids as unknown as readonly BackupId[]
const held = { jobId: job, databaseId: shop, serverId: server, backups: backups("b1", "b2"), of: 3 }
const told = { name: "problem.changed", data: { serverId: server } } as const

test("what waits is kept with the moment since when, told to everybody, and found by its database", () => {
  const { catalogue, events } = store
  catalogue.holdPrune(held, minute(1))
  expect(events).toEqual([told])
  expect(catalogue.heldPrunes()).toEqual([{ ...held, heldAt: minute(1), confirmedAt: null }])
  expect(catalogue.heldPrunes(shop)).toHaveLength(1)
  expect(catalogue.heldPrunes("other" as DatabaseId)).toEqual([])
})

test("a later plan takes its place, and asks for a person's word anew", () => {
  const { catalogue } = store
  catalogue.holdPrune(held, minute(1))
  catalogue.confirmPrunes(shop, minute(2))
  expect(catalogue.heldPrunes(shop)).toMatchObject([{ confirmedAt: minute(2) }])
  catalogue.holdPrune({ ...held, backups: backups("b7"), of: 9 }, minute(3))
  expect(catalogue.heldPrunes(shop)).toEqual([
    { ...held, backups: backups("b7"), of: 9, heldAt: minute(1), confirmedAt: null },
  ])
})

test("a person's word is for one database, all its jobs; what is carried out or not wanted waits no more", () => {
  const { catalogue, events } = store
  const [weekly, users] = ["shop~db:weekly" as JobId, "shop~db:users" as DatabaseId]
  catalogue.holdPrune(held, minute(1))
  catalogue.holdPrune({ ...held, jobId: weekly }, minute(1))
  catalogue.holdPrune({ ...held, databaseId: users }, minute(1))
  catalogue.confirmPrunes(shop, minute(2))
  expect(
    catalogue.heldPrunes().map(({ databaseId, confirmedAt }) => [databaseId, confirmedAt !== null]),
  ).toEqual([
    [shop, true],
    [shop, true],
    [users, false],
  ])
  events.length = 0
  catalogue.releasePrune(job, shop)
  expect(events).toEqual([told])
  expect(catalogue.heldPrunes(shop).map(({ jobId }) => jobId)).toEqual([weekly])
  catalogue.releasePrune(job, shop)
  expect(events).toEqual([told])
})
