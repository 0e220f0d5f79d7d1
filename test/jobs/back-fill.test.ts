// Healing a copy, on a real catalogue and real folders: what is there afterwards, and what the run's log says of it.
import { afterEach, beforeEach, describe, expect, test } from "bun:test"
import { createHash, randomBytes } from "node:crypto"
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { Fault } from "../../controller/core/fault.ts"
import { manifestKey } from "../../controller/core/key.ts"
import { formatManifest, parseManifest } from "../../controller/core/manifest.ts"
import { localDestination } from "../../controller/destinations/local.ts"
import { fillCopy } from "../../controller/jobs/back-fill.ts"
import type { Destination } from "../../controller/ports.ts"
import type { BackupId, CompletedBackup } from "../../schemas/backup.ts"
import type { Manifest } from "../../schemas/manifest.ts"
import {
  aBackup,
  aManifest,
  aProblem,
  aRun,
  type Fixture,
  keyOf,
  minute,
  planned,
  runId,
  storedCopy,
  temporaryCatalogue,
} from "../state/samples.ts"

const id = "b1" as BackupId
const key = keyOf(id)
const bytes = randomBytes(300_000)
const { signal } = new AbortController()

let store: Fixture
let manifest: Manifest
let destinations: Map<string, Destination>
beforeEach(() => {
  store = temporaryCatalogue()
  const { catalogue } = store
  destinations = new Map(
    ["local", "nas", "offsite"].map((name) => {
      mkdirSync(join(store.folder, name))
      return [name, localDestination(name, join(store.folder, name))]
    }),
  )
  const base = aManifest(id, "run")
  const sha256 = createHash("sha256").update(bytes).digest("hex")
  manifest = { ...base, proof: { ...base.proof, storedBytes: bytes.length, storedSha256: sha256 } }
  catalogue.addRun(aRun("run"))
  catalogue.startRun(runId("run"), minute(0))
  catalogue.addBackup(aBackup(id, "run"))
  catalogue.startBackup(id, minute(1), planned(id))
  const error = aProblem({ code: "destination-unavailable", message: "offsite cannot be reached" })
  catalogue.finishBackup(id, minute(2), {
    status: "completed",
    manifest,
    copies: [storedCopy(id), storedCopy(id, "nas"), { state: "failed", destination: "offsite", key, error }],
  })
  catalogue.finishRun(runId("run"), minute(2), { status: "completed" })
  for (const name of ["local", "nas"]) put(name, bytes, manifest)
})
afterEach(() => store.remove())

const path = (name: string, of = key) => join(store.folder, name, of)
function put(name: string, content: Buffer, beside?: Manifest): void {
  mkdirSync(dirname(path(name)), { recursive: true })
  writeFileSync(path(name), content)
  if (beside) writeFileSync(path(name, manifestKey(key)), formatManifest(beside))
}
const backup = () => store.catalogue.backup(id) as CompletedBackup
const copy = () => backup().copies.find(({ destination }) => destination === "offsite")
const log = () => store.catalogue.logs("run", "info").map(({ message }) => message)
const filesAt = (name: string) =>
  readdirSync(join(store.folder, name), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name)
const fill = (changes: Partial<Parameters<typeof fillCopy>[0]> = {}, within = signal) =>
  fillCopy(
    { catalogue: store.catalogue, destinations, clock: () => minute(9), log: () => {}, ...changes },
    {
      backup: backup(),
      to: { destination: "offsite", key },
      from: ["local", "nas"].map((destination) => ({ destination, key })),
    },
    within,
  )
/** The destination, with some of its methods taking another way. */
const bent = (name: string, changes: Partial<Destination>) => {
  const real = destinations.get(name)
  if (real) destinations.set(name, { ...real, ...changes })
  return real
}
const isWhole = () => {
  expect(readFileSync(path("offsite")).equals(bytes)).toBe(true)
  expect(parseManifest(readFileSync(path("offsite", manifestKey(key))))).toEqual(manifest)
  expect(copy()).toMatchObject({ state: "stored", storedAt: minute(9).toISOString() })
}

