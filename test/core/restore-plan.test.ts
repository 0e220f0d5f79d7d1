import { describe, expect, test } from "bun:test"
import { Fault } from "../../controller/core/fault.ts"
import { planRestore, type RestoreFacts } from "../../controller/core/restore-plan.ts"
import type { Engine } from "../../schemas/scalar.ts"
import { aDoubt } from "../state/samples.ts"
import { aCompletedBackup, aKnownManifest, aSurvey } from "./records.ts"

const facts = (changes: Partial<RestoreFacts> = {}): RestoreFacts => ({
  backup: aCompletedBackup(),
  manifest: aKnownManifest(),
  identity: null,
  present: ["shop", "users"],
  target: { id: aCompletedBackup().serverId, name: "shop/db" },
  tools: { serverVersion: "17.6", toolVersion: "17.6", zstd: true },
  timeGuess: null,
  survey: aSurvey(),
  nameMistake: undefined,
  hooks: { before: null, after: null },
  ...changes,
})
const plan = (changes: Partial<RestoreFacts> = {}, name = "shop_copy") =>
  planRestore(facts(changes), { mode: "new", name })

function refusal(changes: Partial<RestoreFacts>, name?: string): Fault {
  try {
    plan(changes, name)
  } catch (error) {
    if (error instanceof Fault) return error
    throw error
  }
  throw new Error("it was not refused")
}

describe("an encrypted backup", () => {
  const encryption = { format: "age" as const, key: "ops", recipients: ["age1a", "age1b"] }
  const manifest = aKnownManifest({ encryption })

  test("is planned when something here opens it, and the plan says so without telling it", () => {
    const planned = plan({ manifest, identity: { identity: "AGE-SECRET-KEY-1" } })
    expect(planned.steps[0]).toContain("decrypt it with the key ops")
    expect(JSON.stringify(planned)).not.toContain("SECRET")
  })

  test("is refused with its key and recipients when nothing does, and told what was tried", () => {
    const fault = refusal({ manifest, identity: { identity: null, unusable: ["there is no file /x"] } })
    expect(fault).toMatchObject({
      code: "key-missing",
      message:
        "the backup is encrypted with the key ops (age1a, age1b), and no identity for it is here: there is no file /x",
    })
    expect(fault.hint).toContain("encryption.keys.ops.identityFile")
    expect(refusal({ manifest }).code).toBe("key-missing")
  })
})

test("says in data and in words what will be read, made and left alone", () => {
  expect(plan()).toMatchObject({
    backupId: "b1",
    serverName: "shop/db",
    sourceDatabase: "shop",
    targetDatabase: "shop_copy",
    destination: "local",
    storedBytes: 1000,
    rawBytes: 5000,
    warnings: [],
  })
  const { steps } = plan()
  expect(steps[0]).toContain("sha-256")
  expect(steps.at(-1)).toBe("If anything fails, drop shop_copy again. shop is not touched at any time")
})

test("warns of a suspect backup with the reason, until somebody has accepted it", () => {
  const doubted = aCompletedBackup({ suspect: aDoubt })
  expect(plan({ backup: doubted }).warnings).toEqual([
    `This backup is suspect, and nobody has accepted it: ${aDoubt.message}`,
  ])
  expect(plan({ backup: { ...doubted, acceptedAt: "2026-03-01T03:00:00.000Z" } }).warnings).toEqual([])
})

test("names the hooks that run, around what is made and counted", () => {
  const hook = { timeoutSeconds: 300, onError: "fail" } as const
  const { steps } = plan({
    hooks: {
      before: { ...hook, moment: "pre-restore", argv: ["freeze", "a b"] },
      after: { ...hook, moment: "post-restore", argv: ["thaw"] },
    },
  })
  const at = (start: string) => steps.findIndex((step) => step.startsWith(start))
  expect(steps[at("Run the pre-restore")]).toBe(
    "Run the pre-restore hook in the container, stopping if it fails: freeze a b",
  )
  expect(steps[at("Run the post-restore")]).toBe(
    "Run the post-restore hook in the container, whatever happened: thaw",
  )
  const order = ["Run the pre-restore", "Create", "Load", "Count", "Run the post-restore"].map(at)
  expect(order).toEqual([...order].sort((a, b) => a - b))
})

