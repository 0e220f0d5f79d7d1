// Notes beside real files: written, written again, and gone with their backup.
import { afterEach, beforeEach, expect, test } from "bun:test"
import { mkdirSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { manifestKey, notesKey } from "../../controller/core/key.ts"
import { localDestination } from "../../controller/destinations/local.ts"
import { storedNotes, writeNotes } from "../../controller/jobs/notes.ts"
import { deleteCopies } from "../../controller/jobs/prune.ts"
import type { Destination } from "../../controller/ports.ts"
import type { BackupId, CompletedBackup } from "../../schemas/backup.ts"
import { addGood, type Fixture, keyOf, minute, temporaryCatalogue } from "../state/samples.ts"

const { signal } = new AbortController()
let store: Fixture
let id: BackupId
let local: Destination
const key = keyOf("b1")
beforeEach(async () => {
  store = temporaryCatalogue()
  id = addGood(store.catalogue, "b1", 0)
  mkdirSync(join(store.folder, "backups"))
  local = localDestination("local", join(store.folder, "backups"))
  for (const name of [key, manifestKey(key)]) await local.put(name, Buffer.from("x"), signal)
})
afterEach(() => store.remove())

const write = (to = local) => writeNotes(store.catalogue, to, { backupId: id, key }, signal)
const files = () =>
  readdirSync(join(store.folder, "backups"), { recursive: true, withFileTypes: true }).filter((one) =>
    one.isFile(),
  )
const lacking = () => store.catalogue.lackingNotes("local", 10).length
const remove = (from: Destination) => {
  const deps = {
    catalogue: store.catalogue,
    destinations: new Map([["local", from]]),
    clock: () => minute(9),
  }
  return deleteCopies(deps, store.catalogue.backup(id) as CompletedBackup, signal)
}

test("they stand beside the copy, and are written again after a change", async () => {
  store.catalogue.pinBackup(id, minute(5), "why")
  await write()
  expect(await storedNotes(local, key, id, signal)).toMatchObject({ pinned: { reason: "why" } })
  expect(lacking()).toBe(0)
  store.catalogue.pinBackup(id, minute(6), null)
  expect(lacking()).toBe(1)
  await write()
  expect(await storedNotes(local, key, id, signal)).toMatchObject({ pinned: null })
})

test("nothing is written of a backup of which nothing was said", async () => {
  await write()
  expect(files()).toHaveLength(2)
})

test("they go with their backup", async () => {
  store.catalogue.pinBackup(id, minute(5), "why")
  await write()
  expect(files()).toHaveLength(3)
  await remove(local)
  expect(files()).toEqual([])
})

test("those that are under way while their backup is deleted are not left behind", async () => {
  store.catalogue.pinBackup(id, minute(5), "why")
  const gate = Promise.withResolvers<void>()
  const slow: Destination = {
    ...local,
    async put(name, body) {
      await gate.promise
      await local.put(name, body, signal)
    },
  }
  const writing = write(slow)
  await remove(local)
  gate.resolve()
  await writing
  expect(files()).toEqual([])
})

test("notes that the store locks for longer than the bytes keep the whole backup, not half of it", async () => {
  store.catalogue.pinBackup(id, minute(5), "why")
  await write()
  const locking: Destination = {
    ...local,
    lockedUntil: async (name) => (name === notesKey(key) ? minute(60) : null),
  }
  expect(await remove(locking).catch((fault) => fault)).toMatchObject({ code: "in-use" })
  expect(files()).toHaveLength(3)
  expect(store.catalogue.unfinished().deletions).toEqual([])
})
