// Time is moved by hand: the scheduler is asked to look at the clock, as its own timer would ask it.
import { afterEach, describe, expect, setDefaultTimeout, test } from "bun:test"
import fc from "fast-check"
import {
  type DesiredJob,
  labelRules,
  nextRunAt,
  planSchedule,
  type Rules,
} from "../../controller/core/schedule-plan.ts"
import { createScheduler, type Scheduler } from "../../controller/reconcile/scheduler.ts"
import type { JobId } from "../../schemas/server.ts"
import { aJob } from "../core/samples.ts"
import { until } from "../support/until.ts"

setDefaultTimeout(120_000)

let stop = () => {}
afterEach(() => stop())

function at(start: string, rules: Rules = labelRules) {
  let now = new Date(start)
  let reopenings = 0
  const fired: string[] = []
  const planned: { readonly id: JobId; readonly at: Date }[] = []
  const scheduler: Scheduler = createScheduler(
    () => now,
    (job, at) => {
      fired.push(`${job.serverId} ${now.toISOString().slice(5, 19)}`)
      planned.push({ id: job.id, at })
    },
    rules,
    () => reopenings++,
  )
  stop = () => scheduler.stop()
  return {
    scheduler,
    fired,
    planned,
    reopened: () => reopenings,
    /** Lets time pass without a look at the clock. */
    later: (moment: string) => {
      now = new Date(moment)
    },
    want: (...jobs: readonly DesiredJob[]) =>
      scheduler.apply(
        planSchedule({ kind: "seen", jobs: new Map(jobs.map((job) => [job.id, job])) }, scheduler.jobs()),
      ),
    goTo(moment: string) {
      now = new Date(moment)
      scheduler.check()
    },
  }
}
const hourly = (server: string, schedule = "hourly") => aJob({ schedule }, server)

test("fires a job at its time, not before, and again at the next", () => {
  const { want, goTo, fired } = at("2026-03-01T01:30:00Z")
  want(hourly("a"))
  goTo("2026-03-01T01:59:59.999Z")
  expect(fired).toEqual([])
  goTo("2026-03-01T02:00:00Z")
  goTo("2026-03-01T02:00:00.500Z")
  goTo("2026-03-01T03:00:00Z")
  expect(fired).toEqual(["a 03-01T02:00:00", "a 03-01T03:00:00"])
})

test("fires every job that is due, and no other", () => {
  const { want, goTo, fired } = at("2026-03-01T01:30:00Z")
  want(
    hourly("a"),
    hourly("b", "45 * * * *"),
    hourly("c"),
    hourly("d", "manual"),
    aJob({ paused: "true" }, "e"),
  )
  goTo("2026-03-01T02:00:00Z")
  expect(fired).toEqual(["a 03-01T02:00:00", "b 03-01T02:00:00", "c 03-01T02:00:00"])
})

test("fires once after a machine has slept through many ticks", () => {
  const { want, goTo, fired } = at("2026-03-01T01:30:00Z")
  want(hourly("a"))
  goTo("2026-03-04T09:17:00Z")
  goTo("2026-03-04T09:17:30Z")
  goTo("2026-03-04T10:00:00Z")
  expect(fired).toEqual(["a 03-04T09:17:00", "a 03-04T10:00:00"])
})

test("does not wait for a far future when the clock is set back by much", () => {
  const { want, goTo, fired } = at("2030-01-01T00:30:00Z")
  want(hourly("a"))
  goTo("2026-03-01T01:30:00Z")
  goTo("2026-03-01T02:00:00Z")
  expect(fired).toEqual(["a 03-01T02:00:00"])
})

test("does not fire twice when the clock is corrected by a little", () => {
  const { want, goTo, fired } = at("2026-03-01T01:30:00Z")
  want(hourly("a"))
  goTo("2026-03-01T02:00:00.010Z")
  goTo("2026-03-01T01:59:59.900Z")
  goTo("2026-03-01T02:00:00.100Z")
  expect(fired).toHaveLength(1)
})

test("fires what was replaced by its new labels, and not what was stopped", () => {
  const { want, goTo, fired, scheduler } = at("2026-03-01T01:30:00Z")
  want(hourly("a"), hourly("b"))
  want(hourly("a", "15 * * * *"))
  expect([...scheduler.jobs().values()].map(({ spec }) => spec.schedule.text)).toEqual(["15 * * * *"])
  goTo("2026-03-01T02:00:00Z")
  expect(fired).toEqual([])
  goTo("2026-03-01T02:15:00Z")
  expect(fired).toEqual(["a 03-01T02:15:00"])
})

test("leaves a job that reads the same where it was in time", () => {
  const { want, goTo, fired } = at("2026-03-01T01:30:00Z")
  want(hourly("a"))
  goTo("2026-03-01T01:59:00Z")
  want(hourly("a"), hourly("b"))
  goTo("2026-03-01T02:00:00Z")
  expect(fired).toHaveLength(2)
})

