// What a job keeps, copy by copy, with policies of destinations' own.
import { describe, expect, setDefaultTimeout, test } from "bun:test"
import fc from "fast-check"
import { isKeptAt, type OperatorRetention, pinOf, retentionOf } from "../../controller/core/job-retention.ts"
import type { BackupId, CompletedBackup, Copy } from "../../schemas/backup.ts"
import { Retention } from "../../schemas/retention.ts"
import { Schedule } from "../../schemas/scalar.ts"
import { aCompletedBackup } from "./records.ts"
import { aJob } from "./samples.ts"

setDefaultTimeout(120_000)

const dayMilliseconds = 86_400_000
const begin = Date.parse("2026-03-01T02:00:00Z")
const now = new Date("2026-12-01T00:00:00Z")
const stored = (destination: string): Copy => ({
  state: "stored",
  destination,
  key: "k",
  storedAt: "2026-03-01T02:01:00.000Z",
})
const failed = (destination: string): Copy => ({
  state: "failed",
  destination,
  key: "k",
  error: { code: "timeout", message: "m", hint: null, key: null, suggestion: null },
})
const both = [stored("local"), stored("s3")]
/** Of so many days after the beginning. */
const backup = (day: number, changes: Partial<CompletedBackup> = {}): CompletedBackup =>
  aCompletedBackup({
    id: `b${day}` as BackupId,
    finishedAt: new Date(begin + day * dayMilliseconds).toISOString(),
    copies: both,
    ...changes,
  })
const days = (count: number, changes: Partial<CompletedBackup> = {}) =>
  Array.from({ length: count }, (_, day) => backup(day, changes))
const jobWith = (retention: string, at: Readonly<Record<string, string>> = {}, schedule = "daily") => {
  const own = Object.entries(at).map(([name, text]) => [name, Retention.parse(text)] as const)
  const operatorRetention: OperatorRetention = { at: Object.fromEntries(own), mostAgeSeconds: null }
  return { ...aJob({ retention, schedule }), operatorRetention }
}
const planned = (backups: readonly CompletedBackup[], job: ReturnType<typeof jobWith>) => {
  const { keep, prune } = retentionOf(backups, job, now)
  return {
    keep: Object.fromEntries(keep.map(({ backupId, reasons }) => [backupId, reasons])),
    prune: prune.map(({ backupId, destinations }) => `${backupId} at ${destinations.join(", ")}`),
  }
}

describe("what stays whatever the policy says", () => {
  const daily = Schedule.parse("daily")
  const plain = { pinned: null, lastVerified: null }
  const pinOfType = (type: "manual" | "daily", schedule: Schedule) => pinOf({ type, ...plain }, schedule)

  test("is what was asked for beside a schedule; without a schedule the policy decides", () => {
    expect(pinOfType("manual", daily)).toBe("made by hand")
    expect(pinOfType("daily", daily)).toBeNull()
    expect(pinOfType("manual", Schedule.parse("manual"))).toBeNull()
  })

  test("is what a person pinned, and what failed its last check, which is no good backup any more", () => {
    const at = "2026-03-01T00:00:00.000Z"
    const pinned = { at, reason: "before the migration" }
    for (const type of ["manual", "daily"] as const)
      expect(pinOf({ ...plain, type, pinned }, daily)).toBe("pinned: before the migration")
    const lastVerified = { level: "read", at, outcome: "failed" } as const
    expect(pinOf({ ...plain, type: "daily", lastVerified }, daily)).toBe("its last check failed (read)")
    const oneCopy = { ...lastVerified, level: "checksum" } as const
    expect(pinOf({ ...plain, type: "daily", lastVerified: oneCopy }, daily)).toBeNull()
    const history = [backup(0), backup(1), backup(2, { lastVerified })]
    expect(planned(history, jobWith("last=1"))).toEqual({
      keep: { b2: ["its last check failed (read)"], b1: ["newest", "last 1 of 1"] },
      prune: ["b0 at local, s3"],
    })
  })
})