describe("a copy that is missing", () => {
  test("is made byte for byte with its manifest, and the run's log says from where", async () => {
    expect(await fill()).toBeUndefined()
    isWhole()
    expect(log().at(-1)).toBe(
      `the copy of shop at offsite was made from local: ${bytes.length} bytes, sha256 ${manifest.proof.storedSha256}`,
    )
  })

  test.each([
    ["was deleted", () => rmSync(path("local"))],
    ["was cut short", () => put("local", bytes.subarray(0, 1000))],
    ["was changed in one byte", () => put("local", Buffer.concat([bytes.subarray(0, -1), Buffer.from("x")]))],
  ])("is made from the next one when the first %s", async (_, damage) => {
    damage()
    expect(await fill()).toBeUndefined()
    isWhole()
    expect(log().at(-1)).toContain("was made from nas")
  })

  test("never comes of damaged bytes: nothing is visible, and the row says why", async () => {
    for (const name of ["local", "nas"]) put(name, Buffer.concat([bytes.subarray(0, -1), Buffer.from("x")]))
    expect(await fill()).toMatchObject({ code: "copy-mismatch" })
    expect(filesAt("offsite")).toEqual([])
    expect(copy()).toMatchObject({ state: "failed", error: { code: "copy-mismatch" } })
    expect(log().at(-1)).toContain("the copy of shop at offsite could not be made")
  })

  test("has its manifest after its bytes, and neither when the manifest cannot be written", async () => {
    bent("offsite", {
      put: async () => {
        expect(existsSync(path("offsite"))).toBe(true)
        throw new Fault("disk-full", "offsite is full")
      },
    })
    expect(await fill()).toMatchObject({ code: "disk-full" })
    expect(filesAt("offsite")).toEqual([])
    expect(copy()).toMatchObject({ state: "failed", error: { message: "offsite is full" } })
  })

  test("that fails the same way again is no news to the log", async () => {
    const away = async () => Promise.reject(new Fault("destination-unavailable", "offsite cannot be reached"))
    bent("offsite", { size: away })
    store.events.length = 0
    expect(await fill()).toMatchObject({ code: "destination-unavailable" })
    expect(log()).toEqual([])
    expect(store.events).toEqual([])
  })

  test("that a shutdown breaks off leaves nothing, and is recorded as what it was", async () => {
    const stop = new AbortController()
    const real = destinations.get("local")
    bent("local", {
      read: async (...args) => {
        stop.abort(new Fault("interrupted", "the controller was stopped"))
        return (await real?.read(...args)) as never
      },
    })
    expect(await fill({}, stop.signal)).toMatchObject({ code: "interrupted" })
    expect(filesAt("offsite")).toEqual([])
    expect(copy()).toMatchObject({ state: "failed", error: { message: "offsite cannot be reached" } })
  })
})

describe("after a crash in the middle of it", () => {
  test("a whole copy with its manifest is taken over, not made again", async () => {
    put("offsite", bytes, manifest)
    for (const name of ["local", "nas"]) rmSync(path(name))
    expect(await fill()).toBeUndefined()
    isWhole()
    expect(log().at(-1)).toContain("was there already")
  })

  test.each([
    ["bytes without a manifest", () => put("offsite", bytes)],
    ["damaged bytes beside the manifest", () => put("offsite", Buffer.alloc(bytes.length), manifest)],
    ["bytes cut short beside the manifest", () => put("offsite", bytes.subarray(9), manifest)],
  ])("%s are replaced", async (_, leave) => {
    leave()
    expect(await fill()).toBeUndefined()
    isWhole()
  })

  test("another backup under the name is not touched", async () => {
    put("offsite", Buffer.from("theirs"), { ...manifest, id: "other" as BackupId })
    expect(await fill()).toMatchObject({ code: "destination-unavailable" })
    expect(readFileSync(path("offsite"), "utf8")).toBe("theirs")
    expect(copy()?.state).toBe("failed")
  })
})

test("of a backup that is deleted meanwhile nothing stays behind", async () => {
  const real = bent("offsite", {
    put: async (...args) => {
      await real?.put(...args)
      for (const name of ["local", "nas"]) store.catalogue.copyDeleted(id, name, minute(8))
    },
  })
  expect(await fill()).toBeUndefined()
  expect(filesAt("offsite")).toEqual([])
  expect(log().at(-1)).toContain("was not kept: the backup was deleted meanwhile")
})
