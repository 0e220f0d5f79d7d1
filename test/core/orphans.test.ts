// What of a destination the catalogue does not account for: which kind it is, whose, and what may be done about it.
import { describe, expect, setDefaultTimeout, test } from "bun:test"
import fc from "fast-check"
import { manifestKey, notesKey, stemOf } from "../../controller/core/key.ts"
import { accountOf, type Sight } from "../../controller/core/orphans.ts"
import type { Claim, Entry } from "../../controller/ports.ts"
import type { BackupId } from "../../schemas/backup.ts"
import { keyOf } from "../state/samples.ts"

setDefaultTimeout(120_000)

const now = new Date("2026-03-10T12:00:00Z")
const hour = 3_600_000
const day = 24 * 3600
const key = keyOf("1a2b3c4d")
const other = keyOf("5e6f7a8b")

const stands = (key: string, hoursAgo = 100): Entry => ({
  key,
  bytes: 10,
  changedAt: new Date(now.getTime() - hoursAgo * hour),
})
const whole = (key: string, hoursAgo?: number) => [stands(key, hoursAgo), stands(manifestKey(key), hoursAgo)]
const claim = (key: string, state: Claim["state"], changes: Partial<Claim> = {}): Claim => ({
  backupId: `backup of ${stemOf(key).slice(-9, -1)}` as BackupId,
  stem: stemOf(key),
  state,
  at: new Date(now.getTime() - 200 * hour),
  key,
  elsewhere: 1,
  ...changes,
})
const account = (entries: readonly Entry[], claims: readonly Claim[] = [], changes: Partial<Sight> = {}) =>
  accountOf({
    destination: "nas",
    entries,
    before: claims,
    after: claims,
    now,
    graceSeconds: day,
    ...changes,
  })

test("what the catalogue lists and what is there agree: nothing is told", () => {
  expect(
    account([...whole(key), stands(notesKey(key)), stands("RESTORE.md")], [claim(key, "stored")]),
  ).toEqual({
    destination: "nas",
    lookedAt: now.toISOString(),
    graceSeconds: day,
    orphans: [],
    missing: [],
    foreign: [],
    halt: null,
  })
})

describe("an orphan", () => {
  test.each([
    ["a whole backup that is not known", whole(key), [], "unlisted"],
    ["a whole one whose copy had failed", whole(key), [claim(key, "failed")], "unlisted"],
    ["bytes alone", [stands(key)], [], "bytes"],
    ["a manifest alone", [stands(manifestKey(key))], [], "manifest"],
    ["notes alone", [stands(notesKey(key))], [], "notes"],
    ["a whole one that was deleted", whole(key), [claim(key, "deleted")], "deleted"],
    ["bytes that a delete left", [stands(key)], [claim(key, "deleted")], "deleted"],
  ] as const)("is %s", (_, entries, claims, kind) => {
    const [orphan, ...more] = account(entries, claims).orphans
    expect(more).toEqual([])
    expect(orphan).toMatchObject({ kind, key, backupId: claims[0]?.backupId ?? null, waits: null })
    expect(orphan?.objects.map(({ key }) => key).sort()).toEqual(entries.map(({ key }) => key).sort())
  })

  test("lists its manifest first, so that it goes first", () => {
    const entries = [stands(key), stands(notesKey(key)), stands(manifestKey(key))]
    expect(account(entries, [claim(key, "deleted")]).orphans[0]?.objects.map(({ key }) => key)).toEqual([
      manifestKey(key),
      notesKey(key),
      key,
    ])
  })

  test("of a backup that failed is known by its name, whatever its extension", () => {
    const failed = claim(key, "failed", { key: null })
    expect(account([stands(key)], [failed]).orphans).toMatchObject([
      { kind: "bytes", backupId: failed.backupId },
    ])
    expect(account([stands(`${key}.age`)], [failed]).orphans).toMatchObject([{ backupId: failed.backupId }])
    expect(account([stands(other)], [failed]).orphans).toMatchObject([{ backupId: null }])
  })

  test("is not known by the name of another one that differs in its extension alone", () => {
    for (const state of ["deleted", "failed", "stored"] as const)
      expect(account([stands(`${key}.age`)], [claim(key, state)]).orphans).toMatchObject([
        { key: `${key}.age`, kind: "bytes", backupId: null },
      ])
  })

  test("waits until it, and what the catalogue says of it, is old enough", () => {
    const waits = (hoursAgo: number, said: Claim) =>
      account([stands(key, hoursAgo)], [said]).orphans[0]?.waits
    const failed = claim(key, "failed", { at: null })
    expect(waits(23.9, failed)).toBe("it was changed less than 1d ago")
    expect(waits(24, failed)).toBeNull()
    expect(waits(-5, failed)).not.toBeNull()
    expect(waits(100, claim(key, "deleted", { at: new Date(now.getTime() - hour) }))).not.toBeNull()
  })

  test("is not what is written or deleted at this moment", () => {
    expect(account([stands(key)], [claim(key, "busy", { at: null })])).toMatchObject({
      orphans: [],
      halt: { code: "already-running" },
    })
    expect(
      account([stands(key), ...whole(other)], [claim(key, "busy"), claim(other, "stored")]),
    ).toMatchObject({
      orphans: [],
      halt: null,
    })
  })
})

