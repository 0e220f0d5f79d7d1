import { describe, expect, setDefaultTimeout, test } from "bun:test"
import fc from "fast-check"
import {
  type Attempt,
  isStoodFor,
  isWorthRetrying,
  retryAt,
  retryDelaySeconds,
  retryFate,
  subjectsToRetry,
} from "../../controller/core/retry-plan.ts"
import { type FaultCode, faultCodes } from "../../schemas/errors.ts"
import type { RunId } from "../../schemas/run.ts"
import type { Subject } from "../../schemas/server.ts"
import { aProblem } from "../state/samples.ts"

setDefaultTimeout(120_000)

const now = new Date("2026-03-01T02:05:00Z")
const minutesFromNow = (minutes: number) => new Date(now.getTime() + minutes * 60_000)
const database = (name: string): Subject => ({ kind: "database", name })
const globals: Subject = { kind: "globals" }

test("what may work when tried again is tried again, what a person must change or has ended is not", () => {
  expect(faultCodes.filter(isWorthRetrying).toSorted()).toEqual(
    (
      [
        "already-running",
        "copy-mismatch",
        "copy-missing",
        "destination-unavailable",
        "disk-full",
        "docker-error",
        "docker-unreachable",
        "dump-incomplete",
        "dump-stalled",
        "dump-empty",
        "dump-failed",
        "dump-truncated",
        "catalogue-damaged",
        "host-unknown",
        "internal",
        "interrupted",
        "server-down",
        "server-lost",
        "server-not-ready",
      ] satisfies FaultCode[]
    ).toSorted() as FaultCode[],
  )
})

describe("the delay before another try", () => {
  test("is one minute, then twice as long each time, at most an hour", () => {
    const minutes = [1, 2, 3, 4, 5, 6, 7, 8, 99].map((attempt) => retryDelaySeconds(attempt, 0.5) / 60)
    expect(minutes).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60])
  })

  test("is up to a fifth shorter or longer, so that what failed together is not tried together", () => {
    expect(retryDelaySeconds(1, 0)).toBeCloseTo(48)
    expect(retryDelaySeconds(1, 1)).toBeCloseTo(72)
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 99 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (n, random) => {
          const [delay, middle] = [retryDelaySeconds(n, random), retryDelaySeconds(n, 0.5)]
          expect(delay).toBeGreaterThanOrEqual(middle * 0.8 - 1e-9)
          expect(delay).toBeLessThanOrEqual(Math.min(middle * 1.2, 3600) + 1e-9)
        },
      ),
    )
  })
})

describe("the time of another try", () => {
  const tried = (changes: Partial<Parameters<typeof retryAt>[0]> = {}) =>
    retryAt(
      { attempt: 1, problems: [aProblem()], retries: 3, byHand: false, stoodFor: false, ...changes },
      now,
      0.5,
    )

  test("comes as often as the label allows, then no more", () => {
    expect([1, 2, 3, 4].map((attempt) => tried({ attempt }))).toEqual([
      minutesFromNow(1),
      minutesFromNow(2),
      minutesFromNow(4),
      null,
    ])
    expect(tried({ retries: 0 })).toBeNull()
  })

  test("is never for what somebody asked for or cancelled", () => {
    expect(tried({ byHand: true })).toBeNull()
    expect(tried({ stoodFor: true })).toBeNull()
    expect(tried({ problems: [aProblem(), aProblem({ code: "cancelled" })] })).toBeNull()
  })

  test("is one when any of what failed may work, even if the first may not", () => {
    expect(tried({ problems: [aProblem({ code: "access-denied" })] })).toBeNull()
    expect(tried({ problems: [aProblem({ code: "access-denied" }), aProblem()] })).toEqual(minutesFromNow(1))
  })
})

test("a run is stood for by a later one of the whole job, not by the first of its own chain", () => {
  const [first, later] = [{ id: "first" as RunId }, { id: "later" as RunId }]
  expect(isStoodFor({ ...first, retryOf: null }, first)).toBe(false)
  expect(isStoodFor({ id: "second" as RunId, retryOf: first.id }, first)).toBe(false)
  expect(isStoodFor({ ...first, retryOf: null }, later)).toBe(true)
  expect(isStoodFor({ id: "second" as RunId, retryOf: first.id }, later)).toBe(true)
  expect(isStoodFor({ ...first, retryOf: null }, undefined)).toBe(false)
})

describe("what is dumped again", () => {
  const good = (name: string): Attempt => ({ subject: database(name), code: null })
  const bad = (name: string, code: FaultCode = "dump-failed"): Attempt => ({ subject: database(name), code })

  test("is only what failed and may work", () => {
    expect(
      subjectsToRetry([{ subject: globals, code: null }, bad("a"), good("b"), bad("c", "access-denied")]),
    ).toEqual([database("a")])
  })

  test("is all that the job takes by then when nothing worked, or nobody got as far as to know what there is", () => {
    expect(subjectsToRetry([bad("a"), bad("b", "server-down")])).toBe("all")
    expect(subjectsToRetry([])).toBe("all")
  })

  test("is nothing when everything was backed up meanwhile", () => {
    expect(subjectsToRetry([good("a"), good("b")])).toEqual([])
  })
})

describe("when its time has come, a retry", () => {
  const job = { retries: 3, paused: false }
  const failed: Attempt[] = [{ subject: database("a"), code: "dump-failed" }]
  const both: Attempt[] = [...failed, { subject: database("b"), code: null }]

  test("begins, of what failed", () => {
    expect(retryFate(1, both, now, job, null)).toEqual({ kind: "begin", subjects: [database("a")] })
    expect(retryFate(3, failed, now, job, null)).toEqual({ kind: "begin", subjects: null })
  })

  test("waits while its job is paused", () => {
    expect(retryFate(1, both, now, { ...job, paused: true }, null)).toEqual({ kind: "wait" })
  })

  test("is given up when all was backed up meanwhile, the job is gone, or its label allows fewer by now", () => {
    const done: Attempt[] = [{ subject: database("a"), code: null }]
    for (const [fate, why] of [
      [retryFate(1, done, now, job, null), "everything that failed was backed up meanwhile"],
      [retryFate(1, failed, now, undefined, null), "there is no such job any more"],
      [retryFate(2, failed, now, { ...job, retries: 1 }, null), "it was try 2 of the 2 that retries allows"],
    ] as const)
      expect(fate).toEqual({ kind: "give-up", why })
  })

  test("waits for a container that is being recreated, for a while", () => {
    expect(retryFate(1, failed, now, undefined, minutesFromNow(-9))).toEqual({ kind: "wait" })
    expect(retryFate(1, failed, now, undefined, minutesFromNow(-10)).kind).toBe("give-up")
  })
})
