// What stands in a folder beside the catalogue, and what is left of it after each thing a person may do about it.
import { afterEach, beforeEach, describe, expect, test } from "bun:test"
import { createHash } from "node:crypto"
import { mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileName, manifestKey, notesKey, objectKey } from "../../controller/core/key.ts"
import { formatManifest } from "../../controller/core/manifest.ts"
import { localDestination } from "../../controller/destinations/local.ts"
import type { Destination } from "../../controller/ports.ts"
import type { OrphanCare } from "../../controller/reconcile/orphans.ts"
import type { BackupId, Copy } from "../../schemas/backup.ts"
import {
  aBackup,
  aManifest,
  aProblem,
  aRun,
  type Fixture,
  minute,
  runId,
  temporaryCatalogue,
} from "../state/samples.ts"
import { orphanCareOf } from "../support/orphan-care.ts"

const { signal } = new AbortController()
const bytes = Buffer.from("the bytes of a dump")
const old = new Date("2026-03-02T00:00:00Z")
const now = new Date("2026-03-10T12:00:00Z")

let store: Fixture
let nas: Destination
let care: OrphanCare
beforeEach(() => {
  store = temporaryCatalogue()
  for (const name of ["nas", "local"]) mkdirSync(join(store.folder, name))
  nas = localDestination("nas", join(store.folder, "nas"))
  care = careOf(nas)
})
afterEach(() => store.remove())

const careOf = (at: Destination) => orphanCareOf([at], store.catalogue, () => now)

/** A backup that begins so many minutes after the beginning. */
function named(number: number) {
  const id = `01980000-0000-7000-8000-${number.toString(16).padStart(12, "0")}` as BackupId
  const at = minute(number)
  const parts = {
    server: aRun("r").serverId,
    subject: "shop",
    type: "daily" as const,
    at,
    id,
    extension: "dump",
  }
  const base = aManifest(id, `run-${number}`, { startedAt: at.toISOString(), fileName: fileName(parts) })
  const storedSha256 = createHash("sha256").update(bytes).digest("hex")
  return {
    id,
    at,
    key: objectKey(parts),
    manifest: { ...base, proof: { ...base.proof, storedBytes: bytes.length, storedSha256 } },
  }
}
type Named = ReturnType<typeof named>

function put(key: string, body: string | Buffer, at = old): void {
  const path = join(store.folder, "nas", key)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, body)
  utimesSync(path, at, at)
}
function putWhole({ key, manifest }: Named): void {
  put(key, bytes)
  put(manifestKey(key), formatManifest(manifest))
}
const there = () =>
  readdirSync(join(store.folder, "nas"), { recursive: true, withFileTypes: true })
    .flatMap((entry) =>
      entry.isFile() ? [join(entry.parentPath, entry.name).slice(join(store.folder, "nas/").length)] : [],
    )
    .sort()

function begin({ id, at }: Named, copies: readonly string[], key: string): void {
  const { catalogue } = store
  const run = runId(`run of ${id}`)
  catalogue.addRun(aRun(run, { queuedAt: at }))
  catalogue.startRun(run, at)
  catalogue.addBackup(aBackup(id, run, { queuedAt: at }))
  catalogue.startBackup(
    id,
    at,
    copies.map((destination) => ({ destination, key })),
  )
}
function fail(backup: Named): void {
  begin(backup, ["nas"], backup.key)
  store.catalogue.finishBackup(backup.id, minute(50), { status: "failed", error: aProblem() })
}
function succeed(backup: Named, ...destinations: readonly string[]): void {
  begin(backup, destinations, backup.key)
  const storedAt = minute(50).toISOString()
  const copies = destinations.map(
    (destination): Copy => ({ state: "stored", destination, key: backup.key, storedAt }),
  )
  store.catalogue.finishBackup(backup.id, minute(50), {
    status: "completed",
    manifest: backup.manifest,
    copies,
  })
}
const stateAt = ({ id }: Named, destination: string) => {
  const backup = store.catalogue.backup(id)
  return (
    backup?.status === "completed" && backup.copies.find((copy) => copy.destination === destination)?.state
  )
}

