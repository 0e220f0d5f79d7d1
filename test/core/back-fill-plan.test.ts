import { describe, expect, setDefaultTimeout, test } from "bun:test"
import fc from "fast-check"
import { type Circumstances, copyName, fillsDue, heldAfter } from "../../controller/core/back-fill-plan.ts"
import type { BackupId, CompletedBackup, Copy } from "../../schemas/backup.ts"
import { aCompletedBackup } from "./records.ts"

setDefaultTimeout(120_000)

const now = new Date("2026-03-02T00:00:00Z")
const minutes = (n: number) => new Date(now.getTime() + n * 60_000)
const error = {
  code: "destination-unavailable",
  message: "down",
  hint: null,
  key: null,
  suggestion: null,
} as const
const stored = (destination: string): Copy => ({
  state: "stored",
  destination,
  key: "k",
  storedAt: now.toISOString(),
})
const failed = (destination: string): Copy => ({ state: "failed", destination, key: "k", error })
const deleted = (destination: string): Copy => ({
  state: "deleted",
  destination,
  key: "k",
  deletedAt: now.toISOString(),
})
const backup = (n: number, ...copies: Copy[]): CompletedBackup =>
  aCompletedBackup({
    id: `b${n}` as BackupId,
    finishedAt: minutes(n - 1000).toISOString(),
    copies: copies.length > 0 ? copies : [stored("local"), failed("s3")],
  })
const around = (changes: Partial<Circumstances> = {}): Circumstances => ({
  now,
  defined: new Set(["local", "s3", "nas"]),
  busy: new Set(),
  held: new Map(),
  asked: new Set(),
  mostAtOnce: 2,
  isKept: () => true,
  ...changes,
})
const due = (backups: readonly CompletedBackup[], changes: Partial<Circumstances> = {}) =>
  fillsDue(backups, around(changes)).map(({ backup, to }) => `${backup.id} to ${to.destination}`)

describe("a copy that is missing", () => {
  test("is made from every place where the backup is", () => {
    const [fill] = fillsDue([backup(1, stored("local"), failed("s3"), stored("nas"))], around())
    expect(fill?.to).toEqual({ destination: "s3", key: "k" })
    expect(fill?.from.map(({ destination }) => destination)).toEqual(["local", "nas"])
  })

  test("is not made when the backup is nowhere else, or only where nobody can read it any more", () => {
    expect(due([backup(1, failed("s3"), deleted("local"))])).toEqual([])
    expect(due([backup(1, stored("gone"), failed("s3"))])).toEqual([])
  })

  test("at a destination that is not defined any more waits until it is again", () => {
    expect(due([backup(1, stored("local"), failed("gone"))])).toEqual([])
    expect(
      due([backup(1, stored("local"), failed("gone"))], { defined: new Set(["local", "gone"]) }),
    ).toEqual(["b1 to gone"])
  })

  test("that somebody deleted is not brought back", () => {
    expect(due([backup(1, stored("local"), deleted("s3"))])).toEqual([])
  })

  test("of a backup that retention no longer keeps is not made, unless somebody asked for it", () => {
    const isKept = ({ id }: CompletedBackup) => id !== "b2"
    expect(due([backup(1), backup(2)], { isKept })).toEqual(["b1 to s3"])
    expect(due([backup(1), backup(2)], { isKept, asked: new Set([copyName("b2", "s3")]) })).toEqual([
      "b2 to s3",
    ])
  })
})

describe("the order", () => {
  test("is the newest first, one at a time for each destination, so many in all", () => {
    expect(due([backup(1), backup(3), backup(2)])).toEqual(["b3 to s3"])
    const both = (n: number) => backup(n, stored("local"), failed("s3"), failed("nas"))
    expect(due([both(1), both(2)])).toEqual(["b2 to s3", "b2 to nas"])
    expect(due([both(1), both(2)], { mostAtOnce: 1 })).toEqual(["b2 to s3"])
    expect(due([both(1), both(2)], { busy: new Set(["s3"]) })).toEqual(["b2 to nas"])
  })

  test("lets what failed before wait for what did not, so that one bad copy holds up no other", () => {
    const held = new Map([[copyName("b2", "s3"), { failures: 1, until: minutes(-1) }]])
    expect(due([backup(1), backup(2)], { held })).toEqual(["b1 to s3"])
    expect(due([backup(2)], { held })).toEqual(["b2 to s3"])
  })

  test("leaves alone what is held, a whole destination or one copy, until its time has come", () => {
    const held = (name: string, until: Date) => ({ held: new Map([[name, { failures: 1, until }]]) })
    expect(due([backup(1)], held("s3", minutes(1)))).toEqual([])
    expect(due([backup(1)], held("s3", minutes(0)))).toEqual(["b1 to s3"])
    expect(due([backup(1), backup(2)], held(copyName("b2", "s3"), minutes(1)))).toEqual(["b1 to s3"])
  })
})

test("whatever there is: only what failed is copied, to and from what is defined, within the limits", () => {
  const copy = fc
    .constantFrom("local", "s3", "nas", "gone")
    .chain((name) => fc.constantFrom(stored(name), failed(name), deleted(name)))
  const copies = fc.uniqueArray(copy, { minLength: 1, selector: ({ destination }) => destination })
  fc.assert(
    fc.property(
      fc.array(copies, { maxLength: 8 }),
      fc.subarray(["local", "s3", "nas"]),
      fc.integer({ min: 0, max: 3 }),
      (all, busy, mostAtOnce) => {
        const backups = all.map((copies, n) => backup(n, ...copies))
        const circumstances = around({ busy: new Set(busy), mostAtOnce })
        const fills = fillsDue(backups, circumstances)
        const to = fills.map(({ to }) => to.destination)
        expect(new Set(to).size).toBe(to.length)
        expect(fills.length).toBeLessThanOrEqual(Math.max(0, mostAtOnce - busy.length))
        for (const { backup, to, from } of fills) {
          const stateAt = (name: string) =>
            backup.copies.find(({ destination }) => destination === name)?.state
          expect(busy).not.toContain(to.destination)
          expect(stateAt(to.destination)).toBe("failed")
          expect(from.length).toBeGreaterThan(0)
          for (const { destination } of [...from, to]) expect(circumstances.defined).toContain(destination)
          for (const { destination } of from) expect(stateAt(destination)).toBe("stored")
        }
      },
    ),
  )
})

test("a failure holds for a minute, then twice as long each time, at most ten minutes", () => {
  expect([1, 2, 3, 4, 5, 50].map((n) => heldAfter(n, now, 0.5).until)).toEqual(
    [1, 2, 4, 8, 10, 10].map(minutes),
  )
  expect(heldAfter(1, now, 0).until.getTime()).toBeLessThan(heldAfter(1, now, 0.99).until.getTime())
})
