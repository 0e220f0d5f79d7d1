// What several jobs can load at once, and what the plan says of it.
import { expect, test } from "bun:test"
import { loadJobs, parallelSteps, parallelWarnings } from "../../controller/core/parallel-load.ts"
import { aKnownManifest, aSurvey } from "./records.ts"

const archive = aKnownManifest({ format: "archive" })
const ofPart = {
  content: "all" as const,
  tables: ["public.item"],
  leftOut: ["public.line"],
  withoutRows: [],
  wanted: { tables: 1 },
}
const inTimescale = { attributes: { timescaledb: "2.19.3" }, tables: 1 }

test("a whole archive is loaded by as many jobs as were asked for, by one when none were", () => {
  expect(loadJobs(archive, { jobs: 4 })).toBe(4)
  expect(loadJobs(archive, {})).toBe(1)
})

test.each([
  ["SQL text", aKnownManifest({ format: "sql" }), {}, "SQL text"],
  ["a part", aKnownManifest({ part: ofPart }), {}, "without some"],
  ["chosen tables", archive, { tables: ["public.item"] }, "without some"],
  ["TimescaleDB", aKnownManifest({ facts: inTimescale }), {}, "TimescaleDB"],
] as const)("%s is not, and the reason is told; one job may be asked for", (_, manifest, options, why) => {
  expect(() => loadJobs(manifest, { ...options, jobs: 2 })).toThrow(why)
  expect(loadJobs(manifest, { ...options, jobs: 1 })).toBe(1)
})

test("the plan says what several need meanwhile, and warns where that is not there", () => {
  const { rawBytes } = archive.proof
  expect(parallelSteps(archive, 1)).toEqual([])
  expect(parallelSteps(archive, 3)).toEqual([expect.stringContaining(`${rawBytes} bytes, into a file`)])
  const warned = (temporaryBytes: number | null, jobs = 2) =>
    parallelWarnings(archive, jobs, aSurvey({ temporaryBytes }))
  expect(warned(rawBytes - 1)).toEqual([expect.stringMatching(/^Room: 2 jobs need \d+ bytes/)])
  expect([warned(rawBytes + 1), warned(null), warned(1, 1)]).toEqual([[], [], []])
  expect(parallelWarnings(archive, 2, null)).toEqual([])
})
