// What a new dump is compared with, on a real catalogue.
import { afterEach, beforeEach, expect, test } from "bun:test"
import { withDoubt } from "../../controller/jobs/doubt.ts"
import type { Manifest } from "../../schemas/manifest.ts"
import {
  aDoubt,
  addGood,
  aManifest,
  type Fixture,
  minute,
  shop,
  temporaryCatalogue,
} from "../state/samples.ts"

let store: Fixture
beforeEach(() => {
  store = temporaryCatalogue()
})
afterEach(() => store.remove())

const sized = (rawBytes: number, changes: Partial<Manifest> = {}): Partial<Manifest> => ({
  proof: { ...aManifest("b", "r").proof, rawBytes },
  ...changes,
})
const good = (id: string, at: number, manifest: Partial<Manifest>) =>
  addGood(store.catalogue, id, at, {}, manifest)
const suspectOf = (made: Partial<Manifest>) =>
  withDoubt(store.catalogue, shop, aManifest("new", "r", made), 50).suspect ?? null
const [big, small] = [10_000_000, 1_000_000]

test("the first backup of a database is compared with nothing", () => {
  expect(suspectOf(sized(1))).toBeNull()
})

test("it is the last good one, neither an older one nor one that is suspect itself", () => {
  good("b1", 0, sized(small))
  good("b2", 10, sized(big))
  const suspect = good("b3", 20, sized(small, { suspect: aDoubt }))
  expect(suspectOf(sized(small))?.message).toContain("1,000,000 bytes instead of 10,000,000")
  store.catalogue.acceptBackup(suspect, minute(30))
  expect(suspectOf(sized(small))).toBeNull()
})

test("bytes are compared with the last one of the same form, tables with the last one at all", () => {
  good("b1", 0, sized(big, { holds: { tables: 40 } }))
  good("b2", 10, sized(small, { sourceCompression: "zstd:19", holds: { tables: 9 } }))
  expect(suspectOf(sized(big, { holds: { tables: 9 } }))).toBeNull()
  expect(suspectOf(sized(small, { holds: { tables: 9 } }))?.message).toContain("bytes instead of 10,000,000")
  expect(suspectOf(sized(big, { holds: { tables: 2 } }))?.message).toContain("2 tables instead of 9")
})

test("what a label leaves out is not missed", () => {
  good("b1", 0, sized(big))
  expect(suspectOf(sized(1, { spec: { content: "schema" } }))).toBeNull()
})
