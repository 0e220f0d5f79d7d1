// Stored backups read again, on a real catalogue and real folders: what is found of a copy, and what becomes of it.
import { afterEach, beforeEach, describe, expect, test } from "bun:test"
import { createHash, randomBytes } from "node:crypto"
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { Readable } from "node:stream"
import { Fault } from "../../controller/core/fault.ts"
import { manifestKey } from "../../controller/core/key.ts"
import { formatManifest, readManifest } from "../../controller/core/manifest.ts"
import { type Signer, signerOf } from "../../controller/core/manifest-seal.ts"
import { guideKey } from "../../controller/core/restore-guide.ts"
import { localDestination } from "../../controller/destinations/local.ts"
import { fillOrHeal } from "../../controller/jobs/heal.ts"
import { deleteCopies } from "../../controller/jobs/prune.ts"
import { type VerifyDeps, type VerifyOrder, verifyBackup } from "../../controller/jobs/verify.ts"
import type { Destination } from "../../controller/ports.ts"
import type { BackupId, CompletedBackup } from "../../schemas/backup.ts"
import type { Manifest } from "../../schemas/manifest.ts"
import {
  aBackup,
  addGood,
  aManifest,
  aRun,
  type Fixture,
  job,
  keyOf,
  minute,
  planned,
  runId,
  shop,
  storedCopy,
  temporaryCatalogue,
} from "../state/samples.ts"

const id = "b1" as BackupId
const key = keyOf(id)
const { signal } = new AbortController()
// A dump of SQL text, long enough for more than one chunk.
const text = (body = "") =>
  Buffer.from(
    `-- MySQL dump 10.13\n\n${body}/*!40111 SET SQL_NOTES=@OLD_SQL_NOTES */;\n\n-- Dump completed on 2026-03-01  2:00:00\n`,
  )
const bytes = text(`-- ${randomBytes(300_000).toString("base64")}\n`)
const sha256 = (of: Buffer) => createHash("sha256").update(of).digest("hex")

let store: Fixture
let manifest: Manifest
let destinations: Map<string, Destination>
let minutes: number

function make(content = bytes, changes: Partial<Manifest> = {}): void {
  const { catalogue } = store
  const [storedBytes, storedSha256] = [content.length, sha256(content)]
  const base = aManifest(id, "run", { format: "sql", engine: mysql, sourceCompression: null })
  const proof = { ...base.proof, rawBytes: storedBytes, rawSha256: storedSha256, storedBytes, storedSha256 }
  manifest = { ...base, proof, ...changes }
  catalogue.addRun(aRun("run", { queuedAt: minute(20) }))
  catalogue.startRun(runId("run"), minute(20))
  catalogue.addBackup(aBackup(id, "run", { queuedAt: minute(20) }))
  catalogue.startBackup(id, minute(21), planned(id))
  const copies = [storedCopy(id), storedCopy(id, "nas")]
  catalogue.finishBackup(id, minute(22), { status: "completed", manifest, copies })
  catalogue.finishRun(runId("run"), minute(22), { status: "completed" })
  for (const name of ["local", "nas"]) put(name, content)
}
const mysql = { name: "mysql", serverVersion: "9.1", tool: "mysqldump", toolVersion: "9.1" } as const

beforeEach(() => {
  store = temporaryCatalogue()
  minutes = 100
  destinations = new Map(
    ["local", "nas"].map((name) => {
      mkdirSync(join(store.folder, name))
      writeFileSync(join(store.folder, name, guideKey), "how to restore")
      return [name, localDestination(name, join(store.folder, name))]
    }),
  )
  addGood(store.catalogue, "b0", 0)
})
afterEach(() => store.remove())

const path = (name: string, of = key) => join(store.folder, name, of)
function put(name: string, content: Buffer): void {
  mkdirSync(dirname(path(name)), { recursive: true })
  writeFileSync(path(name), content)
  writeFileSync(path(name, manifestKey(key)), formatManifest(manifest))
}
function flip(name: string, at = 1000): void {
  const content = readFileSync(path(name))
  content[at] = (content[at] ?? 0) ^ 1
  writeFileSync(path(name), content)
}
const backup = () => store.catalogue.backup(id) as CompletedBackup
const states = () => Object.fromEntries(backup().copies.map((copy) => [copy.destination, copy.state]))
const log = () => store.catalogue.logs("run", "info").map(({ message }) => message)
const refused = () => {
  throw new Fault("server-down", "the server is gone")
}
const deps = (signer: Signer | null = null): VerifyDeps => ({
  signer,
  ...{ catalogue: store.catalogue, destinations, log: () => {}, tieUp: async () => {} },
  clock: () => minute(minutes++),
  identities: { find: () => ({ identity: null, unusable: [] }) },
  drills: { scratch: { startScratch: refused }, memoryBytes: () => 2 ** 30 },
  docker: { endpoint: "none", version: refused, observe: refused, nudges: refused, exec: refused },
})
const verify = (changes: Partial<VerifyOrder> = {}, signer: Signer | null = null) =>
  verifyBackup(
    deps(signer),
    {
      backup: backup(),
      level: "checksum",
      destination: null,
      identity: undefined,
      server: refused,
      ...changes,
    },
    () => undefined,
    signal,
  )
