// A plan carried out on real rows and stores that lie, refuse or hold other people's objects: what is left afterwards.
import { afterEach, beforeEach, expect, test } from "bun:test"
import { Fault } from "../../controller/core/fault.ts"
import { manifestKey, notesKey } from "../../controller/core/key.ts"
import { retentionPreview } from "../../controller/core/retention-preview.ts"
import { prune } from "../../controller/jobs/prune.ts"
import { rebuildFrom } from "../../controller/jobs/rebuild.ts"
import { recover } from "../../controller/jobs/recover.ts"
import type { Destination } from "../../controller/ports.ts"
import type { BackupId } from "../../schemas/backup.ts"
import { Retention } from "../../schemas/retention.ts"
import { aJob } from "../core/samples.ts"
import {
  addGood,
  aProblem,
  type Fixture,
  job,
  keyOf,
  minute,
  shop,
  temporaryCatalogue,
} from "../state/samples.ts"
import { type MemoryDestination, memoryDestination } from "../support/memory-destination.ts"

const { signal } = new AbortController()
const now = minute(100_000)
let store: Fixture
let local: MemoryDestination
let s3: MemoryDestination
let destinations: Map<string, Destination>
let journal: string[]

beforeEach(async () => {
  store = temporaryCatalogue()
  local = memoryDestination("local")
  s3 = memoryDestination("s3")
  destinations = new Map<string, Destination>([
    ["local", local],
    ["s3", s3],
  ])
  journal = []
  for (let day = 0; day < 5; day++) await stored(`b${day}`, day)
})
afterEach(() => store.remove())

/** A backup of that day, at both. */
async function stored(id: string, day: number): Promise<BackupId> {
  const backup = addGood(store.catalogue, id, day * 1440)
  store.catalogue.copyFailed(backup, { destination: "s3", key: keyOf(id) }, aProblem())
  store.catalogue.copyStored(backup, "s3", minute(day * 1440 + 5))
  for (const at of [local, s3])
    for (const key of [keyOf(id), manifestKey(keyOf(id))]) await at.put(key, Buffer.from(id), signal)
  return backup
}
const asked = (retention: string, at: Readonly<Record<string, string>> = {}) => {
  const own = Object.entries(at).map(([name, text]) => [name, Retention.parse(text)] as const)
  const found = aJob({ retention, "max-prune": "100%" })
  return { ...found, id: job, operatorRetention: { at: Object.fromEntries(own), mostAgeSeconds: null } }
}
const carryOut = (wanted: ReturnType<typeof asked>) =>
  prune(
    { catalogue: store.catalogue, destinations, clock: () => now },
    wanted,
    shop,
    (level, message) => journal.push(`${level} ${message}`),
    signal,
  )
/** Ids of the backups whose bytes and manifest are both there. */
const whole = (at: MemoryDestination) =>
  [0, 1, 2, 3, 4].filter((day) =>
    [keyOf(`b${day}`), manifestKey(keyOf(`b${day}`))].every((key) => at.files.has(key)),
  )
const good = () => store.catalogue.goodBackups(job, shop)
const copiesOf = (id: string) => {
  const backup = store.catalogue.backup(id as BackupId)
  return backup?.status === "completed" ? backup.copies.map(({ state }) => state) : []
}

test("what the plan says goes, each told with its reason, and nothing but what the catalogue claims", async () => {
  const others = [
    `${keyOf("b0")}.bak`,
    keyOf("b0").replace("_b0", "_ffffffff"),
    "shop~db/shop/2026/03/notes.txt",
    "RESTORE.md",
  ]
  for (const key of others) await local.put(key, Buffer.from("mine"), signal)
  await carryOut(asked("2d"))
  expect([whole(local), whole(s3)]).toEqual([
    [3, 4],
    [3, 4],
  ])
  for (const key of others) expect(local.files.has(key)).toBe(true)
  expect(journal).toHaveLength(3)
  expect(journal[0]).toStartWith(
    "info pruned shop_daily_20260301_020000_b0.dump: nothing in the policy keeps it",
  )
})

test("a dry run says exactly what is carried out, and deletes nothing itself", async () => {
  const wanted = asked("3d max-age=3d", { s3: "last=2" })
  const server = { id: "shop~db", name: "shop/db" }
  const database = { id: shop, name: "shop", server } as never
  const { prune: planned = [], keep = [] } = retentionPreview(wanted, database, good(), null, now, true)
  expect([whole(local).length, whole(s3).length]).toEqual([5, 5])
  await carryOut(wanted)
  const gone = (name: string) =>
    planned
      .filter(({ destinations }) => destinations.includes(name))
      .map(({ backupId }) => Number(backupId.slice(1)))
  expect(gone("local").toSorted()).toEqual([0, 1])
  expect(gone("s3").toSorted()).toEqual([0, 1, 2])
  expect(whole(local)).toEqual([0, 1, 2, 3, 4].filter((day) => !gone("local").includes(day)))
  expect(whole(s3)).toEqual([0, 1, 2, 3, 4].filter((day) => !gone("s3").includes(day)))
  const after = retentionPreview(wanted, database, good(), null, now, true)
  expect(after.prune).toEqual([])
  expect(after.keep).toEqual(keep)
})