describe("cleaning", () => {
  test("takes what a failed backup and a delete left, and nothing else", async () => {
    const [listed, failed, deleted, unknown, young] = [1, 2, 3, 4, 5].map(named) as [
      Named,
      Named,
      Named,
      Named,
      Named,
    ]
    succeed(listed, "nas")
    putWhole(listed)
    fail(failed)
    put(failed.key, "half")
    succeed(deleted, "nas")
    store.catalogue.copyDeleted(deleted.id, "nas", minute(60))
    putWhole(deleted)
    put(notesKey(deleted.key), "{}")
    put(unknown.key, "somebody's")
    fail(young)
    put(young.key, "just now", now)
    put("photo.jpg", "mine")
    put(`${failed.key}.bak`, "a person's own")
    const before = there()

    const { orphans, foreignTotal, halt } = await care.look("nas", signal)
    expect(halt).toBeNull()
    expect(foreignTotal).toBe(2)
    const due = orphans.filter(({ waits, backupId }) => waits === null && backupId !== null)
    expect(due.map(({ key }) => key)).toEqual([failed.key, deleted.key])
    expect(there()).toEqual(before)

    const all = orphans.map(({ key }) => key)
    const { removed, left } = await care.clean(
      "nas",
      { keys: [...all, listed.key, "photo.jpg"], unknown: [] },
      signal,
    )
    const gone = [failed.key, deleted.key, manifestKey(deleted.key), notesKey(deleted.key)]
    expect(removed.map(({ key }) => key).sort()).toEqual(gone.sort())
    expect(left.map(({ key, problem }) => [key, problem.code]).sort()).toEqual([
      ["photo.jpg", "not-found"],
      [listed.key, "not-found"],
      [unknown.key, "in-use"],
      [young.key, "in-use"],
    ])
    expect(there()).toEqual(before.filter((key) => !gone.includes(key)))
  })

  test("takes what the catalogue does not know only when it is named", async () => {
    const unknown = named(1)
    put(unknown.key, "somebody's")
    put(manifestKey(named(2).key), "{}")
    expect((await care.clean("nas", { keys: [unknown.key], unknown: [] }, signal)).removed).toEqual([])
    const { removed } = await care.clean("nas", { keys: [], unknown: [unknown.key] }, signal)
    expect(removed).toMatchObject([{ key: unknown.key, bytes: 10 }])
    expect(there()).toEqual([manifestKey(named(2).key)])
  })

  test("never takes a whole backup, named or not", async () => {
    const unlisted = named(1)
    putWhole(unlisted)
    const asked = { keys: [unlisted.key], unknown: [unlisted.key] }
    const { removed, left } = await care.clean("nas", asked, signal)
    expect([removed, left.map(({ problem }) => problem.message)]).toEqual([
      [],
      ["it is a backup, with its manifest", "it is a backup, with its manifest"],
    ])
  })

  test("is refused while a backup is written there, and while nothing is seen that must be there", async () => {
    const failed = named(1)
    fail(failed)
    put(failed.key, "half")
    begin(named(2), ["nas"], named(2).key)
    const asked = { keys: [failed.key], unknown: [] }
    expect(care.clean("nas", asked, signal)).rejects.toMatchObject({ code: "already-running" })
    store.catalogue.finishBackup(named(2).id, minute(3), { status: "failed", error: aProblem() })
    succeed(named(3), "nas")
    expect(care.clean("nas", asked, signal)).rejects.toMatchObject({ code: "destination-unavailable" })
    expect(there()).toEqual([failed.key])
    putWhole(named(3))
    expect((await care.clean("nas", asked, signal)).removed).toHaveLength(1)
  })

  test("is refused while the catalogue is being made again: what it does not know yet is no left-over", async () => {
    const failed = named(1)
    fail(failed)
    put(failed.key, "half")
    store.catalogue.saveMending({
      ...{ since: minute(1), why: "the catalogue is damaged", setAside: null, anew: true },
      ...{ installation: null, copy: null, done: [] },
    })
    const asked = { keys: [failed.key], unknown: [] }
    await expect(care.clean("nas", asked, signal)).rejects.toMatchObject({ code: "in-use" })
    expect(there()).toEqual([failed.key])
  })

  test("leaves what became a backup between the look and the deed", async () => {
    const [failed, other] = [named(1), named(2)]
    for (const backup of [failed, other]) {
      fail(backup)
      put(backup.key, bytes)
    }
    const late: Destination = {
      ...nas,
      async *entries(prefix, looking) {
        yield* nas.entries(prefix, looking)
        put(manifestKey(failed.key), formatManifest(failed.manifest))
      },
    }
    const { removed, left } = await careOf(late).clean(
      "nas",
      { keys: [failed.key, other.key], unknown: [] },
      signal,
    )
    expect(removed.map(({ key }) => key)).toEqual([other.key])
    expect(left).toMatchObject([{ key: failed.key, problem: { code: "in-use" } }])
    expect(there()).toEqual([failed.key, manifestKey(failed.key)])
  })

  test("tells of what could not be removed, and goes on", async () => {
    for (const number of [1, 2]) {
      fail(named(number))
      put(named(number).key, "half")
    }
    const stuck: Destination = {
      ...nas,
      remove: (key, removing) =>
        key === named(1).key ? Promise.reject(new Error("no")) : nas.remove(key, removing),
    }
    const keys = [named(1).key, named(2).key]
    const { removed, left } = await careOf(stuck).clean("nas", { keys, unknown: [] }, signal)
    expect([removed.map(({ key }) => key), left.map(({ key }) => key)]).toEqual([
      [named(2).key],
      [named(1).key],
    ])
  })
})

