// Many backups deleted with few requests: the order of one copy is kept, what is refused or locked stays listed, and what a crash
// leaves in the middle is ended by the next start.
import { afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test"
import fc from "fast-check"
import { Fault } from "../../controller/core/fault.ts"
import { deleteBackups, type OneCopy } from "../../controller/jobs/delete-many.ts"
import { deleteCopy } from "../../controller/jobs/prune.ts"
import { recover } from "../../controller/jobs/recover.ts"
import type { Destination } from "../../controller/ports.ts"
import type { BackupId, CompletedBackup } from "../../schemas/backup.ts"
import { addGood, aProblem, keyOf, minute, temporaryCatalogue } from "../state/samples.ts"
import { type MemoryDestination, memoryDestination } from "../support/memory-destination.ts"

setDefaultTimeout(120_000)

const { signal } = new AbortController()
const ids = Array.from({ length: 5 }, (_, i) => `0000000${i}` as BackupId)
const objects = (id: string) => ["", ".manifest.json", ".notes.json"].map((ending) => keyOf(id) + ending)
const clock = () => minute(30)

/** A destination that takes many, and says in which order it was asked. `refuse`: what to answer for a key. */
function many(inner: MemoryDestination, refuse: (key: string) => unknown = () => undefined) {
  const asked: (readonly string[])[] = []
  const at: Destination = {
    ...inner,
    remove: () => Promise.reject(new Error("one by one")),
    async removeAll(keys) {
      asked.push(keys)
      const failed = new Map<string, unknown>()
      for (const key of keys) {
        const why = refuse(key)
        if (why instanceof Error && why.message === "crash") throw why
        if (why) failed.set(key, why)
        else await inner.remove(key, signal)
      }
      return failed
    },
  }
  return { at, asked }
}

const one = (
  catalogue: Parameters<typeof deleteCopy>[0]["catalogue"],
  locked: readonly string[] = [],
): OneCopy => ({
  remove: (id, destination, key, aborted) => deleteCopy({ catalogue, clock }, id, destination, key, aborted),
  async requireUnlocked(_, __, key) {
    if (locked.includes(key)) throw new Fault("in-use", `${key} is locked`)
  },
})

const both = (local: Destination, spare: Destination): ReadonlyMap<string, Destination> =>
  new Map([
    ["local", local],
    ["spare", spare],
  ])

function world() {
  const store = temporaryCatalogue()
  const vault = memoryDestination("local")
  const spare = memoryDestination("spare")
  for (const id of ids) {
    addGood(store.catalogue, id)
    store.catalogue.copyFailed(id, { destination: "spare", key: keyOf(id) }, aProblem())
    store.catalogue.copyStored(id, "spare", minute(3))
    for (const at of [vault, spare]) for (const key of objects(id)) at.put(key, Buffer.from("x"), signal)
  }
  const backups = () => ids.map((id) => store.catalogue.backup(id) as CompletedBackup)
  const states = (name: string) =>
    backups().map(({ copies }) => copies.find(({ destination }) => destination === name)?.state)
  return { ...store, vault, spare, backups, states }
}
let here: ReturnType<typeof world>
beforeEach(() => {
  here = world()
})
afterEach(() => here.remove())

test("manifests and notes go before the bytes, with a request each, and a place without it is asked one by one", async () => {
  const { catalogue, vault, spare } = here
  const { at, asked } = many(vault)
  const destinations = both(at, spare)
  expect(
    await deleteBackups({ catalogue, destinations, clock }, here.backups(), one(catalogue), signal),
  ).toEqual(new Map())
  expect(asked).toEqual([ids.flatMap((id) => objects(id).slice(1)), ids.map((id) => keyOf(id))])
  expect([vault.files.size, spare.files.size]).toEqual([0, 0])
  expect([...here.states("local"), ...here.states("spare")]).toEqual(Array(10).fill("deleted"))
  expect(catalogue.unfinished().deletions).toEqual([])
})

test("few are deleted as ever", async () => {
  const { catalogue, vault, spare } = here
  const { at, asked } = many(vault)
  const destinations = both({ ...at, remove: vault.remove }, spare)
  const two = here.backups().slice(0, 2)
  expect(await deleteBackups({ catalogue, destinations, clock }, two, one(catalogue), signal)).toEqual(
    new Map(),
  )
  expect(asked).toEqual([])
  expect(vault.files.size).toBe(9)
})

test("one that the store does not let go of stays listed and is told; its bytes are not touched while its manifest is there", async () => {
  const { catalogue, vault, spare } = here
  const stuck = new Error("stuck")
  const { at } = many(vault, (key) => (key === objects(ids[1] ?? "")[1] ? stuck : undefined))
  const destinations = both(at, spare)
  const kept = await deleteBackups({ catalogue, destinations, clock }, here.backups(), one(catalogue), signal)
  expect([...kept]).toEqual([[ids[1] as BackupId, stuck]])
  expect([...vault.files.keys()].filter((key) => !key.endsWith(".notes.json")).sort()).toEqual(
    objects(ids[1] ?? "")
      .slice(0, 2)
      .sort(),
  )
  expect(here.states("local")).toEqual(["deleted", "stored", "deleted", "deleted", "deleted"])
  // Refused at the first place, so its copy at the next one stays, too.
  expect(here.states("spare")).toEqual(["deleted", "stored", "deleted", "deleted", "deleted"])
})

test("a locked copy stays untouched, without an intent, and the other copies of its backup go", async () => {
  const { catalogue, vault, spare } = here
  const { at } = many(vault)
  const destinations = both(at, spare)
  const kept = await deleteBackups(
    { catalogue, destinations, clock },
    here.backups(),
    one(catalogue, [keyOf(ids[3] ?? "")]),
    signal,
  )
  expect([...kept.keys()]).toEqual([ids[3] as BackupId])
  expect([...vault.files.keys()].sort()).toEqual(objects(ids[3] ?? "").sort())
  expect(here.states("spare")).toEqual(Array(5).fill("deleted"))
  expect(catalogue.unfinished().deletions).toEqual([])
})

test("a destination that is not defined any more keeps all it has", async () => {
  const { catalogue, vault } = here
  const destinations = new Map([["local", many(vault).at]])
  const kept = await deleteBackups({ catalogue, destinations, clock }, here.backups(), one(catalogue), signal)
  expect([...kept.values()].map((fault) => (fault as Fault).message)).toEqual(
    Array(5).fill("the destination spare is not defined any more"),
  )
  expect([here.states("local"), here.states("spare")]).toEqual([
    Array(5).fill("deleted"),
    Array(5).fill("stored"),
  ])
})

test("wherever a crash comes, the next start deletes to the end what was begun, and nothing else", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: 14 }), async (after) => {
      const there = world()
      try {
        const { catalogue, vault, spare } = there
        let left = after
        const { at } = many(vault, () => (left-- === 0 ? new Error("crash") : undefined))
        const destinations = both(at, spare)
        const going = there.backups().slice(0, 4)
        await deleteBackups({ catalogue, destinations, clock }, going, one(catalogue), signal).catch(() => {})
        // Of each copy that is listed, what is there is whole, or its deletion is on record.
        const begun = new Set(catalogue.unfinished().deletions.map(({ backupId }) => backupId))
        for (const { id, copies } of there.backups())
          if (copies[0]?.state === "stored" && !begun.has(id))
            expect(objects(id).every((key) => vault.files.has(key))).toBe(true)
        const again = both(vault, spare)
        await recover({ catalogue, destinations: again, clock, log: () => {} }, signal)
        for (const { id, copies } of there.backups()) {
          const held = objects(id).filter((key) => vault.files.has(key))
          expect(held).toHaveLength(copies[0]?.state === "stored" ? 3 : 0)
        }
        expect(there.backups()[4]?.copies[0]?.state).toBe("stored")
      } finally {
        there.remove()
      }
    }),
    { numRuns: 15 },
  )
}, 60_000)

test("the bytes of a bad copy go with the others, and one at a place that is gone holds nothing up", async () => {
  const { catalogue, vault, spare } = here
  const bad = aProblem({ code: "copy-mismatch" })
  for (const id of ids) catalogue.copyBad(id, "local", bad)
  const two = here.backups().slice(0, 3)
  const deps = { catalogue, destinations: both(many(vault).at, spare), clock }
  expect(await deleteBackups(deps, two, one(catalogue), signal)).toEqual(new Map())
  expect([vault.files.size, spare.files.size]).toEqual([6, 6])
  const rest = here.backups().slice(3)
  const gone = { ...deps, destinations: new Map([["spare", spare as Destination]]) }
  expect(await deleteBackups(gone, rest, one(catalogue), signal)).toEqual(new Map())
  expect([vault.files.size, spare.files.size]).toEqual([6, 0])
})