describe("where no destination has a policy of its own", () => {
  test("a backup goes with all its copies, and every one that stays has all its reasons", () => {
    const history = days(4, {}).map((one, day) =>
      day === 0
        ? { ...one, lastVerified: { level: "drill", at: one.finishedAt, outcome: "passed" } as const }
        : one,
    )
    expect(planned(history, jobWith("last=1 2d min-keep=2"))).toEqual({
      keep: {
        b3: ["newest", "min-keep 1 of 2", "last 1 of 1", "daily 1 of 2"],
        b2: ["min-keep 2 of 2", "daily 2 of 2"],
        b0: ["last verified"],
      },
      prune: ["b1 at local, s3"],
    })
  })

  test("the newest good copy stays at each, also where the last days are missing", () => {
    const history = [...days(3), backup(3, { copies: [stored("local"), failed("s3")] })]
    expect(planned(history, jobWith("last=1"))).toEqual({
      keep: { b3: ["newest", "last 1 of 1"], b2: ["newest at s3"] },
      prune: ["b0 at local, s3", "b1 at local, s3", "b2 at local"],
    })
  })
})

describe("where destinations have policies of their own", () => {
  test("each copy goes by the policy where it is, and the reasons say where they hold", () => {
    expect(planned(days(5), jobWith("4d", { local: "2d" }))).toEqual({
      keep: {
        b4: ["newest", "daily 1 of 2 at local", "daily 1 of 4 at s3"],
        b3: ["daily 2 of 2 at local", "daily 2 of 4 at s3"],
        b2: ["daily 3 of 4 at s3"],
        b1: ["daily 4 of 4 at s3"],
      },
      prune: ["b0 at local", "b0 at s3", "b1 at local", "b2 at local"],
    })
  })

  test("destinations that share a policy are one place", () => {
    const history = days(3, { copies: [...both, stored("nas")] })
    const { keep, prune } = planned(history, jobWith("9d", { local: "1d", nas: "1d" }))
    expect(keep.b2).toEqual(["newest", "daily 1 of 1 at local, nas", "daily 1 of 9 at s3"])
    expect(prune).toEqual(["b0 at local, nas", "b1 at local, nas"])
  })

  test("a backup that must stay somewhere stays, though no destination wants it", () => {
    const passed = { level: "read", at: "2026-03-01T03:00:00.000Z", outcome: "passed" } as const
    const history = days(5).map((one, day) => (day < 2 ? { ...one, lastVerified: passed } : one))
    const { keep, prune } = planned(history, jobWith("1d min-keep=2", { local: "last=1", s3: "max-age=1h" }))
    expect(keep.b1).toEqual(["last verified"])
    expect(keep.b3).toEqual(["min-keep 2 of 2"])
    expect(prune).toEqual(["b0 at local", "b0 at s3", "b2 at local", "b2 at s3"])
  })

  test("while a bucket is away, what is still to be copied there is not deleted where it is", () => {
    const missed = [3, 4].map((day) => backup(day, { copies: [stored("local"), failed("s3")] }))
    const history = [...days(3), ...missed, backup(5, { copies: [stored("local"), failed("s3")] })]
    const { keep, prune } = planned(history, jobWith("4d", { local: "1d" }))
    expect(keep.b3).toEqual(["to be copied where it is missing"])
    expect(keep.b4).toEqual(["to be copied where it is missing"])
    // By what is there, not by what will be: the bucket keeps its own until it is back.
    expect(prune).toEqual(["b0 at local", "b1 at local", "b2 at local"])
  })

  test("what is pinned stays everywhere", () => {
    const pinned = { at: "2026-03-01T03:00:00.000Z", reason: "why" }
    const { keep, prune } = planned([backup(0, { pinned }), backup(1)], jobWith("1d", { local: "last=1" }))
    expect([keep.b0, prune]).toEqual([["pinned: why"], []])
  })

  test("a missing copy is made where the policy there would keep it, and nowhere else", () => {
    const history = days(5).map((one) => ({ ...one, copies: [stored("s3"), failed("local")] }))
    const job = jobWith("4d", { local: "2d" })
    const wanted = (name: string) => history.map((one) => isKeptAt(one, name, history, job, now))
    expect(wanted("local")).toEqual([true, true, true, true, true])
    const some = history.map((one, day) => (day > 2 ? { ...one, copies: both } : one))
    expect(some.map((one) => isKeptAt(one, "local", some, job, now))).toEqual([
      false,
      false,
      false,
      true,
      true,
    ])
  })
})

test("what the job's min-keep names stays, though all of it is at the one destination whose own policy keeps none", () => {
  const history = days(4).map((one) => ({ ...one, copies: [stored("s3")] }))
  const job = jobWith("2d min-keep=3", { s3: "0d" })
  const { keep, prune } = retentionOf(history, job, now)
  expect([keep.length, prune.length]).toEqual([3, 1])
})

