import { expect, test } from "bun:test"
import { aboutRoom, planDifferences, requirePlan, withHash } from "../../controller/core/plan-hash.ts"
import { planRestore } from "../../controller/core/restore-plan.ts"
import type { Survey } from "../../controller/core/survey.ts"
import type { NewOptions } from "../../schemas/restore.ts"
import { aCompletedBackup, aKnownManifest, aSurvey } from "./records.ts"

const plan = (
  survey: Partial<Survey> = {},
  options: Partial<NewOptions> = {},
  timeGuess: number | null = null,
) =>
  planRestore(
    {
      backup: aCompletedBackup(),
      manifest: aKnownManifest(),
      identity: null,
      target: { id: aCompletedBackup().serverId, name: "shop/db" },
      tools: { serverVersion: "17.6", toolVersion: "17.6", zstd: true },
      timeGuess: timeGuess === null ? null : { seconds: timeGuess, from: "restores of this server" },
      present: [],
      survey: aSurvey(survey),
      nameMistake: undefined,
      hooks: { before: null, after: null },
    },
    { mode: "new", name: "copy", ...options },
  )

test("the same plan has the same hash, whatever sizes, sessions and guesses are by then", () => {
  const { hash } = plan()
  expect(plan({ freeBytes: 10 }).warnings.join()).toContain(aboutRoom)
  for (const other of [
    plan({ freeBytes: 10 }),
    plan({ connections: [{ user: "x", count: 2 }] }),
    plan({}, {}, 9),
  ])
    expect(other.hash).toBe(hash)
})

test("what is done otherwise has another hash", () => {
  const hashes = [plan(), plan({ roles: [] }), plan({}, { name: "other" }), plan({}, { content: "schema" })]
  expect(new Set(hashes.map(({ hash }) => hash)).size).toBe(4)
  const { hash: _, ...rest } = plan()
  expect(withHash(rest, { mode: "new", name: "else" }).hash).not.toBe(plan().hash)
})

test("a stale plan is refused with what is other, as far as the confirmed one is known", () => {
  const [before, after] = [plan(), plan({ roles: ["postgres"] })]
  expect(planDifferences(before, before)).toEqual([])
  expect(() => requirePlan(after, after.hash, undefined)).not.toThrow()
  expect(() => requirePlan(after, undefined, undefined)).not.toThrow()
  expect(() => requirePlan(after, before.hash, before)).toThrow(
    "the plan is not the one that was confirmed any more: now: Load the backup into copy, leaving out owners and grants, stopping at the first error; now: shop/db lacks the role app",
  )
  expect(() => requirePlan(after, before.hash, undefined)).toThrow(/any more$/)
})
