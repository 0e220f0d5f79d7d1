// Stored copies that are read again by themselves, on a real catalogue and a destination in memory.
import { afterEach, beforeEach, expect, test } from "bun:test"
import { createHash } from "node:crypto"
import { manifestKey } from "../../controller/core/key.ts"
import { formatManifest } from "../../controller/core/manifest.ts"
import { guideKey } from "../../controller/core/restore-guide.ts"
import { sweepCopy } from "../../controller/jobs/sweep-copy.ts"
import type { Destination } from "../../controller/ports.ts"
import { createSweep } from "../../controller/reconcile/sweep.ts"
import type { BackupId } from "../../schemas/backup.ts"
import { addGood, aManifest, type Fixture, keyOf, minute, temporaryCatalogue } from "../state/samples.ts"
import { memoryDestination } from "../support/memory-destination.ts"

const bytes = Buffer.from("the stored bytes")
const sha256 = createHash("sha256").update(bytes).digest("hex")
const day = 24 * 60

let store: Fixture
let local: ReturnType<typeof memoryDestination> & Destination
let now: Date
let busy: boolean
let log: string[]
beforeEach(() => {
  store = temporaryCatalogue()
  local = memoryDestination("local")
  now = minute(40 * day)
  busy = false
  log = []
})
afterEach(() => store.remove())

async function stored(id: string, at = 0, content = bytes): Promise<void> {
  const { signal } = new AbortController()
  const proof = { ...aManifest(id, "x").proof, storedBytes: bytes.length, storedSha256: sha256 }
  addGood(store.catalogue, id, at, {}, { proof })
  await local.put(keyOf(id), content, signal)
  await local.put(
    manifestKey(keyOf(id)),
    formatManifest(store.catalogue.manifest(id) ?? aManifest(id, "x")),
    signal,
  )
  await local.put(guideKey, Buffer.from("how to"), signal)
}
function sweep(everySeconds: number | null = 30 * 86_400, signal = new AbortController().signal) {
  const { catalogue } = store
  const clock = () => now
  return createSweep({
    ...{ catalogue, clock, signal, destinations: new Map([["local", local]]) },
    settings: () => ({ everySeconds, bytesPerSecond: null }),
    log: (_level, message) => void log.push(message),
    isBusy: () => busy,
    read: (destination, id, rate, within) =>
      sweepCopy({ catalogue, clock, log: () => {} }, destination, id, rate, within),
  })
}
async function once(of = sweep()): Promise<void> {
  of.check()
  await of.ended()
}
const oldest = () => store.catalogue.copiesToRead("local", 9).map(({ backupId }) => String(backupId))
const states = () =>
  oldest().length === 0 ? "none stored" : store.catalogue.readShare("local", new Date(now.getTime() - 1000))

test("the oldest is read when it is due, and then it is the newest; nothing is said of it", async () => {
  await stored("b1", 0)
  await stored("b2", 60)
  await once()
  expect(oldest()).toEqual(["b2", "b1"])
  expect(store.catalogue.verifications("b1")).toEqual([])
  expect(states()).toMatchObject({ copies: 2, readCopies: 1 })
})

test("a new process goes on where the last one was", async () => {
  for (const [i, id] of ["b1", "b2", "b3"].entries()) await stored(id, i)
  for (const days of [40, 42, 44]) {
    now = minute(days * day)
    await once()
  }
  expect(oldest()).toEqual(["b1", "b2", "b3"])
  expect(store.catalogue.readShare("local", minute(40 * day)).readCopies).toBe(3)
})

test("a bad copy is found, and is nothing to restore from any more", async () => {
  await stored("b1", 0, Buffer.from("the stored bytez"))
  await once()
  expect(store.catalogue.backup("b1")).toMatchObject({
    copies: [{ state: "failed", error: { code: "copy-mismatch" } }],
  })
  expect(store.catalogue.verifications("b1")).toMatchObject([{ level: "checksum", outcome: "failed" }])
  expect(store.catalogue.doubts().map(({ backupId }) => backupId)).toEqual(["b1" as BackupId])
})

test("what cannot be looked at is left alone for a while, and condemned by nobody", async () => {
  await stored("b1")
  const real = local
  const away = async () => Promise.reject(new Error("the disk is away"))
  local = { ...real, size: away }
  const one = sweep()
  await once(one)
  await once(one)
  expect(log).toEqual([expect.stringContaining("could not be read again")])
  expect(oldest()).toEqual(["b1"])
  expect(store.catalogue.verifications("b1")).toEqual([])
})

test("it waits while runs are at work, and is turned off by the settings and by a stop", async () => {
  await stored("b1")
  now = minute(32 * day)
  busy = true
  await once()
  busy = false
  await once(sweep(null))
  await once(sweep(30 * 86_400, AbortSignal.abort()))
  expect(states()).toMatchObject({ readCopies: 0 })
  await once()
  expect(states()).toMatchObject({ readCopies: 1 })
})

test("a store that computes a sha-256 of its own is asked for that, and read where it says another", async () => {
  await stored("b1")
  const asked: string[] = []
  const real = local
  const read: Destination["read"] = (key, signal) => {
    asked.push(key)
    return real.read(key, signal)
  }
  local = { ...real, read, storedSha256: async () => sha256 }
  await once()
  expect(asked).toEqual([manifestKey(keyOf("b1"))])
  now = minute(80 * day)
  local = { ...local, storedSha256: async () => "0".repeat(64) }
  await once()
  expect(asked).toContain(keyOf("b1"))
  expect(states()).toMatchObject({ readCopies: 1 })
})
