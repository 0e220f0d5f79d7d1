import { describe, expect, test } from "bun:test"
import { desiredJob, labelRules } from "../../controller/core/schedule-plan.ts"
import { asksForMore, verifyDue } from "../../controller/core/verify-due.ts"
import { JobLabels } from "../../schemas/labels.ts"
import type { Verification, VerifyLevel } from "../../schemas/verification.ts"
import { aProblem, job as id, server } from "../state/samples.ts"

const job = (labels: Record<string, string>) =>
  desiredJob(id, server, "default", JobLabels.parse(labels), "UTC", ["local"])
const backup = { finishedAt: "2026-03-02T02:05:00.000Z" }
const at = (text: string) => new Date(text)
const done = (level: VerifyLevel, finishedAt: string, passed = true): Verification => ({
  ...{ level, destination: "local", startedAt: finishedAt, finishedAt, readBytes: 1 },
  ...(passed ? { outcome: "passed", report: [] } : { outcome: "failed", problem: aProblem() }),
})
const due = (labels: Record<string, string>, now: string, verifications: readonly Verification[] = []) =>
  verifyDue(backup, job(labels), verifications, at(now))

test("the default asks for no more than what is done for every backup", () => {
  expect(asksForMore(job({}).spec)).toBe(false)
  expect(due({}, "2026-12-31T00:00:00Z")).toBeNull()
})

describe("a read without a schedule", () => {
  test("follows each run, once, whatever came of it", () => {
    expect(due({ verify: "read" }, "2026-03-02T02:05:01Z")).toBe("read")
    expect(
      due({ verify: "read" }, "2026-03-09T00:00:00Z", [done("read", "2026-03-02T03:00:00.000Z")]),
    ).toBeNull()
    const bad = [done("read", "2026-03-02T03:00:00.000Z", false)]
    expect(due({ verify: "read" }, "2026-03-09T00:00:00Z", bad)).toBeNull()
  })

  test("is due also after a lower level, and not after a higher one", () => {
    const time = "2026-03-02T03:00:00.000Z"
    expect(due({ verify: "read" }, "2026-03-03T00:00:00Z", [done("checksum", time)])).toBe("read")
    expect(due({ verify: "read" }, "2026-03-03T00:00:00Z", [done("drill", time)])).toBeNull()
  })
})

describe("a schedule", () => {
  const weekly = { verify: "checksum", "verify.schedule": "0 4 * * 0" } // Sundays; the backup is of a Monday.

  test("has the newest backup checked at the first tick after it was stored, and not before", () => {
    expect(due(weekly, "2026-03-08T03:59:59Z")).toBeNull()
    expect(due(weekly, "2026-03-08T04:00:00Z")).toBe("checksum")
    expect(due(weekly, "2026-03-11T00:00:00Z")).toBe("checksum")
  })

  test("has it checked again at each further tick while it is the newest", () => {
    const checked = [done("checksum", "2026-03-08T04:10:00.000Z")]
    expect(due(weekly, "2026-03-10T00:00:00Z", checked)).toBeNull()
    expect(due(weekly, "2026-03-15T04:00:00Z", checked)).toBe("checksum")
  })

  test("may say that only persons ask, and has a minute of its own for each H", () => {
    expect(due({ verify: "read", "verify.schedule": "manual" }, "2026-12-31T00:00:00Z")).toBeNull()
    const hashed = job({ "verify.schedule": "H H * * *", schedule: "H H * * *" }).spec
    const pattern = (schedule: typeof hashed.schedule | undefined) =>
      schedule?.kind === "cron" ? schedule.pattern : ""
    expect(pattern(hashed["verify.schedule"])).toMatch(/^\d+ \d+ \* \* \*$/)
    expect(pattern(hashed["verify.schedule"])).not.toBe(pattern(hashed.schedule))
  })
})

test("nothing is due while the job is paused, or in a blackout window", () => {
  const now = at("2026-03-02T03:00:00Z")
  expect(verifyDue(backup, job({ verify: "read", paused: "true" }), [], now)).toBeNull()
  const rules = { ...labelRules, postpone: (time: Date) => new Date(time.getTime() + 1000) }
  expect(verifyDue(backup, job({ verify: "read" }), [], now, rules)).toBeNull()
})

test("a drill is due once a week at an hour of the job's own, unless the label says when", () => {
  const schedule = job({ verify: "drill" }).spec["verify.schedule"]
  expect(schedule?.kind === "cron" ? schedule.pattern : "").toMatch(/^\d+ \d+ \* \* [0-6]$/)
  expect(due({ verify: "drill" }, "2026-03-02T02:05:01Z")).toBeNull()
  expect(due({ verify: "drill" }, "2026-03-09T02:05:01Z")).toBe("drill")
  expect(due({ verify: "drill" }, "2026-03-09T02:05:01Z", [done("read", "2026-03-09T02:04:00.000Z")])).toBe(
    "drill",
  )
  expect(due({ verify: "drill", "verify.schedule": "manual" }, "2026-12-31T00:00:00Z")).toBeNull()
})
