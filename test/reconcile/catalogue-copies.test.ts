// When the catalogue is copied: on its schedule, not sooner, again soon where it failed, never while it is being made again.
import { afterEach, beforeEach, expect, setSystemTime, test } from "bun:test"
import type { CatalogueRules } from "../../controller/core/catalogue-rules.ts"
import { createCatalogueCopies } from "../../controller/reconcile/catalogue-copies.ts"
import type { Problem } from "../../schemas/errors.ts"
import { aProblem } from "../state/samples.ts"
import { memoryDestination } from "../support/memory-destination.ts"

let stop: AbortController
beforeEach(() => {
  stop = new AbortController()
})
afterEach(() => {
  stop.abort()
  setSystemTime()
})

const at = (text: string) => new Date(`2026-03-${text}:00Z`)

function copies(newest: Record<string, Date>, rules: Partial<CatalogueRules> = {}) {
  let now = at("01T12:00")
  let mending = false
  let problem: Problem | null = null
  const stored: string[] = []
  const names = ["local", "s3"]
  const it = createCatalogueCopies({
    destinations: new Map(names.map((name) => [name, memoryDestination(name)])),
    rules: () => ({ keep: 7, pattern: "0 2 * * *", timeZone: "UTC", recipients: null, ...rules }),
    async store(destinations, when) {
      for (const { name } of destinations) stored.push(`${name} ${when.toISOString().slice(8, 16)}`)
      return new Map(destinations.map(({ name }) => [name, name === "s3" ? problem : null]))
    },
    newestAt: async ({ name }) => newest[name] ?? null,
    early: null,
    isMending: () => mending,
    clock: () => now,
    log() {},
    signal: stop.signal,
  })
  return {
    it,
    stored,
    async lookAt(text: string) {
      now = at(text)
      await it.look()
      return stored.splice(0)
    },
    mend(is: boolean) {
      mending = is
    },
    fail(is: boolean) {
      problem = is ? aProblem() : null
    },
  }
}

test("each destination gets one a day, at the time of the schedule, counted from its own newest", async () => {
  const { lookAt, it } = copies({ local: at("01T02:00"), s3: at("01T11:00") })
  expect(await lookAt("01T12:00")).toEqual([])
  expect(it.nextAt()).toEqual(at("02T02:00"))
  expect(await lookAt("02T01:59")).toEqual([])
  expect(await lookAt("02T02:00")).toEqual(["local 02T02:00", "s3 02T02:00"])
  expect(await lookAt("02T02:01")).toEqual([])
})

test("one that missed its time, because nothing ran then, is made at once", async () => {
  const { lookAt } = copies({ local: at("01T02:00"), s3: new Date("2026-02-20T02:00:00Z") })
  expect(await lookAt("01T12:00")).toEqual(["s3 01T12:00"])
})

test("a place without any gets its first an hour after the start", async () => {
  const { lookAt } = copies({})
  expect(await lookAt("01T12:59")).toEqual([])
  expect(await lookAt("01T13:00")).toEqual(["local 01T13:00", "s3 01T13:00"])
})

test("where it fails it is told, and tried again after a quarter of an hour", async () => {
  const { lookAt, it, fail } = copies({ local: at("01T02:00"), s3: at("01T02:00") })
  fail(true)
  expect(await lookAt("02T02:00")).toHaveLength(2)
  expect(it.state()).toMatchObject([
    { problem: null },
    { destination: "s3", problem: { code: "dump-failed" } },
  ])
  expect(await lookAt("02T02:14")).toEqual([])
  fail(false)
  expect(await lookAt("02T02:15")).toEqual(["s3 02T02:15"])
  expect(it.state()[1]).toMatchObject({ madeAt: at("02T02:15").toISOString(), problem: null })
})

test("while the catalogue is being made again none is made: it would push out a better one", async () => {
  const { lookAt, it, mend } = copies({})
  mend(true)
  expect(await lookAt("09T02:00")).toEqual([])
  await expect(it.copyNow()).rejects.toThrow("is being made again")
  mend(false)
  expect(await lookAt("09T02:01")).toHaveLength(2)
})

test("none is made by itself when the settings say so, and one is when asked", async () => {
  for (const rules of [{ keep: 0 }, { pattern: null }]) {
    const { lookAt, it, stored } = copies({}, rules)
    expect(await lookAt("09T02:00")).toEqual([])
    expect(it.nextAt()).toBeNull()
    await Promise.all([it.copyNow(), it.copyNow()])
    expect(stored).toHaveLength(4)
  }
})
