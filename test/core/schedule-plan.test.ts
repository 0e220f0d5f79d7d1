import { describe, expect, test } from "bun:test"
import fc from "fast-check"
import {
  backupType,
  type DesiredJob,
  intervalSeconds,
  lateAt,
  nextRunAt,
  owedRun,
  planSchedule,
} from "../../controller/core/schedule-plan.ts"
import type { Run } from "../../schemas/run.ts"
import type { JobId } from "../../schemas/server.ts"
import { aJob } from "./samples.ts"

const scheduled = (...jobs: readonly DesiredJob[]): ReadonlyMap<JobId, DesiredJob> =>
  new Map(jobs.map((job) => [job.id, job]))
const at = (text: string) => new Date(text)

describe("the changes to a schedule", () => {
  const shop = aJob()
  const wiki = aJob({}, "wiki/db")

  test("are none while Docker cannot be reached: unknown is not empty", () => {
    expect(planSchedule({ kind: "unreachable" }, scheduled(shop, wiki))).toEqual([])
  })

  test("stop everything only when Docker was seen to hold nothing", () => {
    expect(planSchedule({ kind: "seen", jobs: new Map() }, scheduled(shop, wiki))).toEqual([
      { kind: "stop", id: shop.id },
      { kind: "stop", id: wiki.id },
    ])
  })

  test("start what is new, replace what reads differently, and leave the rest alone", () => {
    const changed = aJob({ schedule: "hourly" })
    const added = aJob({}, "crm/db")
    expect(
      planSchedule({ kind: "seen", jobs: scheduled(changed, wiki, added) }, scheduled(shop, wiki)),
    ).toEqual([
      { kind: "replace", job: changed },
      { kind: "start", job: added },
    ])
  })

  test("are none for a job that reads the same, however its labels are spelled", () => {
    const again = aJob({ schedule: "  daily ", retention: "7d   24h 4w 12m", paused: "no" })
    expect(again.fingerprint).toBe(shop.fingerprint)
    expect(planSchedule({ kind: "seen", jobs: scheduled(again) }, scheduled(shop))).toEqual([])
  })

  test("lead to exactly what is wanted, from whatever is scheduled", () => {
    const jobs = fc
      .dictionary(fc.constantFrom("a", "b", "c", "d"), fc.constantFrom("hourly", "daily", "weekly"))
      .map((wanted) =>
        scheduled(...Object.entries(wanted).map(([server, schedule]) => aJob({ schedule }, server))),
      )
    fc.assert(
      fc.property(jobs, jobs, (before, wanted) => {
        const now = new Map(before)
        for (const change of planSchedule({ kind: "seen", jobs: wanted }, before)) {
          if (change.kind === "stop") expect(now.delete(change.id)).toBe(true)
          else {
            expect(now.has(change.job.id)).toBe(change.kind === "replace")
            now.set(change.job.id, change.job)
          }
        }
        expect([...now.values()].map(({ fingerprint }) => fingerprint).sort()).toEqual(
          [...wanted.values()].map(({ fingerprint }) => fingerprint).sort(),
        )
      }),
      { numRuns: 50 },
    )
  })
})