describe("whatever the history and the policies,", () => {
  const policies = fc.constantFrom(
    "0d",
    "last=2",
    "3d",
    "2d 1m min-keep=3",
    "max-age=5d",
    "max-size=3KiB 9d",
    "within=4d",
  )
  const names = ["local", "s3", "nas"]
  const histories = fc
    .array(
      fc.record({
        day: fc.nat({ max: 40 }),
        at: fc.subarray(names, { minLength: 1 }),
        pinned: fc.constantFrom(null, null, null, { at: "2026-03-01T03:00:00.000Z", reason: "why" }),
        passed: fc.boolean(),
      }),
      { maxLength: 25 },
    )
    .map((all) =>
      all.map(({ day, at, pinned, passed }, i) =>
        backup(day, {
          id: `b${i}` as BackupId,
          copies: at.map(stored),
          pinned,
          lastVerified: passed ? { level: "read", at: "2026-03-01T03:00:00.000Z", outcome: "passed" } : null,
        }),
      ),
    )
  const own = fc.dictionary(fc.constantFrom(...names), policies, { maxKeys: 3 })
  const check = (property: (history: CompletedBackup[], job: ReturnType<typeof jobWith>) => void) =>
    fc.assert(
      fc.property(histories, policies, own, (history, text, at) => property(history, jobWith(text, at))),
      { numRuns: 150 },
    )
  /** The history once the plan was carried out. */
  const after = (history: readonly CompletedBackup[], job: ReturnType<typeof jobWith>) => {
    const { prune } = retentionOf(history, job, now)
    const isGone = (id: string, name: string) =>
      prune.some(({ backupId, destinations }) => backupId === id && destinations.includes(name))
    return history.flatMap((one) => {
      const copies = one.copies.filter(({ destination }) => !isGone(one.id, destination))
      return copies.length > 0 ? [{ ...one, copies }] : []
    })
  }
  const newest = (history: readonly CompletedBackup[]) =>
    Math.max(0, ...history.filter(({ pinned }) => !pinned).map(({ finishedAt }) => Date.parse(finishedAt)))
  const thereAt = (history: readonly CompletedBackup[], name: string) =>
    history.filter(({ copies }) => copies.some(({ destination }) => destination === name))

  test("the newest stays, at each destination the newest that is there, every pinned one, and the last verified", () => {
    check((history, job) => {
      const left = after(history, job)
      expect(newest(left)).toBe(newest(history))
      for (const name of names) expect(newest(thereAt(left, name))).toBe(newest(thereAt(history, name)))
      const pinned = (all: readonly CompletedBackup[]) => all.filter((one) => one.pinned)
      expect(pinned(left)).toEqual(pinned(history))
      const verified = (all: readonly CompletedBackup[]) =>
        all
          .filter((one) => one.lastVerified)
          .map(({ finishedAt }) => finishedAt)
          .sort()
          .at(-1)
      expect(verified(left)).toEqual(verified(history))
      const { minKeep = 0 } = job.spec.retention
      const decided = (all: readonly CompletedBackup[]) => all.filter((one) => !one.pinned).length
      expect(decided(left)).toBeGreaterThanOrEqual(Math.min(minKeep, decided(history)))
    })
  })

  test("what stays is told with reasons, what goes is not told to stay, and nothing is invented", () => {
    check((history, job) => {
      const { keep, prune } = retentionOf(history, job, now)
      const left = after(history, job).map(({ id }) => String(id))
      expect(keep.map(({ backupId }) => backupId).sort()).toEqual(left.sort())
      for (const { reasons } of keep) expect(reasons.length).toBeGreaterThan(0)
      for (const { backupId, destinations, reason } of prune) {
        const copies =
          history.find(({ id }) => id === backupId)?.copies.map(({ destination }) => destination) ?? []
        expect(copies).toEqual(expect.arrayContaining([...destinations]))
        expect([destinations.length > 0, reason.length > 0]).toEqual([true, true])
      }
    })
  })

  test("time that passes deletes nothing: a server that is gone, paused or failing has no clock", () => {
    check((history, job) => {
      const later = new Date(now.getTime() + 3650 * dayMilliseconds)
      expect(retentionOf(history, job, later)).toEqual(retentionOf(history, job, now))
    })
  })

  test("planned again after a prune, nothing more goes", () => {
    check((history, job) => expect(retentionOf(after(history, job), job, now).prune).toEqual([]))
  })
})