const heal = (to: string, from: string) =>
  fillOrHeal(
    deps(),
    { backup: backup(), to: { destination: to, key }, from: [{ destination: from, key }] },
    signal,
  )

describe("copies that are right", () => {
  test("pass, each with what was seen, and the backup says when it was last verified", async () => {
    make()
    const { results, error } = await verify()
    expect(error).toBeNull()
    expect(results.map(({ destination, outcome }) => [destination, outcome])).toEqual([
      ["local", "passed"],
      ["nas", "passed"],
    ])
    expect(store.catalogue.verifications(id)).toEqual([...results].reverse())
    expect(backup().lastVerified).toMatchObject({ level: "checksum", outcome: "passed" })
    expect(store.catalogue.readShare("nas", minute(99))).toMatchObject({ copies: 1, readCopies: 1 })
  })

  test("are told of as far as they were read: text has no reader of its own, and the report says that", async () => {
    make()
    const { results } = await verify({ level: "read", destination: "nas" })
    const [passed] = results
    expect(passed?.outcome === "passed" && passed.report.at(-1)).toBe(
      "no tool of mysql reads text without running it: only a drill or a restore proves the statements",
    )
  })

  test("of which the manifest is missing, cut short or changed get it again, with a warning", async () => {
    make()
    const beside = path("local", manifestKey(key))
    for (const damage of [
      () => rmSync(beside),
      () => writeFileSync(beside, readFileSync(beside).subarray(0, 40)),
      () => writeFileSync(beside, formatManifest({ ...manifest, program: "another" })),
    ]) {
      damage()
      const { results } = await verify({ destination: "local" })
      expect(results).toMatchObject([{ outcome: "passed" }])
      expect(readFileSync(beside).equals(formatManifest(manifest))).toBe(true)
    }
    expect(states()).toEqual({ local: "stored", nas: "stored" })
  })

  test("get a signature by the secret that is in force, whoever had signed before, and keep one they have", async () => {
    const [ours, theirs] = [
      signerOf("a secret of ours, 32 characters long"),
      signerOf("the secret until now, long enough too"),
    ]
    make()
    const beside = path("local", manifestKey(key))
    writeFileSync(beside, formatManifest(manifest, theirs))
    const seals = async () => {
      const { results } = await verify({ destination: "local" }, ours)
      expect(results).toMatchObject([{ outcome: "passed" }])
      return [
        readManifest(readFileSync(beside), ours).seal,
        JSON.stringify(results).includes("was signed with the ENCRYPTION_KEY"),
      ]
    }
    expect(await seals()).toEqual(["signed", true])
    expect(await seals()).toEqual(["signed", false])
    rmSync(beside)
    expect(await seals()).toEqual(["signed", false])
  })

  test("pass also where they cannot be signed anew", async () => {
    make()
    const refusing = async () => Promise.reject(new Fault("destination-unavailable", "it is locked"))
    destinations.set("nas", { ...(destinations.get("nas") as Destination), put: refusing })
    const ours = signerOf("a secret of ours, 32 characters long")
    expect(await verify({ destination: "nas" }, ours)).toMatchObject({
      error: null,
      results: [{ outcome: "passed" }],
    })
    expect(readManifest(readFileSync(path("nas", manifestKey(key))), ours).seal).toBe("hash")
  })

  test("that are garbled on the way once are read again, and pass", async () => {
    make()
    const real = destinations.get("nas") as Destination
    let readings = 0
    destinations.set("nas", {
      ...real,
      read: async (at, within) => {
        if (at === key && readings++ === 0)
          return Readable.from([bytes.subarray(0, 99), Buffer.alloc(bytes.length - 99)])
        return await real.read(at, within)
      },
    })
    expect((await verify({ destination: "nas" })).results).toMatchObject([{ outcome: "passed" }])
    expect(states()).toEqual({ local: "stored", nas: "stored" })
  })
})

