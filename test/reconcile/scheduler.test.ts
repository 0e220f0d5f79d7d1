// Time is moved by hand: the scheduler is asked to look at the clock, as its own timer would ask it.
import { afterEach, expect, test } from "bun:test"
import { type DesiredJob, planSchedule } from "../../controller/core/schedule-plan.ts"
import { createScheduler, type Scheduler } from "../../controller/reconcile/scheduler.ts"
import { aJob } from "../core/samples.ts"
import { until } from "../support/until.ts"

let stop = () => {}
afterEach(() => stop())

function at(start: string) {
  let now = new Date(start)
  const fired: string[] = []
  const scheduler: Scheduler = createScheduler(
    () => now,
    (job) => fired.push(`${job.serverId} ${now.toISOString().slice(5, 19)}`),
  )
  stop = () => scheduler.stop()
  return {
    scheduler,
    fired,
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
