// A lock is a promise: where no destination can keep it, nothing is backed up by those labels; where some can, it is said which.
import { expect, test } from "bun:test"
import { type DerivationSettings, deriveServers } from "../../controller/core/server.ts"
import type { ContainerFacts } from "../../controller/ports.ts"
import { aContainer } from "./samples.ts"

const operator = (destinations: readonly string[], lockable?: readonly string[]): DerivationSettings => ({
  prefix: "dbbackup",
  discovery: "labels",
  timeZone: "UTC",
  policies: new Map(),
  defaults: {},
  keys: [],
  destinations,
  ...(lockable && { lockable }),
})
const labelled = (labels: Readonly<Record<string, string>>): ContainerFacts =>
  aContainer({
    labels: Object.fromEntries(
      Object.entries({ enable: "true", ...labels }).map(([key, value]) => [`dbbackup.${key}`, value]),
    ),
  })
const one = (container: ContainerFacts, settings: DerivationSettings) => {
  const [server] = deriveServers([container], settings, new Map(), () => "postgres")
  if (!server) throw new Error("no server")
  return server
}

test("without a bucket that can lock, nothing is backed up by labels that ask for it", () => {
  for (const settings of [operator(["local", "s3"]), operator(["local", "s3"], [])]) {
    const server = one(labelled({ lock: "30d" }), settings)
    expect(server).toMatchObject({ state: "misconfigured", jobs: [] })
    expect(server.problems).toMatchObject([
      {
        code: "label-not-in-force",
        key: "dbbackup.lock",
        message: "no destination of the job can lock a copy: local and s3 cannot",
      },
    ])
  }
})

test("with one that can, it is backed up, and said where copies are not locked", () => {
  const server = one(labelled({ lock: "30d" }), operator(["local", "s3"], ["s3"]))
  expect(server).toMatchObject({ state: "active", jobs: [{ spec: { lock: 2_592_000 } }] })
  expect(server.problems.map(({ message }) => message)).toEqual([
    "copies at local are not locked: only a bucket with a lockMode can do that",
  ])
})

test("a job that names only such buckets has no problem, nor has one that asks for no lock", () => {
  const settings = operator(["local", "s3"], ["s3"])
  expect(one(labelled({ "w.lock": "30d", "w.destinations": "s3" }), settings).problems).toEqual([])
  expect(one(labelled({ lock: "none" }), operator(["local"])).problems).toEqual([])
})
