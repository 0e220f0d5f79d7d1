import { expect, test } from "bun:test"
import { rulesOf } from "../../controller/core/rules.ts"
import { nextRunAt } from "../../controller/core/schedule-plan.ts"
import type { BlackoutWindow } from "../../schemas/window.ts"
import { aJob } from "./samples.ts"

test("no job starts in the operator's blackout windows, as they are now", () => {
  const day: BlackoutWindow = { days: [1, 2, 3, 4, 5, 6, 7], from: 8 * 60, to: 18 * 60 }
  let blackout = [day]
  const rules = rulesOf(() => ({ blackout, timeZone: "Europe/Berlin" }))
  const noon = aJob({ schedule: "0 12 * * *" })
  const morning = new Date("2026-03-02T06:00:00Z")
  expect(nextRunAt(noon, morning, rules)).toEqual(new Date("2026-03-02T17:00:00Z"))
  blackout = []
  expect(nextRunAt(noon, morning, rules)).toEqual(new Date("2026-03-02T12:00:00Z"))
})