describe("a bad copy", () => {
  test.each([
    ["with a flipped byte", () => flip("local")],
    ["that is cut short", () => writeFileSync(path("local"), bytes.subarray(0, 5000))],
    ["that is longer", () => writeFileSync(path("local"), Buffer.concat([bytes, Buffer.from("x")]))],
    ["that is gone", () => rmSync(path("local"))],
    ["that is gone with its manifest", () => [key, manifestKey(key)].map((of) => rmSync(path("local", of)))],
    [
      "beside the manifest of another backup",
      () =>
        writeFileSync(path("local", manifestKey(key)), formatManifest({ ...manifest, id: "b9" as BackupId })),
    ],
  ])("%s is found, is nothing to restore from, and is said loudly", async (_, damage) => {
    make()
    damage()
    const { results, error } = await verify()
    expect(error).toBeNull()
    expect(results.map(({ destination, outcome }) => [destination, outcome])).toEqual([
      ["local", "failed"],
      ["nas", "passed"],
    ])
    expect(backup().copies[0]).toMatchObject({ state: "failed", error: { code: "copy-mismatch" } })
    expect(states().nas).toBe("stored")
    expect(store.catalogue.badCopies()).toMatchObject([{ destination: "local", goodAt: ["nas"] }])
    expect(store.catalogue.lackingCopies(["local"]).map(({ id }) => String(id))).toEqual(["b1"])
    expect(String(store.catalogue.lastGood(shop)?.id)).toBe("b1")
    expect(store.catalogue.logs("run", "error").map(({ message }) => message)).toEqual([
      expect.stringContaining("the copy of shop at local is bad"),
    ])
  })

  test("is healed from a good one, and the history tells both", async () => {
    make()
    flip("local")
    writeFileSync(path("local", manifestKey(key)), "{")
    await verify()
    expect(await heal("local", "nas")).toBeUndefined()
    expect(readFileSync(path("local")).equals(bytes)).toBe(true)
    expect(readFileSync(path("local", manifestKey(key))).equals(formatManifest(manifest))).toBe(true)
    expect(states()).toEqual({ local: "stored", nas: "stored" })
    expect(store.catalogue.badCopies()).toEqual([])
    expect(
      store.catalogue.verifications(id).map(({ destination, outcome }) => [destination, outcome]),
    ).toEqual([
      ["local", "passed"],
      ["nas", "passed"],
      ["local", "failed"],
    ])
    expect(log().at(-1)).toContain("was healed")
  })

  test("stays known as bad while it cannot be healed", async () => {
    make()
    flip("local")
    await verify({ destination: "local" })
    const real = destinations.get("local") as Destination
    const away = async () => Promise.reject(new Fault("destination-unavailable", "local is away"))
    destinations.set("local", { ...real, size: away })
    expect(await heal("local", "nas")).toMatchObject({ code: "destination-unavailable" })
    expect(store.catalogue.badCopies()).toHaveLength(1)
  })
})

describe("where one copy is enough", () => {
  const seen = ({ results }: Awaited<ReturnType<typeof verify>>) =>
    results.map(({ destination, outcome }) => `${destination} ${outcome}`)
  const away = async () => Promise.reject(new Fault("destination-unavailable", "it is away"))

  test("the nearest is read, and no other", async () => {
    make()
    expect(seen(await verify({ oneIsEnough: true }))).toEqual(["local passed"])
  })

  test("the next one is when that is bad, which is recorded, or cannot be read, which is no failure then", async () => {
    make()
    flip("local")
    expect(await verify({ oneIsEnough: true })).toMatchObject({ error: null })
    expect(states()).toEqual({ local: "failed", nas: "stored" })
    await heal("local", "nas")
    destinations.set("local", { ...(destinations.get("local") as Destination), size: away })
    const outcome = await verify({ oneIsEnough: true, level: "read" })
    expect([seen(outcome), outcome.error]).toEqual([["nas passed"], null])
  })

  test("no other is when the dump itself is bad, or a drill cannot be made here", async () => {
    make(Buffer.from("-- MySQL dump 10.13\nCREATE TABLE"))
    expect(seen(await verify({ oneIsEnough: true }))).toEqual(["local failed"])
  })

  test("no other is when a drill's server cannot be made, which would be so with every copy", async () => {
    make()
    let asked = 0
    const startScratch = async () => {
      asked++
      return refused()
    }
    const counted = { ...deps(), drills: { scratch: { startScratch }, memoryBytes: () => 2 ** 30 } }
    const order = {
      ...{ backup: backup(), destination: null, identity: undefined, server: refused },
      level: "drill" as const,
    }
    const { results, error } = await verifyBackup(counted, order, () => undefined, signal)
    expect([results, error?.code, asked]).toEqual([[], "server-down", 1])
  })
})

