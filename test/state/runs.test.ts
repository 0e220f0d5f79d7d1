import { afterEach, beforeEach, describe, expect, test } from "bun:test"
import type { RunId } from "../../schemas/run.ts"
import { aProblem, aRun, type Fixture, job, minute, server, temporaryCatalogue } from "./samples.ts"

let fixture: Fixture
let catalogue: Fixture["catalogue"]
beforeEach(() => {
  fixture = temporaryCatalogue()
  catalogue = fixture.catalogue
})
afterEach(() => fixture.remove())

const runId = (id: string) => id as RunId
const all = { page: 1, limit: 50 }

describe("a run", () => {
  test("goes from queued to running to completed", () => {
    catalogue.addRun(aRun("r1"))
    expect(catalogue.run("r1")).toMatchObject({ status: "queued", queuedAt: "2026-03-01T02:00:00.000Z" })
    catalogue.startRun(runId("r1"), minute(1))
    expect(catalogue.run("r1")).toMatchObject({ status: "running" })
    catalogue.finishRun(runId("r1"), minute(2), { status: "completed" })
    expect(catalogue.run("r1")).toEqual({
      id: runId("r1"),
      serverId: server,
      serverName: "shop/db",
      jobId: job,
      trigger: "schedule",
      queuedAt: minute(0).toISOString(),
      status: "completed",
      startedAt: minute(1).toISOString(),
      finishedAt: minute(2).toISOString(),
      attempt: 1,
      retryOf: null,
    })
  })

  test("that is to be tried again is found by that, soonest first, until its retry has begun", () => {
    for (const [id, at] of [
      ["late", 30],
      ["soon", 10],
    ] as const) {
      catalogue.addRun(aRun(id))
      catalogue.startRun(runId(id), minute(1))
      catalogue.finishRun(runId(id), minute(2), { status: "failed", error: aProblem(), retryAt: minute(at) })
    }
    expect(catalogue.retries().map(({ id }) => id)).toEqual([runId("soon"), runId("late")])
    expect(catalogue.run("soon")).toMatchObject({ attempt: 1, retryAt: minute(10).toISOString() })
    catalogue.clearRetry(runId("soon"))
    catalogue.addRun(aRun("again", { trigger: "retry", attempt: 2, retryOf: runId("soon") }))
    expect(catalogue.retries().map(({ id }) => id)).toEqual([runId("late")])
    expect(catalogue.run("again")).toMatchObject({ attempt: 2, retryOf: runId("soon"), trigger: "retry" })
    expect(() => catalogue.addRun(aRun("odd", { attempt: 2 }))).toThrow("CHECK")
  })

  test("that never began can be cancelled, but not completed", () => {
    catalogue.addRun(aRun("r1"))
    expect(() => catalogue.finishRun(runId("r1"), minute(1), { status: "completed" })).toThrow(
      "run r1 is queued: it cannot be finished as completed",
    )
    catalogue.finishRun(runId("r1"), minute(1), {
      status: "cancelled",
      error: aProblem({ code: "cancelled" }),
    })
    expect(catalogue.run("r1")).toMatchObject({ status: "cancelled", startedAt: null })
  })

  test("cannot be started or finished twice, nor exist twice", () => {
    catalogue.addRun(aRun("r1"))
    expect(() => catalogue.addRun(aRun("r1"))).toThrow("UNIQUE")
    catalogue.startRun(runId("r1"), minute(1))
    expect(() => catalogue.startRun(runId("r1"), minute(1))).toThrow(
      "run r1 is running: it cannot be started",
    )
    catalogue.finishRun(runId("r1"), minute(2), { status: "failed", error: aProblem() })
    expect(() => catalogue.finishRun(runId("r1"), minute(3), { status: "completed" })).toThrow("is failed")
    expect(() => catalogue.startRun(runId("r2"), minute(1))).toThrow("no run r2")
    expect(catalogue.run("r1")).toMatchObject({ status: "failed", error: aProblem() })
  })

  test("is listed newest first, by server, in pages with the total", () => {
    for (let n = 0; n < 5; n++) catalogue.addRun(aRun(`r${n}`, { queuedAt: minute(n) }))
    catalogue.addRun(aRun("other", { serverId: "blog~db" as typeof server, queuedAt: minute(9) }))
    const page = catalogue.runs({ serverId: server }, { page: 2, limit: 2 })
    expect([page.rows.map(({ id }) => String(id)), page.total]).toEqual([["r2", "r1"], 5])
    expect(catalogue.runs({}, all).total).toBe(6)
    expect(catalogue.lastRunOf(job)?.id).toBe(runId("other"))
  })
})

describe("a retry", () => {
  const fail = (id: string, changes: Parameters<typeof aRun>[1] = {}, at = 10) => {
    catalogue.addRun(aRun(id, changes))
    catalogue.finishRun(runId(id), minute(2), { status: "failed", error: aProblem(), retryAt: minute(at) })
  }
  const pending = (filter: Parameters<typeof catalogue.retries>[0] = {}) =>
    catalogue.retries(filter).map(({ id }) => String(id))

  test("that begins takes off what its chain waited for, in one step, and no other chain's", () => {
    fail("first")
    fail("other", { jobId: "shop~db:weekly" as typeof job })
    fixture.events.length = 0
    catalogue.addRun(aRun("second", { trigger: "retry", attempt: 2, retryOf: runId("first") }))
    expect(pending()).toEqual(["other"])
    expect(fixture.events).toMatchObject([
      { name: "run.updated", data: { runId: "first", status: "failed" } },
      { name: "run.updated", data: { runId: "second", status: "queued" } },
    ])
    catalogue.finishRun(runId("second"), minute(3), {
      status: "interrupted",
      error: aProblem({ code: "interrupted" }),
      retryAt: minute(20),
    })
    expect(pending()).toEqual(["other", "second"])
    catalogue.addRun(aRun("third", { trigger: "retry", attempt: 3, retryOf: runId("first") }))
    expect(pending()).toEqual(["other"])
  })

  test("is found by its time and its job", () => {
    fail("soon", {}, 5)
    fail("late", { jobId: "shop~db:weekly" as typeof job }, 15)
    expect(pending({ until: minute(4) })).toEqual([])
    expect(pending({ until: minute(5) })).toEqual(["soon"])
    expect(pending({ until: minute(99) })).toEqual(["soon", "late"])
    expect(pending({ jobId: job })).toEqual(["soon"])
    expect(pending({ jobId: job, until: minute(4) })).toEqual([])
  })

  test("that waits for its turn is found by its job, as every queued run is", () => {
    catalogue.addRun(aRun("b", { queuedAt: minute(1) }))
    catalogue.addRun(aRun("a"))
    catalogue.addRun(aRun("other", { jobId: "shop~db:weekly" as typeof job }))
    catalogue.addRun(aRun("runs"))
    catalogue.startRun(runId("runs"), minute(1))
    expect(catalogue.queuedRuns(job).map(({ id }) => String(id))).toEqual(["a", "b"])
  })

  test("and what was made by hand do not count as the job's own last run", () => {
    fail("daily")
    catalogue.addRun(
      aRun("again", { trigger: "retry", attempt: 2, retryOf: runId("daily"), queuedAt: minute(5) }),
    )
    catalogue.addRun(aRun("by hand", { trigger: "manual", queuedAt: minute(9) }))
    expect(catalogue.lastRunOf(job)?.id).toBe(runId("daily"))
    expect(catalogue.lastRunOf("nobody:default" as typeof job)).toBeUndefined()
  })
})