describe("the next run", () => {
  test("is in the job's zone", () => {
    const after = at("2026-01-10T12:00:00Z")
    expect(nextRunAt(aJob(), after)).toEqual(at("2026-01-11T02:00:00Z"))
    expect(nextRunAt(aJob({ timezone: "Europe/Berlin" }), after)).toEqual(at("2026-01-11T01:00:00Z"))
    expect(nextRunAt(aJob({ timezone: "Asia/Kolkata" }), after)).toEqual(at("2026-01-10T20:30:00Z"))
  })

  test("of a time that spring skips is that day all the same, once", () => {
    const job = aJob({ schedule: "30 2 * * *", timezone: "Europe/Berlin" })
    const skipped = nextRunAt(job, at("2026-03-28T12:00:00Z"))
    expect(skipped).toEqual(at("2026-03-29T01:00:00Z"))
    expect(nextRunAt(job, at("2026-03-29T01:00:00Z"))).toEqual(at("2026-03-30T00:30:00Z"))
  })

  test("of a time that autumn has twice is the first of the two, once", () => {
    const job = aJob({ schedule: "30 2 * * *", timezone: "Europe/Berlin" })
    expect(nextRunAt(job, at("2026-10-24T12:00:00Z"))).toEqual(at("2026-10-25T00:30:00Z"))
    expect(nextRunAt(job, at("2026-10-25T00:30:00Z"))).toEqual(at("2026-10-26T01:30:00Z"))
  })

  test("of an hourly job is an hour later in both nights", () => {
    const job = aJob({ schedule: "hourly", timezone: "Europe/Berlin" })
    for (const night of ["2026-03-28T22:00:00Z", "2026-10-24T22:00:00Z"]) {
      let now = at(night)
      for (let i = 0; i < 6; i++) {
        const next = nextRunAt(job, now)
        expect(next?.getTime()).toBe(now.getTime() + 3_600_000)
        now = next ?? now
      }
    }
  })

  test("is none for a manual or a paused job", () => {
    expect(nextRunAt(aJob({ schedule: "manual" }), at("2026-01-01"))).toBeNull()
    expect(nextRunAt(aJob({ paused: "true" }), at("2026-01-01"))).toBeNull()
  })

  test("is always later than the moment asked about", () => {
    const moments = fc.date({ min: at("2020-01-01"), max: at("2040-01-01"), noInvalidDate: true })
    const jobs = ["hourly", "daily", "weekly", "monthly", "*/7 * * * *", "0 0 29 2 *", "*/20 * * * * *"].map(
      (schedule) => aJob({ schedule, timezone: "America/New_York" }),
    )
    fc.assert(
      fc.property(moments, fc.constantFrom(...jobs), (moment, job) => {
        expect(nextRunAt(job, moment)?.getTime()).toBeGreaterThan(moment.getTime())
      }),
      { numRuns: 200 },
    )
  })
})

describe("a schedule with H", () => {
  const patternOf = ({ spec: { schedule } }: DesiredJob) => (schedule.kind === "cron" ? schedule.pattern : "")

  test("has a time of the job's own, the same whenever it is derived, and says what was written", () => {
    const job = aJob({ schedule: "H H * * *" })
    expect(job.spec.schedule).toEqual({
      kind: "cron",
      text: "H H * * *",
      pattern: expect.stringMatching(/^\d+ \d+ \* \* \*$/),
    })
    expect(aJob({ schedule: "H H * * *" })).toEqual(job)
    expect(nextRunAt(job, at("2026-01-10T12:00:00Z"))).not.toBeNull()
    // A release that picked other times would move everybody's backups.
    expect(patternOf(job)).toBe("59 17 * * *")
  })

  test("spreads jobs over its field", () => {
    const minutes = Array.from(
      { length: 600 },
      (_, i) => patternOf(aJob({ schedule: "H 2 * * *" }, `s${i}`)).split(" ")[0],
    )
    const most = Math.max(
      ...[...Map.groupBy(minutes, (minute) => minute).values()].map(({ length }) => length),
    )
    expect(new Set(minutes).size).toBe(60)
    expect(most).toBeLessThan(30)
  })

  test("does not pick the hour by the minute", () => {
    const jobs = Array.from({ length: 200 }, (_, i) =>
      patternOf(aJob({ schedule: "H(0-23) H * * *" }, `s${i}`)).split(" "),
    )
    expect(jobs.filter(([minute, hour]) => minute === hour).length).toBeLessThan(30)
  })

  test("is another job when what was written changes, though the time may be the same", () => {
    const picked = patternOf(aJob({ schedule: "H 2 * * *" }))
    expect(aJob({ schedule: picked }).fingerprint).not.toBe(aJob({ schedule: "H 2 * * *" }).fingerprint)
  })
})

