// When notes are written: on a real catalogue, with stores that are up or down as the test says. Time is moved by hand.
import { afterEach, beforeEach, expect, test } from "bun:test"
import { Fault } from "../../controller/core/fault.ts"
import { notesKey } from "../../controller/core/key.ts"
import { writeNotes } from "../../controller/jobs/notes.ts"
import type { Destination } from "../../controller/ports.ts"
import { createNoteKeeping, type NoteKeeping } from "../../controller/reconcile/note-keeping.ts"
import { addGood, aProblem, type Fixture, keyOf, minute, temporaryCatalogue } from "../state/samples.ts"
import { type MemoryDestination, memoryDestination } from "../support/memory-destination.ts"

let store: Fixture
let keeping: NoteKeeping
let local: MemoryDestination
let bucket: MemoryDestination
let down: boolean
let tries: number
let now: Date
let said: string[]
let stop: AbortController

beforeEach(() => {
  store = temporaryCatalogue()
  local = memoryDestination("local")
  bucket = memoryDestination("s3")
  down = false
  tries = 0
  now = minute(100)
  said = []
  stop = new AbortController()
  start()
})
afterEach(() => {
  stop.abort()
  store.remove()
})

/** As after a restart: what was tried is forgotten. */
function start(): void {
  const unsteady: Destination = {
    ...bucket,
    async put(...request) {
      tries++
      if (down) throw new Fault("destination-unavailable", "the bucket cannot be reached")
      await bucket.put(...request)
    },
  }
  keeping = createNoteKeeping({
    catalogue: store.catalogue,
    destinations: new Map<string, Destination>([
      ["s3", unsteady],
      ["local", local],
    ]),
    events: { subscribe: () => () => {} },
    write: (destination, copy, signal) => writeNotes(store.catalogue, destination, copy, signal),
    clock: () => now,
    random: () => 0.5,
    log: (level, message) => said.push(`${level} ${message}`),
    signal: stop.signal,
  })
}
async function check(): Promise<void> {
  keeping.check()
  await keeping.ended()
}
/** A backup with copies at both. */
function pinned(id: string, at = 0) {
  const backup = addGood(store.catalogue, id, at)
  store.catalogue.copyFailed(backup, { destination: "s3", key: keyOf(id) }, aProblem())
  store.catalogue.copyStored(backup, "s3", minute(at + 3))
  store.catalogue.pinBackup(backup, minute(at + 4), "why")
  return backup
}
const written = (at: MemoryDestination) => [...at.files.keys()]

test("notes are written beside every copy, once", async () => {
  pinned("b1")
  pinned("b2", 10)
  await check()
  for (const at of [local, bucket]) expect(written(at)).toEqual([keyOf("b1"), keyOf("b2")].map(notesKey))
  await check()
  expect([tries, said]).toEqual([2, []])
})

test("a destination that is away holds no other up, is asked seldom and told of once, and gets them when it is back", async () => {
  down = true
  pinned("b1")
  pinned("b2", 10)
  await check()
  await check()
  expect([written(local).length, written(bucket).length, tries]).toEqual([2, 0, 1])
  for (let i = 0; i < 20; i++) {
    now = new Date(now.getTime() + 600_000)
    await check()
  }
  expect(tries).toBe(21)
  expect(said.filter((line) => line.startsWith("warn"))).toEqual([
    "warn notes could not be kept at s3: the bucket cannot be reached",
  ])
  down = false
  now = new Date(now.getTime() + 600_000)
  await check()
  expect(written(bucket)).toHaveLength(2)
})

test("a restart forgets none", async () => {
  down = true
  pinned("b1")
  await check()
  down = false
  start()
  await check()
  expect(written(bucket)).toHaveLength(1)
})

test("once it is to stop, nothing is begun", async () => {
  pinned("b1")
  stop.abort()
  await check()
  expect(written(local)).toEqual([])
})
