// A restore in the place of a database: what it is called beside it, what the plan says is lost and kept, and when it is refused.
import { describe, expect, setDefaultTimeout, test } from "bun:test"
import fc from "fast-check"
import { Fault } from "../../controller/core/fault.ts"
import {
  nameBeside,
  type Place,
  planSwap,
  requireUndoable,
  type SwapFacts,
  type SwapWords,
} from "../../controller/core/swap-plan.ts"
import type { SwapRecord } from "../../controller/ports.ts"
import { RestoreOptions, type SwapOptions } from "../../schemas/restore.ts"
import { aCompletedBackup, aManifest } from "./records.ts"

setDefaultTimeout(120_000)

const now = new Date("2026-03-02T10:20:30.400Z")
const words: SwapWords = {
  exchange: (name, temporary) => [`Exchange ${name} and ${temporary}`],
  keptAs: "as the engine keeps it",
}
const place = (changes: Partial<Place> = {}): Place => ({
  ...{ name: "shop", key: "16400", sessions: 0, who: [], obstacles: [], staysBehind: [] },
  ...changes,
})
const facts = (changes: Partial<SwapFacts> = {}): SwapFacts => ({
  backup: aCompletedBackup(),
  manifest: aManifest(),
  identity: null,
  present: ["shop"],
  target: { id: "shop~db" as never, name: "shop/db" },
  tools: { serverVersion: "17.6", toolVersion: "17.6", zstd: true },
  timeGuess: null,
  survey: null,
  nameMistake: undefined,
  hooks: { before: null, after: null },
  place: place(),
  keepSeconds: 24 * 3600,
  words,
  now,
  ...changes,
})
const options = (more: object = {}) =>
  RestoreOptions.parse({ mode: "swap", name: "shop", ...more }) as SwapOptions
const plan = (changes: Partial<SwapFacts> = {}, more = {}) => planSwap(facts(changes), options(more))
function refusal(attempt: () => unknown): Fault {
  try {
    attempt()
  } catch (error) {
    if (error instanceof Fault) return error
    throw error
  }
  throw new Error("it was not refused")
}

describe("a name beside another one", () => {
  test("says what it is and since when", () => {
    expect(nameBeside("shop", "before", now)).toBe("shop_before_20260302_102030")
  })

  test("is never longer than servers take, and never cut within a character", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1, maxLength: 63 }), (name) => {
        const beside = nameBeside(name, "undone", now)
        expect(Buffer.byteLength(beside)).toBeLessThanOrEqual(63)
        expect(beside.endsWith("_undone_20260302_102030")).toBe(true)
        expect(
          name.toWellFormed().startsWith(beside.slice(0, -"_undone_20260302_102030".length).toWellFormed()),
        ).toBe(true)
      }),
    )
  })
})

