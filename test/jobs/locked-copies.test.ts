// Deleting a backup of which one copy is locked: the others go, the locked one stays listed, and goes when its time is over. And
// one that two delete at once.
import { afterEach, beforeEach, expect, test } from "bun:test"
import { deleteCopies, type PruneDeps } from "../../controller/jobs/prune.ts"
import type { Destination } from "../../controller/ports.ts"
import type { BackupId, CompletedBackup } from "../../schemas/backup.ts"
import {
  aBackup,
  aManifest,
  aRun,
  type Fixture,
  keyOf,
  minute,
  runId,
  storedCopy,
  temporaryCatalogue,
} from "../state/samples.ts"
import { memoryDestination } from "../support/memory-destination.ts"

const id = "b1" as BackupId
const key = keyOf(id)
const { signal } = new AbortController()
let store: Fixture
let now: Date
let deps: PruneDeps
let vault: ReturnType<typeof memoryDestination>
let local: ReturnType<typeof memoryDestination>

beforeEach(async () => {
  store = temporaryCatalogue()
  const { catalogue } = store
  catalogue.addRun(aRun("run"))
  catalogue.startRun(runId("run"), minute(0))
  catalogue.addBackup(aBackup(id, "run"))
  catalogue.startBackup(
    id,
    minute(1),
    ["vault", "local"].map((destination) => ({ destination, key })),
  )
  catalogue.finishBackup(id, minute(2), {
    status: "completed",
    manifest: aManifest(id, "run"),
    copies: [storedCopy(id, "vault"), storedCopy(id, "local")],
  })
  vault = memoryDestination("vault")
  local = memoryDestination("local")
  for (const at of [vault, local])
    for (const name of [key, `${key}.manifest.json`]) await at.put(name, Buffer.from("x"), signal)
  now = minute(10)
  const locking: Destination = { ...vault, canLock: true, lockedUntil: async () => minute(60) }
  const destinations = new Map<string, Destination>([
    ["vault", locking],
    ["local", local],
  ])
  deps = { catalogue, destinations, clock: () => now }
})
afterEach(() => store.remove())

const backup = () => store.catalogue.backup(id) as CompletedBackup
const states = () => backup().copies.map(({ destination, state }) => [destination, state])

test("while it is locked, it stays with its manifest, and the reason says until when", async () => {
  const error = await deleteCopies(deps, backup(), signal).catch((fault) => fault)
  expect(error).toMatchObject({ code: "in-use", message: expect.stringContaining(minute(60).toISOString()) })
  expect([[...vault.files.keys()].length, local.files.size]).toEqual([2, 0])
  expect(states()).toEqual([
    ["vault", "stored"],
    ["local", "deleted"],
  ])
  // Nothing was begun there that a crash would have to go on with.
  expect(store.catalogue.unfinished().deletions).toEqual([])
})

test("after that it goes like any other", async () => {
  await deleteCopies(deps, backup(), signal).catch(() => undefined)
  now = minute(61)
  await deleteCopies(deps, backup(), signal)
  expect([vault.files.size, local.files.size]).toEqual([0, 0])
  expect(states()).toEqual([
    ["vault", "deleted"],
    ["local", "deleted"],
  ])
})

test("deleted by retention and by a person at once, it is gone, and neither is told of a failure", async () => {
  now = minute(61)
  const asListed = backup()
  await Promise.all([deleteCopies(deps, asListed, signal), deleteCopies(deps, asListed, signal)])
  now = minute(70)
  await deleteCopies(deps, asListed, signal)
  expect([vault.files.size, local.files.size]).toEqual([0, 0])
  const at = minute(61).toISOString()
  expect(backup().copies).toMatchObject([
    { state: "deleted", deletedAt: at },
    { state: "deleted", deletedAt: at },
  ])
  expect(store.catalogue.unfinished().deletions).toEqual([])
})
