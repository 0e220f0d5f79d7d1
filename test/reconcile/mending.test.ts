// A damaged catalogue is compared with each destination until each has answered well; only then may it be relied on.
import { afterEach, beforeEach, expect, test } from "bun:test"
import { Fault } from "../../controller/core/fault.ts"
import { createMending } from "../../controller/reconcile/mending.ts"
import { createRebuilding } from "../../controller/reconcile/rebuilding.ts"
import type { RebuildReport } from "../../schemas/rebuild.ts"
import { type Fixture, minute, temporaryCatalogue } from "../state/samples.ts"
import { memoryDestination } from "../support/memory-destination.ts"
import { until } from "../support/until.ts"

let store: Fixture
let stop: AbortController
beforeEach(() => {
  store = temporaryCatalogue()
  stop = new AbortController()
})
afterEach(() => {
  stop.abort()
  store.remove()
})

const report: RebuildReport = {
  ...{ added: 1, copies: 0, known: 0, deleted: 0, servers: [], refused: [], refusedTotal: 0 },
  ...{ unsure: [], unsureTotal: 0 },
  ...{ withoutManifest: [], withoutManifestTotal: 0, foreign: 0, catalogue: { newest: null, taken: null } },
}

/** `failing`: what each destination says for so many times, by name. */
function mending(names: readonly string[], failing: Record<string, Fault[]> = {}, unfounded: Fault[] = []) {
  store.catalogue.saveMending({
    ...{
      since: minute(1),
      why: "the catalogue is damaged: app.db",
      setAside: "app.db.damaged-1",
      anew: true,
    },
    ...{ installation: null, copy: null, done: [] },
  })
  const destinations = new Map(names.map((name) => [name, memoryDestination(name)]))
  const asked: string[] = []
  const said: string[] = []
  const log = (_level: string, message: string) => void said.push(message)
  const rebuilding = createRebuilding({
    destinations,
    async work({ name }) {
      asked.push(name)
      const fault = failing[name]?.shift()
      if (fault) throw fault
      made.compared(name)
      return report
    },
    ...{ clock: () => minute(2), log, signal: stop.signal },
  })
  const made = createMending({
    ...{ catalogue: store.catalogue, destinations, rebuilding, log, signal: stop.signal },
    async forgetUnfounded() {
      const fault = unfounded.shift()
      if (fault) throw fault
    },
    events: { publish() {} },
    againMilliseconds: 5,
  })
  return { made, asked, said, rebuilding, destinations }
}
const away = () => new Fault("destination-unavailable", "connection refused")
const ended = () => until("it is mended", () => store.catalogue.mending() === null, 20)

test("every destination is asked, one that is away until it answers, and only then retention goes on", async () => {
  const nas = Array.from({ length: 10_000 }, away)
  const { made, asked, said } = mending(["local", "nas", "s3"], { nas })
  made.follow()
  await until("nas has failed", () => made.problem()?.message.includes("nas: connection refused"), 20)
  await until("the others have answered", () => store.catalogue.mending()?.done.length === 2, 20)
  nas.length = 0
  await ended()
  expect(asked.filter((name) => name !== "nas")).toEqual(["local", "s3"])
  expect(made.problem()).toBeNull()
  // A destination that stays away is told once, not at each try.
  expect(said.filter((line) => line.includes("could not be compared with nas"))).toHaveLength(1)
})

test("what a place claims to lack keeps it waiting, and the word of a person who rebuilds from it ends that", async () => {
  const doubt = () => new Fault("copy-missing", "9 of the 9 copies that the catalogue knows are not there")
  const { made, rebuilding } = mending(["local"], {}, Array.from({ length: 1000 }, doubt))
  made.follow()
  await until("it is in doubt", () => made.problem()?.message.includes("9 of the 9 copies"), 20)
  expect(made.problem()?.hint).toContain("dbbackup rebuild --from local")
  await until("a person's rebuild begins", () => {
    try {
      return rebuilding.begin("local")
    } catch {
      return undefined
    }
  })
  await ended()
})

test("where it began anew is taken up where it was, and a destination that is defined no more is not waited for", async () => {
  const { made, asked, destinations } = mending(["local", "old"])
  const now = store.catalogue.mending()
  store.catalogue.saveMending(now && { ...now, done: ["local"] })
  destinations.delete("old")
  made.follow()
  await ended()
  expect(asked).toEqual([])
})

test("says why, since which copy, what it reads, and where the damaged file is", () => {
  const { made } = mending(["local", "s3"])
  const now = store.catalogue.mending()
  store.catalogue.saveMending(now && { ...now, copy: { from: "s3", madeAt: minute(0) }, done: ["local"] })
  expect(made.problem()).toMatchObject({
    code: "catalogue-damaged",
    message:
      "the catalogue is damaged: app.db. It is being made again: a copy of 2026-03-01T02:00:00.000Z from s3 was taken in; waits for s3",
  })
  expect(made.problem()?.hint).toContain("app.db.damaged-1")
})
