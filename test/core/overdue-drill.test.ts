import { describe, expect, test } from "bun:test"
import { type Drilled, drillDeadline, noVerdicts, overdueDrill } from "../../controller/core/overdue-drill.ts"
import { desiredJob, labelRules } from "../../controller/core/schedule-plan.ts"
import { JobLabels } from "../../schemas/labels.ts"
import type { VerifyTask } from "../../schemas/verify-task.ts"
import { aProblem, job as id, server, shop } from "../state/samples.ts"

// Sundays at four; 2026-03-01 is one.
const sundays = { verify: "drill", "verify.schedule": "0 4 * * 0" }
const job = (labels: Record<string, string> = sundays) =>
  desiredJob(id, server, "default", JobLabels.parse(labels), "UTC", ["local"])
const at = (text: string) => new Date(text)
const drilled = (
  passedAt: string | null,
  firstBackupAt: string | null = "2026-01-05T02:05:00Z",
): Drilled => ({
  passedAt: passedAt === null ? null : at(passedAt),
  firstBackupAt: firstBackupAt === null ? null : at(firstBackupAt),
})
const overdue = (
  now: string,
  times: Drilled,
  labels = sundays,
  noVerdict: Parameters<typeof overdueDrill>[3] = null,
) => overdueDrill([job(labels)], () => times, "shop/db/shop", noVerdict, at(now))

describe("a drill is overdue", () => {
  const passed = drilled("2026-03-01T04:10:00Z")

  test("once the second tick after the last that passed has come, and not when the first has", () => {
    expect(overdue("2026-03-08T05:00:00Z", passed)).toBeNull()
    expect(overdue("2026-03-15T04:00:00Z", passed)).toBeNull()
    expect(overdue("2026-03-15T04:00:01Z", passed)).toMatchObject({
      code: "drill-overdue",
      message: "no drill of it has passed since 2026-03-01T04:10:00.000Z, and two were due",
      hint: "Have one made now: dbbackup verify shop/db/shop --level drill --wait.",
    })
  })

  test("where none ever passed, by the job's first backup", () => {
    const never = drilled(null, "2026-03-02T02:00:00Z")
    expect(overdue("2026-03-14T00:00:00Z", never)).toBeNull()
    expect(overdue("2026-03-15T05:00:00Z", never)?.message).toContain("no drill of it has ever passed")
    expect(overdue("2026-03-15T05:00:00Z", drilled(null, null))).toBeNull()
  })

  test("with the reason for which the last one reached no verdict", () => {
    const noVerdict = {
      backupId: "b1",
      at: "2026-03-15T04:00:00Z",
      problem: aProblem({ message: "no room", hint: "Free some." }),
    }
    expect(overdue("2026-03-16T00:00:00Z", passed, sundays, noVerdict)?.hint).toBe(
      "The last one reached no verdict: no room. Free some.",
    )
  })

  test("only where the label asks for drills by a schedule, and the job is not paused", () => {
    const long = "2027-01-01T00:00:00Z"
    expect(overdue(long, passed, { verify: "read", "verify.schedule": "0 4 * * 0" })).toBeNull()
    expect(overdue(long, passed, { verify: "drill", "verify.schedule": "manual" })).toBeNull()
    expect(drillDeadline(job({ ...sundays, paused: "true" }), () => passed)).toBeNull()
    expect(drillDeadline(job(), () => passed, { ...labelRules, isPaused: () => true })).toBeNull()
  })

  test("without a schedule of its own two weeks after the last, at the job's hour", () => {
    const due = drillDeadline(job({ verify: "drill" }), () => passed, labelRules)
    const days = ((due?.getTime() ?? 0) - at("2026-03-01T04:10:00Z").getTime()) / 86_400_000
    expect(days).toBeGreaterThan(7)
    expect(days).toBeLessThanOrEqual(14)
  })
})

test("a database's newest drill that ended without a verdict is told, whatever other checks there were, and none after one that did", () => {
  const task = (level: VerifyTask["level"], status: string, finishedAt: string) =>
    ({
      databaseId: shop,
      backupId: "b1",
      level,
      status,
      finishedAt,
      error: aProblem({ message: status }),
    }) as never as VerifyTask
  const found = (...tasks: VerifyTask[]) => noVerdicts(tasks).get(shop)?.problem.message
  expect(found(task("drill", "queued", ""), task("read", "failed", "3"), task("drill", "failed", "2"))).toBe(
    "failed",
  )
  expect(found(task("drill", "interrupted", "2"), task("drill", "completed", "1"))).toBe("interrupted")
  expect(found(task("drill", "completed", "2"), task("drill", "failed", "1"))).toBeUndefined()
  expect(found(task("drill", "cancelled", "2"), task("drill", "failed", "1"))).toBe("failed")
  expect(noVerdicts([]).size).toBe(0)
})