describe("the plan of a swap", () => {
  test("backs up first, loads beside, exchanges at the end, and says until when it can be undone", () => {
    const { steps, targetDatabase, mode } = plan()
    expect({ targetDatabase, mode }).toEqual({ targetDatabase: "shop", mode: "swap" })
    const at = (start: string) => steps.findIndex((step) => step.startsWith(start))
    const order = [
      "Back up shop",
      "Load the backup into shop_new_…",
      "Stop, and drop",
      "Exchange shop and shop_new_…",
      "Keep what shop was",
    ].map(at)
    expect(order).toEqual([...order].sort((a, b) => a - b))
    expect(order).not.toContain(-1)
    expect(steps.join("\n")).toContain("as the engine keeps it, for 1d")
    expect(steps.join("\n")).not.toContain("is not touched at any time")
  })

  test("says what is lost, and where it still is", () => {
    const lost = (more: object) => plan({}, more).lost[0]
    expect(lost({})).toMatch(
      /^what was written to shop after .*; it is only in what is kept for 1d, and in the backup/,
    )
    expect(lost({ keepFor: "2h", safetyBackup: false })).toContain("it is only in what is kept for 2h")
    expect(lost({ keepFor: "0" })).toContain("only in the backup made before")
    expect(lost({ keepFor: "0", safetyBackup: false })).toContain("nothing keeps it")
  })

  test("tells that connections are ended, and what goes with the old one", () => {
    const busy = place({ sessions: 2, who: ["app (web)"], staysBehind: ["1 subscription"] })
    const { steps, warnings } = plan({ place: busy }, { endConnections: true })
    expect(steps).toContain("End all connections to shop")
    expect(warnings.join()).toContain("1 subscription")
  })

  test("is the same a while later, with other people connected, and another one with other options", () => {
    const { hash } = plan()
    expect(plan({ now: new Date(now.getTime() + 60_000) }).hash).toBe(hash)
    const busy = place({ sessions: 2, who: ["app (web)"] })
    const ending = { endConnections: true }
    expect(plan({ place: busy }, ending).hash).toBe(plan({}, ending).hash)
    expect(plan({}, ending).hash).not.toBe(hash)
  })

  test("says so when the backup is of another database", () => {
    expect(plan({ place: place({ name: "users" }) }, { name: "users" }).warnings[0]).toBe(
      "The backup is of shop, not of users",
    )
  })

  test("is refused while somebody is connected, for what nobody can end, for a part, and without a place to take", () => {
    const busy = place({ sessions: 1, who: ["app (web)"] })
    expect(refusal(() => plan({ place: busy }))).toMatchObject({
      code: "in-use",
      message: "shop has 1 connection, of app (web)",
    })
    const prepared = place({ obstacles: [{ what: "1 prepared transaction", todo: "Commit it." }] })
    expect(refusal(() => plan({ place: prepared }, { endConnections: true }))).toMatchObject({
      code: "in-use",
      message: "shop cannot be exchanged: it has 1 prepared transaction",
      hint: "Commit it.",
    })
    const part = { content: "all", tables: ["t"], leftOut: [], withoutRows: [], wanted: {} } as const
    expect(refusal(() => plan({ manifest: aManifest({ part: part as never }) })).code).toBe(
      "restore-unsupported",
    )
    expect(refusal(() => plan({ place: undefined })).code).toBe("database-gone")
  })
})

describe("an undo", () => {
  const swap = (changes: Partial<SwapRecord> = {}): SwapRecord => ({
    restoreId: "r1" as SwapRecord["restoreId"],
    serverId: "s" as SwapRecord["serverId"],
    database: "shop",
    keepSeconds: 60,
    endConnections: false,
    safetyBackupId: null,
    state: "kept",
    inPlace: "restored",
    oldKey: "1",
    restoredKey: "2",
    asideName: "shop_before",
    nextName: null,
    keptUntil: new Date(now.getTime() + 1000),
    ...changes,
  })
  const refused = (one: SwapRecord | undefined, open: readonly SwapRecord[] = one ? [one] : []) =>
    refusal(() => requireUndoable(one, open, now)).message

  test("goes back from what is in place, in either direction", () => {
    for (const inPlace of ["old", "restored"] as const)
      requireUndoable(swap({ inPlace }), [swap({ inPlace })], now)
  })

  test("is refused once the other one is gone or its time is over, and while it is not known which is in place", () => {
    expect(refused(undefined)).toContain("new database")
    expect(refused(swap({ state: "beside" }))).toContain("nothing was put")
    expect(refused(swap({ state: "exchanging" }))).toContain("not known yet")
    expect(refused(swap({ state: "gone" }))).toContain("dropped already")
    expect(refused(swap({ keptUntil: now }))).toContain("time for an undo is over")
  })

  test("is refused out of order, with the restore that came after", () => {
    const later = swap({ restoreId: "r2" as SwapRecord["restoreId"] })
    expect(refused(swap(), [later, swap()])).toContain("r2")
    requireUndoable(swap(), [swap({ ...later, database: "users" }), swap()], now)
  })
})
