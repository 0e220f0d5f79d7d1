// What a person switched on or off, and takes back.
import { afterEach, beforeEach, expect, test } from "bun:test"
import type { Override } from "../../controller/ports.ts"
import { type Fixture, job, minute, temporaryCatalogue } from "./samples.ts"

let fixture: Fixture
beforeEach(() => {
  fixture = temporaryCatalogue()
})
afterEach(() => fixture.remove())

test("the last word counts, until it is taken back", () => {
  const off: Override = { jobId: job, enabled: false, at: minute(1) }
  const on: Override = { jobId: job, enabled: true, at: minute(2) }
  const { catalogue } = fixture
  expect(catalogue.overrides()).toEqual([])
  catalogue.saveOverride(off)
  expect(catalogue.overrides()).toEqual([off])
  catalogue.saveOverride(on)
  expect(catalogue.overrides()).toEqual([on])
  catalogue.removeOverride(job)
  expect(catalogue.overrides()).toEqual([])
})