describe("adopting", () => {
  test("lists a backup that is whole, with its server, and refuses one that is not believed", async () => {
    const [whole, cut, known] = [named(1), named(2), named(3)]
    putWhole(whole)
    putWhole(cut)
    put(cut.key, "cut")
    succeed(known, "nas")
    putWhole(known)
    const { orphans } = await care.look("nas", signal)
    expect(orphans.map(({ kind, key }) => [kind, key])).toEqual([
      ["unlisted", whole.key],
      ["unlisted", cut.key],
    ])
    const keys = [whole.key, cut.key, known.key]
    const adopted = await care.adopt("nas", keys, signal)
    expect(adopted).toMatchObject({ added: 1, copies: 0, servers: ["shop/db"] })
    expect(adopted.left.map(({ key, problem }) => [key, problem.code])).toEqual([
      [cut.key, "copy-mismatch"],
      [known.key, "not-found"],
    ])
    expect(store.catalogue.backup(whole.id)).toMatchObject({
      status: "completed",
      copies: [{ key: whole.key }],
    })
  })
})

describe("mending", () => {
  test("has a lost copy made again where another is left, and leaves the only one as it is", async () => {
    const [lost, only, fine] = [named(1), named(2), named(3)]
    succeed(lost, "local", "nas")
    succeed(only, "nas")
    succeed(fine, "nas")
    putWhole(fine)
    const { missing, missingTotal } = await care.look("nas", signal)
    expect(missingTotal).toBe(2)
    expect(missing).toMatchObject([
      { key: lost.key, lacks: "everything", elsewhere: 1 },
      { key: only.key, lacks: "everything", elsewhere: 0 },
    ])
    const keys = [lost.key, only.key, fine.key]
    const { marked, left } = await care.mend("nas", keys, signal)
    expect([marked, left.map(({ key }) => key)]).toEqual([[lost.key], [only.key, fine.key]])
    expect([lost, only, fine].map((backup) => stateAt(backup, "nas"))).toEqual(["failed", "stored", "stored"])
    expect(store.catalogue.lackingCopies(["nas"]).map(({ id }) => id)).toEqual([lost.id])
  })

  test("writes a manifest again beside bytes that are right, and not beside others", async () => {
    const [right, wrong, fine] = [named(1), named(2), named(3)]
    for (const backup of [right, wrong]) succeed(backup, "local", "nas")
    succeed(fine, "nas")
    putWhole(fine)
    put(right.key, bytes)
    put(wrong.key, "other bytes")
    const { completed, marked } = await care.mend("nas", [right.key, wrong.key], signal)
    expect([completed, marked]).toEqual([[right.key], [wrong.key]])
    const again = readFileSync(join(store.folder, "nas", manifestKey(right.key)))
    expect(again.equals(formatManifest(right.manifest))).toBe(true)
    expect([right, wrong].map((backup) => stateAt(backup, "nas"))).toEqual(["stored", "failed"])
  })

  test("changes nothing where nothing is seen that must be there", async () => {
    const lost = named(1)
    succeed(lost, "local", "nas")
    put("photo.jpg", "another disk")
    expect(care.mend("nas", [lost.key], signal)).rejects.toMatchObject({ code: "destination-unavailable" })
    expect(stateAt(lost, "nas")).toBe("stored")
  })
})

test("a destination that cannot be listed is an error, and one that is not there is named", async () => {
  rmSync(join(store.folder, "nas"), { recursive: true })
  expect(care.look("nas", signal)).rejects.toMatchObject({ code: "destination-unavailable" })
  expect(care.look("offsite", signal)).rejects.toThrow("there is no destination named offsite")
})

test("one request changes a destination at a time", async () => {
  const first = care.clean("nas", { keys: ["a"], unknown: [] }, signal)
  expect(care.mend("nas", ["a"], signal)).rejects.toMatchObject({ code: "already-running" })
  await first
  expect((await care.mend("nas", ["a"], signal)).left).toHaveLength(1)
})
