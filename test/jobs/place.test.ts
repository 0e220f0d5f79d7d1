// Where a job's tools run, and which versions of foreign ones are taken.
import { expect, test } from "bun:test"
import type { Probe } from "../../controller/engines/engine.ts"
import { asJobSays, placeOf, requireRecentTool } from "../../controller/jobs/place.ts"
import type { Engine } from "../../schemas/scalar.ts"
import { target } from "./fake-server.ts"

const helper = { memoryBytes: 7, images: { postgres: "tools:17" } }
const containerId = target.container.id

test("tools run in the server's own container unless told otherwise", () => {
  expect(placeOf(target, "postgres")).toEqual({ containerId })
  expect(placeOf({ ...target, method: "exec", helper }, "postgres")).toEqual({ containerId })
})

test("a helper is of the server's own image, or of the one that the operator names for its engine", () => {
  const beside = { ...target, method: "helper", helper } as const
  expect(placeOf(beside, "postgres")).toEqual({ containerId, helper: { image: "tools:17", memoryBytes: 7 } })
  expect(placeOf(beside, "mysql")).toEqual({ containerId, helper: { image: null, memoryBytes: 7 } })
  expect(placeOf(beside, null)).toEqual({ containerId, helper: { image: null, memoryBytes: 7 } })
})

test("a job goes before what is usual for its server", () => {
  expect(asJobSays({ ...target, method: "helper" }, { method: "exec" }).method).toBe("exec")
  expect(asJobSays({ ...target, method: "helper" }, undefined).method).toBe("helper")
})

const taken = (
  engine: Engine,
  toolVersion: string,
  serverVersion: string,
  image: string | null = "tools:1",
) => {
  const probe = { engine, tool: "pg_dump", toolVersion, serverVersion } as Probe
  try {
    requireRecentTool({ containerId, helper: { image, memoryBytes: 7 } }, probe)
    return true
  } catch (error) {
    expect(error).toMatchObject({ code: "tool-missing", hint: expect.stringContaining("helper.images") })
    return false
  }
}

test("tools older than their server are refused: by the first number for PostgreSQL, by two for the others", () => {
  expect(taken("postgres", "17.1", "17.9")).toBe(true)
  expect(taken("postgres", "18beta1", "17.9")).toBe(true)
  expect(taken("postgres", "15.9", "17.1")).toBe(false)
  expect(taken("mysql", "8.4.0", "8.0.40")).toBe(true)
  expect(taken("mysql", "8.0.40", "8.4.0")).toBe(false)
  expect(taken("mariadb", "11.4.2", "10.11.5")).toBe(true)
  expect(taken("mariadb", "10.6.1", "10.11.0")).toBe(false)
})

test("the server's own tools are of its version, whatever they call themselves", () => {
  expect(taken("mariadb", "10.19", "11.8.3", null)).toBe(true)
})