describe("a copy that is listed", () => {
  test.each([
    ["everything", []],
    ["bytes", [stands(manifestKey(key))]],
    ["manifest", [stands(key)]],
  ] as const)("lacks %s", (lacks, entries) => {
    const claims = [claim(key, "stored"), claim(other, "stored")]
    const found = account([...entries, ...whole(other)], claims)
    expect(found).toMatchObject({ orphans: [], missing: [{ key, lacks, elsewhere: 1 }], halt: null })
    expect(found.missing).toHaveLength(1)
  })

  test("is missing only when it was listed before the look and after it", () => {
    const [here, there] = [claim(key, "stored"), claim(other, "stored")]
    const missing = (before: Claim[], after: Claim[]) => account(whole(other), [], { before, after }).missing
    expect(missing([here, there], [here, there])).toHaveLength(1)
    expect(missing([there], [here, there])).toEqual([])
    expect(missing([here, there], [claim(key, "deleted"), there])).toEqual([])
  })
})

test("a destination that shows none of what is known to be there halts every change, foreign objects or not", () => {
  const claims = [claim(key, "stored"), claim(other, "stored")]
  for (const entries of [[], [stands("photo.jpg")], [stands(keyOf("00000000"))], [stands(key)]])
    expect(account(entries, claims).halt).toMatchObject({ code: "destination-unavailable" })
  expect(account([], []).halt).toBeNull()
})

test("objects with other names are foreign, and nothing else is told of them", () => {
  const entries = [stands("photo.jpg"), stands("a/b/2026/03/x.dump"), stands(`${key}.manifest.json.bak`)]
  expect(account(entries)).toMatchObject({
    orphans: [],
    foreign: entries.map(({ key, bytes }) => ({ key, bytes })),
  })
})

test("whatever stands there and is said of it: what is listed is never among the orphans, nor is a foreign name", () => {
  const ids = fc.integer({ min: 0, max: 5 }).map((n) => keyOf(`0000000${n}`))
  const objects = fc.array(
    fc.tuple(
      ids,
      fc.constantFrom("", ".manifest.json", ".notes.json", ".txt "),
      fc.integer({ min: -50, max: 50 }),
    ),
  )
  const states = fc.constantFrom("stored", "busy", "failed", "deleted" as Claim["state"])
  const claims = fc.uniqueArray(fc.tuple(ids, states as fc.Arbitrary<Claim["state"]>), {
    selector: ([key]) => key,
  })
  fc.assert(
    fc.property(objects, claims, (objects, claims) => {
      const entries = new Map(objects.map(([key, end, age]) => [key + end, stands(key + end, age)]))
      const found = account(
        [...entries.values()],
        claims.map(([key, state]) => claim(key, state)),
      )
      const listed = new Set(
        claims.flatMap(([key, state]) => (state === "stored" || state === "busy" ? [key] : [])),
      )
      const shown = found.orphans.flatMap(({ objects }) => objects.map(({ key }) => key))
      expect(found.orphans.filter(({ key }) => listed.has(key))).toEqual([])
      expect(shown.filter((key) => key.endsWith(".txt "))).toEqual([])
      expect(new Set(shown).size).toBe(shown.length)
      expect(shown.every((key) => entries.has(key))).toBe(true)
    }),
  )
})