describe("the run a job owes", () => {
  const lastRun = (queuedAt: string, status: "completed" | "failed" = "completed"): Run => {
    const base = {
      id: "r1" as Run["id"],
      serverId: "shop~db" as Run["serverId"],
      serverName: "shop/db",
      jobId: "shop~db:default" as JobId,
      trigger: "schedule" as const,
      queuedAt,
      startedAt: queuedAt,
      finishedAt: queuedAt,
      attempt: 1,
      retryOf: null,
    }
    if (status === "completed") return { ...base, status }
    const error = {
      code: "dump-failed" as const,
      message: "pg_dump exited 1",
      hint: null,
      key: null,
      suggestion: null,
    }
    return { ...base, status, error, retryAt: null }
  }
  const now = at("2026-01-10T12:00:00Z")

  test("is its first when it never began one", () => {
    expect(owedRun(aJob(), undefined, now)).toBe("first")
    expect(owedRun(aJob({ schedule: "monthly" }), undefined, now)).toBe("first")
  })

  test("is one catch-up when ticks were missed, however many", () => {
    expect(owedRun(aJob(), lastRun("2026-01-09T02:00:00.004Z"), now)).toBe("catch-up")
    expect(owedRun(aJob(), lastRun("2025-06-01T02:00:00Z"), now)).toBe("catch-up")
    expect(owedRun(aJob({ schedule: "hourly" }), lastRun("2026-01-10T10:59:59Z"), now)).toBe("catch-up")
  })

  test("is none when no tick was missed, even after a failure: that one is not due again yet", () => {
    expect(owedRun(aJob(), lastRun("2026-01-10T02:00:00.004Z"), now)).toBeNull()
    expect(owedRun(aJob(), lastRun("2026-01-10T02:00:00.004Z", "failed"), now)).toBeNull()
    expect(owedRun(aJob(), lastRun("2026-01-10T11:59:00Z"), now)).toBeNull()
  })

  test("is none when the labels say to skip, to pause, or to wait for a person", () => {
    for (const labels of [{ "on-missed": "skip" }, { paused: "true" }, { schedule: "manual" }]) {
      expect(owedRun(aJob(labels), undefined, now)).toBeNull()
      expect(owedRun(aJob(labels), lastRun("2025-01-01T00:00:00Z"), now)).toBeNull()
    }
  })
})

describe("a backup's period", () => {
  const after = at("2026-01-10T12:34:56Z")

  test.each([
    ["hourly", "hourly"],
    ["daily", "daily"],
    ["weekly", "weekly"],
    ["monthly", "monthly"],
    ["manual", "manual"],
    ["*/5 * * * *", "hourly"],
    ["0 */6 * * *", "hourly"],
    ["0 0 */2 * *", "daily"],
    ["0 2 1,15 * *", "weekly"],
    ["0 0 1 */3 *", "monthly"],
    ["0 0 1 1 *", "monthly"],
    ["@yearly", "monthly"],
  ] as const)("of %s is %s", (schedule, type) => {
    expect(backupType(aJob({ schedule }), after)).toBe(type)
  })

  test("does not change with the clocks", () => {
    for (const day of [
      "2026-03-28T03:00:00Z",
      "2026-03-22T03:00:00Z",
      "2026-10-24T03:00:00Z",
      "2026-10-18T03:00:00Z",
    ]) {
      expect(backupType(aJob({ timezone: "Europe/Berlin" }), at(day))).toBe("daily")
      expect(backupType(aJob({ schedule: "weekly", timezone: "Europe/Berlin" }), at(day))).toBe("weekly")
    }
  })

  test("of a paused job is that of its schedule", () => {
    expect(backupType(aJob({ paused: "true" }), after)).toBe("daily")
    expect(intervalSeconds(aJob({ schedule: "hourly", paused: "true" }), after)).toBe(3600)
  })
})

describe("a backup is late", () => {
  test("at the second tick after it: one failed run is a failure, two are a gap", () => {
    expect(lateAt(aJob(), at("2026-01-10T02:03:00Z"))).toEqual(at("2026-01-12T02:00:00Z"))
    expect(lateAt(aJob({ schedule: "hourly" }), at("2026-01-10T02:03:00Z"))).toEqual(
      at("2026-01-10T04:00:00Z"),
    )
  })

  test("only after the weekend, when nothing is due on it", () => {
    const job = aJob({ schedule: "0 8-18 * * 1-5" })
    // From Friday 18:00 the next two ticks are on Monday.
    expect(lateAt(job, at("2026-01-09T18:05:00Z"))).toEqual(at("2026-01-12T09:00:00Z"))
  })

  test("never, when nothing is scheduled", () => {
    expect(lateAt(aJob({ schedule: "manual" }), at("2026-01-10"))).toBeNull()
    expect(lateAt(aJob({ paused: "true" }), at("2026-01-10"))).toBeNull()
  })
})