test("reads the first copy that is still stored", () => {
  const at = "2026-03-01T02:01:00.000Z"
  const copies = [
    { state: "deleted" as const, destination: "local", key: "k", deletedAt: at },
    { state: "stored" as const, destination: "offsite", key: "k", storedAt: at },
  ]
  expect(plan({ backup: aCompletedBackup({ copies }) }).destination).toBe("offsite")
  expect(refusal({ backup: aCompletedBackup({ copies: copies.slice(0, 1) }) }).code).toBe("copy-missing")
})

test("warns of a backup of which no copy was good when it was last read, and would read them all the same", () => {
  const error = {
    code: "copy-mismatch" as const,
    message: "it has other bytes",
    hint: null,
    key: null,
    suggestion: null,
  }
  const copies = [{ state: "failed" as const, destination: "nas", key: "k", error }]
  const { destination, warnings } = plan({ backup: aCompletedBackup({ copies }) })
  expect([destination, warnings]).toEqual([
    "nas",
    ["No copy of this backup was good when it was last read: it is restored only if one is by now"],
  ])
})

test("names the copies that are read when the first is bad, in their order", () => {
  const copies = ["local", "nas", "offsite"].map((destination) => ({
    ...{ state: "stored" as const, destination, key: "k", storedAt: "2026-03-01T02:01:00.000Z" },
  }))
  const [first] = plan({ backup: aCompletedBackup({ copies }) }).steps
  expect(first).toEndWith("; if it is bad or cannot be read, the one at nas, then at offsite")
  expect(plan({ backup: aCompletedBackup({ copies: copies.slice(0, 1) }) }).steps[0]).not.toContain(
    "if it is bad",
  )
})

describe("is refused, with what to do,", () => {
  test("into a database that exists, the one that was backed up above all", () => {
    for (const name of ["shop", "users"]) {
      const fault = refusal({}, name)
      expect(fault.code).toBe("target-exists")
      expect(fault.hint).toContain("Choose a name that is free")
    }
  })

  test("under a name the engine would not take", () => {
    const fault = refusal({ nameMistake: "names beginning with pg_ are the server's own" }, "pg_shop")
    expect(fault).toMatchObject({ code: "request-invalid" })
    expect(fault.message).toContain("pg_ are the server's own")
  })

  test("for globals, which have no database to go into", () => {
    expect(refusal({ manifest: aKnownManifest({ subject: { kind: "globals" } }) }).code).toBe(
      "restore-unsupported",
    )
  })
})

describe("warns of an older release series than the backup's", () => {
  const warnings = (name: Engine, from: string, to: string) =>
    plan({
      manifest: aKnownManifest({
        format: "sql",
        engine: { name, serverVersion: from, tool: "t", toolVersion: from },
      }),
      tools: { serverVersion: to, toolVersion: to, zstd: true },
    }).warnings.length

  test.each([
    ["postgres", "17.6", "17.2", 0],
    ["postgres", "17.6", "18.0", 0],
    ["postgres", "17.6", "16.10", 1],
    ["postgres", "18beta1", "17.6", 1],
    ["mysql", "8.4.6", "8.0.43", 1],
    ["mysql", "8.0.43", "8.4.6", 0],
    ["mysql", "9.7.0", "9.7.2", 0],
    ["mariadb", "11.8.3-MariaDB", "10.11.14-MariaDB", 1],
    ["mariadb", "10.11.14-MariaDB", "10.5.29-MariaDB", 1],
    ["mariadb", "10.5.29-MariaDB", "10.11.14-MariaDB", 0],
    ["mariadb", "unreadable", "10.11.14-MariaDB", 0],
  ] as const)("%s %s → %s: %p", (engine, from, to, count) => {
    expect(warnings(engine, from, to)).toBe(count)
  })
})