test("follows the zone through both changes of the clocks", () => {
  const { want, goTo, fired } = at("2026-03-28T12:00:00Z")
  want(aJob({ schedule: "30 2 * * *", timezone: "Europe/Berlin" }, "a"))
  for (const day of ["03-29", "03-30"])
    for (let hour = 0; hour < 4; hour++) goTo(`2026-${day}T0${hour}:30:00Z`)
  expect(fired).toEqual(["a 03-29T01:30:00", "a 03-30T00:30:00"])
  fired.length = 0
  goTo("2026-10-24T12:00:00Z")
  fired.length = 0
  for (let hour = 0; hour < 4; hour++) goTo(`2026-10-25T0${hour}:30:00Z`)
  expect(fired).toEqual(["a 10-25T00:30:00"])
})

test("is woken by its own timer", async () => {
  const fired: DesiredJob[] = []
  const scheduler = createScheduler(
    () => new Date(),
    (job) => fired.push(job),
  )
  stop = () => scheduler.stop()
  const everySecond = hourly("a", "* * * * * *")
  scheduler.apply([{ kind: "start", job: everySecond }])
  await until("the job fires", () => fired.length > 0, 10)
  expect(fired[0]).toBe(everySecond)
})

test("fires what was due before a change of labels, and nothing twice after it", () => {
  const { want, goTo, fired, scheduler, later } = at("2026-03-01T01:30:00Z")
  want(hourly("a"))
  later("2026-03-01T02:00:00.020Z")
  want(aJob({ schedule: "hourly", retention: "7d" }, "a"))
  scheduler.check()
  goTo("2026-03-01T03:00:00Z")
  expect(fired).toEqual(["a 03-01T02:00:00", "a 03-01T03:00:00"])
})

test("makes up once for what a job missed while its container was being replaced", () => {
  const { want, goTo, fired, later } = at("2026-03-01T01:30:00Z")
  want(hourly("a"), aJob({ schedule: "hourly", "on-missed": "skip" }, "b"))
  later("2026-03-01T01:59:50Z")
  want()
  later("2026-03-01T02:00:20Z")
  want(hourly("a"), aJob({ schedule: "hourly", "on-missed": "skip" }, "b"))
  goTo("2026-03-01T02:00:21Z")
  goTo("2026-03-01T02:30:00Z")
  expect(fired).toEqual(["a 03-01T02:00:21"])
  // Gone and back without a tick between: nothing to make up for.
  want()
  later("2026-03-01T02:40:00Z")
  want(hourly("a"))
  goTo("2026-03-01T02:50:00Z")
  expect(fired).toHaveLength(1)
})

test("fires nothing for who is paused, and goes on with the tick after that", () => {
  let paused = true
  const { want, goTo, fired } = at("2026-03-01T01:30:00Z", { ...labelRules, isPaused: () => paused })
  want(hourly("a"))
  goTo("2026-03-01T02:00:00Z")
  paused = false
  goTo("2026-03-01T02:30:00Z")
  expect(fired).toEqual([])
  goTo("2026-03-01T03:00:00Z")
  expect(fired).toEqual(["a 03-01T03:00:00"])
})

describe("a blackout window", () => {
  const end = new Date("2026-03-01T06:00:00Z")
  const until6 = {
    ...labelRules,
    postpone: (at: Date) => (at >= new Date("2026-03-01T03:00:00Z") && at < end ? end : at),
  }

  test("holds every start back to its end, where each job starts once and the end is told", () => {
    const { want, goTo, fired, reopened } = at("2026-03-01T01:30:00Z", until6)
    want(hourly("a"), hourly("b", "15 4 * * *"))
    for (const time of ["02:00", "03:00", "03:30", "04:00", "04:15", "05:59"]) goTo(`2026-03-01T${time}:00Z`)
    expect(fired).toEqual(["a 03-01T02:00:00"])
    expect(reopened()).toBe(0)
    goTo("2026-03-01T06:00:00Z")
    goTo("2026-03-01T06:30:00Z")
    expect(fired.slice(1)).toEqual(["a 03-01T06:00:00", "b 03-01T06:00:00"])
    expect(reopened()).toBe(1)
  })

  test("that the clock jumps into holds back what was missed before it", () => {
    const { want, goTo, fired } = at("2026-03-01T01:30:00Z", until6)
    want(hourly("a"))
    goTo("2026-03-01T04:30:00Z")
    expect(fired).toEqual([])
    goTo("2026-03-01T06:00:00Z")
    expect(fired).toEqual(["a 03-01T06:00:00"])
  })

  test("counts from when it is told of", () => {
    let postpone = labelRules.postpone
    const { want, goTo, fired, scheduler } = at("2026-03-01T01:30:00Z", {
      ...labelRules,
      postpone: (at) => postpone(at),
    })
    want(hourly("a"))
    postpone = until6.postpone
    scheduler.replan()
    goTo("2026-03-01T02:00:00Z")
    goTo("2026-03-01T03:00:00Z")
    postpone = labelRules.postpone
    scheduler.replan()
    goTo("2026-03-01T04:00:00Z")
    expect(fired).toEqual(["a 03-01T02:00:00", "a 03-01T04:00:00"])
  })
})

