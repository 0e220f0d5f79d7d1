import { describe, expect, test } from "bun:test"
import { pausedBy, resumed, withPauses } from "../../controller/core/pause.ts"
import { nextRunAt, planSchedule } from "../../controller/core/schedule-plan.ts"
import { deriveServers } from "../../controller/core/server.ts"
import { aJob, guess, labelled, operator } from "./samples.ts"

const running = aJob()
const paused = aJob({ paused: "true" })
const nobody = new Map()
const said = (enabled: boolean) => new Map([[running.id, enabled]])

describe("a job is paused", () => {
  test("by its label, as long as nobody says otherwise", () => {
    expect(pausedBy(running, nobody, null)).toBeNull()
    expect(pausedBy(paused, nobody, null)).toBe("label")
  })

  test("or not by a person, whatever its label says", () => {
    expect(pausedBy(running, said(false), null)).toBe("person")
    expect(pausedBy(paused, said(false), null)).toBe("person")
    expect(pausedBy(paused, said(true), null)).toBeNull()
  })

  test("with all others, whatever was said of it", () => {
    for (const job of [running, paused])
      for (const all of ["person", "settings"] as const) {
        expect(pausedBy(job, nobody, all)).toBe(all)
        expect(pausedBy(job, said(true), all)).toBe(all)
      }
  })
})

describe("a server with what is paused", () => {
  const derive = (labels: Readonly<Record<string, string>>) => {
    const [server] = deriveServers([labelled({ enable: "true", ...labels })], operator(), new Map(), guess)
    if (!server) throw new Error("the sample is no server")
    return server
  }
  const jobOf = (server: ReturnType<typeof derive>) => {
    const [job] = server.jobs
    if (!job) throw new Error("the sample has no job")
    return job
  }
  const now = new Date("2026-03-01T00:00:00Z")

  test("fires no job that is paused, and fires one that a person enabled", () => {
    const stopped = jobOf(withPauses(derive({}), () => "person"))
    expect([stopped.pausedBy, nextRunAt(stopped, now)]).toEqual(["person", null])
    const enabled = jobOf(withPauses(derive({ paused: "true" }), () => null))
    expect([enabled.pausedBy, nextRunAt(enabled, now)]).toEqual([null, new Date("2026-03-01T02:00:00Z")])
  })

  test("replaces what is scheduled when the pause changes, and only then", () => {
    const job = jobOf(withPauses(derive({}), () => null))
    const scheduled = new Map([[job.id, job]])
    const plan = (by: "person" | "settings" | null, before = scheduled) => {
      const wanted = jobOf(withPauses(derive({}), () => by))
      return planSchedule({ kind: "seen", jobs: new Map([[wanted.id, wanted]]) }, before)
    }
    expect(plan(null)).toEqual([])
    const [change] = plan("person")
    expect(change).toMatchObject({ kind: "replace", job: { spec: { paused: true } } })
    expect(resumed(plan("person"), scheduled)).toEqual([])
    if (change?.kind !== "replace") throw new Error("nothing was replaced")
    const whilePaused = new Map([[job.id, change.job as typeof job]])
    expect(plan("settings", whilePaused)).toEqual([])
    expect(resumed(plan(null, whilePaused), whilePaused)).toEqual([job])
  })
})
