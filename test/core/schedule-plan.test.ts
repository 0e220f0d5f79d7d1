import { describe, expect, setDefaultTimeout, test } from "bun:test"
import fc from "fast-check"
import {
  backupType,
  type DesiredJob,
  intervalSeconds,
  labelRules,
  lateAt,
  nextRunAt,
  nextRunsAt,
  owedRun,
  planSchedule,
} from "../../controller/core/schedule-plan.ts"
import type { Run } from "../../schemas/run.ts"
import type { JobId } from "../../schemas/server.ts"
import { aJob } from "./samples.ts"

setDefaultTimeout(120_000)

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

describe("a job with jitter", () => {
  const zones = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]
  const jobs = fc
    .record({
      schedule: fc.constantFrom("hourly", "daily", "*/10 * * * *", "30 2 * * *", "0 8-18 * * 1-5"),
      timezone: fc.constantFrom(...zones),
      jitter: fc.constantFrom("1s", "5m", "30m", "3h", "2d"),
      server: fc.constantFrom("a", "b", "c"),
    })
    .map(({ server, ...labels }) => ({ job: aJob(labels, server), plain: aJob({ ...labels, jitter: "0" }) }))
  const moments = fc.date({ min: at("2026-01-01"), max: at("2027-01-01"), noInvalidDate: true })

  test("starts each tick once, at or after it, within its jitter and before the next tick", () => {
    fc.assert(
      fc.property(jobs, moments, ({ job, plain }, from) => {
        // From a tick on, so that none is under way.
        const first = nextRunAt(plain, from)
        if (!first) throw new Error("it never runs")
        const ticks = [first, ...nextRunsAt(plain, first, 12)]
        const starts = nextRunsAt(job, new Date(first.getTime() - 1), 12)
        for (const [i, start] of starts.entries()) {
          const late = start.getTime() - (ticks[i]?.getTime() ?? Number.NaN)
          expect(late).toBeGreaterThanOrEqual(0)
          expect(late).toBeLessThanOrEqual(job.spec.jitter * 1000)
          expect(start.getTime()).toBeLessThan(ticks[i + 1]?.getTime() ?? Number.NaN)
        }
      }),
      { numRuns: 60 },
    )
  })

  test("is told the same time whenever it is asked before it, also between the tick and its start", () => {
    fc.assert(
      fc.property(jobs, moments, fc.double({ min: 0, max: 1, noNaN: true }), ({ job }, from, part) => {
        const next = nextRunAt(job, from)
        if (!next) throw new Error("it never runs")
        const between = new Date(Math.floor(from.getTime() + (next.getTime() - from.getTime() - 1) * part))
        expect(nextRunAt(job, between)).toEqual(next)
        expect(nextRunAt(job, next)?.getTime()).toBeGreaterThan(next.getTime())
      }),
      { numRuns: 100 },
    )
  })

  test("does not start with the others of the same schedule", () => {
    const starts = ["a", "b", "c", "d", "e"].map((server) =>
      nextRunAt(aJob({ jitter: "1h" }, server), at("2026-01-10T00:00:00Z"))?.getTime(),
    )
    expect(new Set(starts).size).toBe(5)
  })
})

describe("a job in a blackout window", () => {
  const morning = 8 * 3_600_000
  const evening = 18 * 3_600_000
  /** Nothing begins from 08:00 to 18:00 UTC. */
  const postpone = (moment: Date) => {
    const midnight = Math.floor(moment.getTime() / 86_400_000) * 86_400_000
    const inDay = moment.getTime() - midnight
    return inDay >= morning && inDay < evening ? new Date(midnight + evening) : moment
  }
  const rules = { ...labelRules, postpone }

  test("starts after it, once for all its ticks in it", () => {
    const hourly = aJob({ schedule: "hourly" })
    expect(nextRunsAt(hourly, at("2026-01-10T06:30:00Z"), 4, rules)).toEqual([
      at("2026-01-10T07:00:00Z"),
      at("2026-01-10T18:00:00Z"),
      at("2026-01-10T19:00:00Z"),
      at("2026-01-10T20:00:00Z"),
    ])
    expect(nextRunAt(aJob({ schedule: "0 12 * * *" }), at("2026-01-10T00:00:00Z"), rules)).toEqual(
      at("2026-01-10T18:00:00Z"),
    )
  })

  test("is not forgotten by who asks in the middle of it", () => {
    const noon = aJob({ schedule: "0 12 * * *" })
    for (const asked of ["11:59", "12:00", "12:01", "17:59"])
      expect(nextRunAt(noon, at(`2026-01-10T${asked}:00Z`), rules)).toEqual(at("2026-01-10T18:00:00Z"))
    expect(nextRunAt(noon, at("2026-01-10T18:00:00Z"), rules)).toEqual(at("2026-01-11T18:00:00Z"))
  })

  test("starts at no time within it, and misses none of its ticks, whatever its schedule and jitter", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("hourly", "*/7 * * * *", "daily", "0 12 * * *", "59 7 * * *"),
        fc.constantFrom("0", "10m", "3h"),
        fc.date({ min: at("2026-01-01"), max: at("2026-02-01"), noInvalidDate: true }),
        (schedule, jitter, from) => {
          const job = aJob({ schedule, jitter })
          const wanted = new Set(nextRunsAt(job, from, 40).map((start) => postpone(start).getTime()))
          const [first = 0, ...more] = wanted
          const until = more.at(-1) ?? first
          const got = nextRunsAt(job, from, 60, rules).map((start) => start.getTime())
          for (const start of got) expect(postpone(new Date(start)).getTime()).toBe(start)
          // What was held up before `from` may come first.
          expect(got.filter((start) => start >= first && start <= until)).toEqual([...wanted])
        },
      ),
      { numRuns: 60 },
    )
  })

  test("owes nothing until it is over", () => {
    expect(owedRun(aJob(), undefined, at("2026-01-10T12:00:00Z"), rules)).toBeNull()
    expect(owedRun(aJob(), undefined, at("2026-01-10T18:00:00Z"), rules)).toBe("first")
  })
})

describe("a backup with a max-age is late", () => {
  test("once it is older, whatever the schedule, and for one that only runs on request too", () => {
    for (const schedule of ["hourly", "weekly", "manual"])
      expect(lateAt(aJob({ schedule, "max-age": "36h" }), at("2026-01-10T02:00:00Z"))).toEqual(
        at("2026-01-11T14:00:00Z"),
      )
  })

  test("never while its job is paused", () => {
    expect(lateAt(aJob({ "max-age": "1h", paused: "true" }), at("2026-01-10"))).toBeNull()
  })
})