/** The first start after `from` and by `to` that has not been yet. */
function firstBetween(job: DesiredJob, from: number, to: number, been: ReadonlySet<number>) {
  for (let next = nextRunAt(job, new Date(from)); next && next.getTime() <= to; next = nextRunAt(job, next))
    if (!been.has(next.getTime())) return next.getTime()
  return undefined
}

describe("a clock that moves as it likes", () => {
  const jobs = [
    hourly("a"),
    hourly("b", "*/5 * * * *"),
    aJob({ schedule: "*/10 * * * *", jitter: "9m" }, "c"),
    aJob({ schedule: "30 2 * * *", timezone: "Europe/Berlin" }, "d"),
    aJob({ schedule: "daily", jitter: "12h" }, "e"),
  ]
  const hour = 3_600_000
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 1, max: 30_000 }) },
    { weight: 3, arbitrary: fc.integer({ min: 30_000, max: 40 * 60_000 }) },
    { weight: 1, arbitrary: fc.integer({ min: hour, max: 36 * hour }) },
    { weight: 1, arbitrary: fc.integer({ min: -hour, max: -1 }) },
  )

  test("makes each job start once for all it missed, no start twice, and none it was there for be lost", () => {
    // The night in which the clocks go forward, and the one in which they go back.
    const begin = fc.constantFrom("2026-03-28T22:17:00Z", "2026-10-24T21:47:00Z")
    fc.assert(
      fc.property(begin, fc.array(step, { minLength: 10, maxLength: 60 }), (start, steps) => {
        const { want, goTo, planned } = at(start)
        want(...jobs)
        let [now, furthest] = [Date.parse(start), Date.parse(start)]
        const done = new Map(jobs.map(({ serverId }) => [serverId, new Set<number>()]))
        for (const by of steps) {
          // Not more than the time for which repeated starts are left out.
          const next = Math.max(now + by, furthest - 2 * hour)
          planned.length = 0
          goTo(new Date(next).toISOString())
          for (const job of jobs) {
            const starts = done.get(job.serverId) ?? new Set()
            const first = firstBetween(job, now, next, starts)
            const fired = planned.filter(({ id }) => id === job.id).map(({ at }) => at.getTime())
            expect(fired).toEqual(first === undefined ? [] : [first])
            for (const at of fired) starts.add(at)
          }
          now = next
          furthest = Math.max(furthest, now)
        }
      }),
      { numRuns: 20, interruptAfterTimeLimit: 20_000, markInterruptAsFailure: false },
    )
  })

  test("loses no start that it was set back behind in two steps, the second a small one", () => {
    const { want, goTo, fired } = at("2026-03-01T12:17:00Z")
    want(hourly("b", "*/5 * * * *"))
    for (const moment of ["12:15:40", "12:14:59", "12:15:30"]) goTo(`2026-03-01T${moment}Z`)
    expect(fired).toEqual(["b 03-01T12:15:30"])
  })

  test("by a day forward and back again makes at most one run come early", () => {
    const { want, goTo, fired } = at("2026-03-01T12:30:00Z")
    want(hourly("a"), aJob({}, "d"))
    goTo("2026-03-02T12:30:00Z")
    expect(fired).toHaveLength(2)
    goTo("2026-03-01T12:31:00Z")
    for (let passed = 13; passed < 24; passed++) goTo(`2026-03-01T${passed}:00:00Z`)
    expect(fired).toHaveLength(2 + 10)
  })
})

test("a job whose time is months away waits for it", async () => {
  const { scheduler, want, fired } = at("2026-03-01T12:00:00Z")
  want(aJob({ schedule: "0 0 1 1 *" }, "yearly"))
  await new Promise((resolve) => setTimeout(resolve, 20))
  scheduler.check()
  expect(fired).toEqual([])
})

test("a thousand jobs of one minute all start in it, each once", () => {
  const { want, goTo, fired } = at("2026-03-01T01:30:00Z")
  want(...Array.from({ length: 1000 }, (_, i) => aJob({}, `s${i}`)))
  goTo("2026-03-01T02:00:00Z")
  goTo("2026-03-01T02:00:59Z")
  expect(fired).toHaveLength(1000)
  expect(new Set(fired).size).toBe(1000)
})