describe("a backup of which every copy is bad", () => {
  beforeEach(async () => {
    make()
    flip("local")
    rmSync(path("nas"))
    await verify()
  })

  test("does not count as good any more: an older one is the newest, and it is doubted", () => {
    expect(states()).toEqual({ local: "failed", nas: "failed" })
    expect(String(store.catalogue.lastGood(shop)?.id)).toBe("b0")
    expect(store.catalogue.goodBackups(job, shop).map(({ id }) => String(id))).toEqual(["b0"])
    expect(store.catalogue.doubts()).toMatchObject([{ backupId: "b1", problem: { code: "copy-mismatch" } }])
  })

  test("is doubted no more once a good one follows it", () => {
    addGood(store.catalogue, "b2", 30)
    expect(store.catalogue.doubts()).toEqual([])
    expect(store.catalogue.badCopies()).toHaveLength(2)
  })

  test("is good again when its bytes are put back and it is verified", async () => {
    put("nas", bytes)
    const { results } = await verify()
    expect(results.map(({ destination, outcome }) => [destination, outcome])).toEqual([
      ["local", "failed"],
      ["nas", "passed"],
    ])
    expect(String(store.catalogue.lastGood(shop)?.id)).toBe("b1")
    expect(store.catalogue.doubts()).toEqual([])
  })

  test("can be deleted, with the bytes that are left of it", async () => {
    await deleteCopies(deps(), backup(), signal)
    expect(existsSync(path("local"))).toBe(false)
    expect(store.catalogue.badCopies()).toEqual([])
    expect(store.catalogue.doubts()).toEqual([])
  })
})

describe("what cannot be looked at says nothing of the copy", () => {
  test.each([
    [
      "a destination that is away",
      "destination-unavailable",
      () => {
        const away = async () => Promise.reject(new Fault("destination-unavailable", "nas is away"))
        destinations.set("nas", { ...(destinations.get("nas") as Destination), size: away })
      },
    ],
    [
      "a folder whose disk is not mounted",
      "destination-unavailable",
      () => {
        rmSync(join(store.folder, "nas"), { recursive: true })
        mkdirSync(join(store.folder, "nas"))
      },
    ],
    ["a destination that is not defined any more", "destination-unknown", () => destinations.delete("nas")],
  ] as const)("%s", async (_, code, happens) => {
    make()
    happens()
    const { results, error } = await verify()
    expect(error).toMatchObject({ code })
    expect(results).toMatchObject([{ destination: "local", outcome: "passed" }])
    expect(states()).toEqual({ local: "stored", nas: "stored" })
    expect(store.catalogue.verifications(id)).toHaveLength(1)
  })

  test("a copy that is deleted while it is read", async () => {
    make()
    const real = destinations.get("nas") as Destination
    destinations.set("nas", {
      ...real,
      size: async (at, within) => {
        if (at === key && existsSync(path("nas"))) {
          store.catalogue.deletingCopy(id, "nas")
          rmSync(path("nas"))
          store.catalogue.copyDeleted(id, "nas", minute(90))
        }
        return real.size(at, within)
      },
    })
    const { results, error } = await verify({ destination: "nas" })
    expect([results, error]).toMatchObject([[], { code: "not-found" }])
    expect(states()).toEqual({ local: "stored", nas: "deleted" })
  })

  test("a drill whose server cannot be made, and a copy that there is not", async () => {
    make()
    expect(await verify({ level: "drill" })).toMatchObject({ results: [], error: { code: "server-down" } })
    expect((await verify({ destination: "offsite" })).error).toMatchObject({ code: "not-found" })
  })

  test("an encrypted one without its key, beyond the bytes that are stored", async () => {
    make(randomBytes(5000), { encryption: { format: "age", key: "ops", recipients: ["age1x"] } as never })
    const { results } = await verify({ destination: "nas" })
    expect(results).toMatchObject([
      {
        outcome: "passed",
        report: [expect.any(String), expect.stringContaining("not opened"), expect.any(String)],
      },
    ])
    expect((await verify({ level: "read" })).error).toMatchObject({ code: "key-missing" })
    expect(states()).toEqual({ local: "stored", nas: "stored" })
  })

  test("a shutdown", async () => {
    make()
    const stopped = AbortSignal.abort(new Fault("interrupted", "the controller was stopped"))
    const order = { backup: backup(), level: "checksum", destination: null, identity: undefined } as const
    expect(await verifyBackup(deps(), { ...order, server: refused }, () => undefined, stopped)).toMatchObject(
      {
        results: [],
        error: { code: "interrupted" },
      },
    )
  })
})

test("a dump that never was whole is bad in every copy, which stay what they are, and nothing is pruned for it", async () => {
  make(Buffer.from("-- MySQL dump 10.13\nCREATE TABLE"))
  const { results } = await verify()
  expect(results.map(({ outcome }) => outcome)).toEqual(["failed", "failed"])
  expect(states()).toEqual({ local: "stored", nas: "stored" })
  expect(String(store.catalogue.lastGood(shop)?.id)).toBe("b0")
  expect(store.catalogue.doubts()).toMatchObject([{ backupId: "b1", problem: { code: "dump-truncated" } }])
})