test("where a destination has a policy of its own, its copies go, and the backup with its last one", async () => {
  await carryOut(asked("4d", { local: "1d" }))
  expect([whole(local), whole(s3)]).toEqual([[4], [1, 2, 3, 4]])
  expect(copiesOf("b3")).toEqual(["deleted", "stored"])
  expect(good().map(({ id }) => String(id))).toEqual(["b4", "b3", "b2", "b1"])
  expect(journal).toContain(
    "info pruned shop_daily_20260301_020000_b3.dump at local: nothing in the policy keeps it",
  )
})

test("a store that says deleted and keeps it has not deleted: the row stays, and it is tried again", async () => {
  const lying: Destination = { ...local, remove: async () => {} }
  destinations.set("local", lying)
  await carryOut(asked("4d"))
  expect(copiesOf("b0")).toEqual(["stored", "stored"])
  expect(journal[0]).toContain("local said that")
  expect(journal[0]).toStartWith("warn could not prune")
  expect(whole(local)).toEqual([0, 1, 2, 3, 4])
  destinations.set("local", local)
  await carryOut(asked("4d"))
  expect([copiesOf("b0"), whole(local)]).toEqual([
    ["deleted", "deleted"],
    [1, 2, 3, 4],
  ])
})

test("a store that fails in the middle of a deletion is told, and what was begun is ended after a restart", async () => {
  let refuse = true
  const failing: Destination = {
    ...local,
    async remove(key) {
      if (refuse && key === keyOf("b0")) throw new Fault("destination-unavailable", "it went away")
      await local.remove(key, signal)
    },
  }
  destinations.set("local", failing)
  await carryOut(asked("4d"))
  // No manifest: nobody takes these bytes for a backup.
  expect([local.files.has(keyOf("b0")), local.files.has(manifestKey(keyOf("b0")))]).toEqual([true, false])
  expect(store.catalogue.unfinished().deletions).toHaveLength(1)
  expect(store.catalogue.pinBackup("b0" as BackupId, now, "too late")).toBe(true)
  refuse = false
  await recover({ catalogue: store.catalogue, destinations, clock: () => now, log: () => {} }, signal)
  expect(whole(local)).toEqual([1, 2, 3, 4])
  expect(local.files.has(keyOf("b0"))).toBe(false)
  expect(store.catalogue.unfinished().deletions).toEqual([])
  // The copy of which no deletion had begun was still there to be kept.
  expect([copiesOf("b0"), whole(s3)]).toEqual([
    ["deleted", "stored"],
    [0, 1, 2, 3, 4],
  ])
})

test("a store that lists nothing by mistake loses nothing, in a rebuild as well", async () => {
  const blind: Destination = {
    ...local,
    async *list() {},
  }
  destinations.set("local", blind)
  const report = await rebuildFrom(
    { catalogue: store.catalogue, log: () => {}, known: () => new Map(), remember: () => {} },
    blind,
    signal,
  )
  expect(report).toMatchObject({ added: 0, known: 0 })
  expect(good()).toHaveLength(5)
  await carryOut(asked("4d"))
  expect(whole(local)).toEqual([1, 2, 3, 4])
})

test("a destination that is not defined any more keeps its copies, and the row says so", async () => {
  destinations.delete("s3")
  await carryOut(asked("4d"))
  expect(copiesOf("b0")).toEqual(["deleted", "stored"])
  expect(journal[0]).toContain("s3 is not defined any more")
  expect(whole(s3)).toContain(0)
})

test("one that a person pins while others are deleted stays", async () => {
  const slow: Destination = {
    ...local,
    async remove(key) {
      store.catalogue.pinBackup("b2" as BackupId, now, "just in time")
      await local.remove(key, signal)
    },
  }
  destinations.set("local", slow)
  await carryOut(asked("1d"))
  expect([whole(local), whole(s3)]).toEqual([
    [2, 4],
    [2, 4],
  ])
})

test("notes go with their copy, before the bytes", async () => {
  await local.put(notesKey(keyOf("b0")), Buffer.from("{}"), signal)
  await carryOut(asked("4d"))
  expect(local.files.has(notesKey(keyOf("b0")))).toBe(false)
})

test("a bad copy goes with the last good one", async () => {
  expect(store.catalogue.copyBad("b0" as BackupId, "s3", aProblem({ code: "copy-mismatch" }))).toBe(true)
  await carryOut(asked("4d"))
  expect([whole(local), whole(s3)]).toEqual([
    [1, 2, 3, 4],
    [1, 2, 3, 4],
  ])
})
