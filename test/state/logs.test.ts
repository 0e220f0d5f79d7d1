import { afterEach, beforeEach, describe, expect, test } from "bun:test"
import type { RunId } from "../../schemas/run.ts"
import { aRun, type Fixture, minute, temporaryCatalogue } from "./samples.ts"

let fixture: Fixture
let catalogue: Fixture["catalogue"]
beforeEach(() => {
  fixture = temporaryCatalogue()
  catalogue = fixture.catalogue
})
afterEach(() => fixture.remove())

const runId = (id: string) => id as RunId

describe("logs", () => {
  test("come back oldest first, at the level asked for or above", () => {
    catalogue.addRun(aRun("r1"))
    catalogue.log(runId("r1"), minute(0), "debug", "a detail")
    const line = catalogue.log(runId("r1"), minute(1), "warn", "a warning")
    catalogue.log(runId("r1"), minute(1), "info", "a step")
    expect(line).toEqual({ id: 2, at: minute(1).toISOString(), level: "warn", message: "a warning" })
    expect(catalogue.logs("r1", "debug").map(({ message }) => message)).toEqual([
      "a detail",
      "a warning",
      "a step",
    ])
    expect(catalogue.logs("r1", "warn")).toEqual([line])
    expect(catalogue.logs("nobody", "debug")).toEqual([])
  })

  test("keep the newest 5,000 lines of an owner and touch no other's", () => {
    catalogue.addRun(aRun("r1"))
    catalogue.addRun(aRun("r2"))
    catalogue.log(runId("r2"), minute(0), "info", "mine")
    for (let n = 1; n <= 5_003; n++) catalogue.log(runId("r1"), minute(0), "info", `line ${n}`)
    const lines = catalogue.logs("r1", "debug")
    expect([lines.length, lines[0]?.message, lines.at(-1)?.message]).toEqual([5_000, "line 4", "line 5003"])
    expect(catalogue.logs("r2", "debug")).toHaveLength(1)
  })

  test("cut a message that is out of all proportion", () => {
    catalogue.addRun(aRun("r1"))
    catalogue.log(runId("r1"), minute(0), "error", "x".repeat(1_000_000))
    expect(catalogue.logs("r1", "debug")[0]?.message.length).toBe(16_385)
  })

  test("belong to a run or a restore that exists", () => {
    expect(() => catalogue.log(runId("nobody"), minute(0), "info", "hello")).toThrow(
      "no run or restore nobody",
    )
  })
})
