// What a destination is told beside the bytes: the same of a copy that is made at once and of one that is made later.
import { expect, test } from "bun:test"
import { keepingOf, keepingOfManifest } from "../../controller/core/keeping.ts"
import type { JobLabels } from "../../schemas/labels.ts"
import { aManifest } from "../state/samples.ts"

const at = new Date("2026-11-24T02:00:00Z")
const manifest = aManifest("b1", "run")
const backup = { id: manifest.id, serverName: manifest.server.name, subject: manifest.subject }
const job = (lock: JobLabels["lock"]) => ({ name: manifest.job, spec: { lock } })
const about = {
  server: manifest.server.name,
  database: manifest.subject.kind === "database" ? manifest.subject.name : "globals",
  job: manifest.job,
  backup: manifest.id,
}

test("a first backup is of unknown size, and not locked unless its label says so", () => {
  expect(keepingOf(backup, job("none"), at, undefined)).toEqual({ about })
})

test("a later one is expected to be as large as the last good one", () => {
  expect(keepingOf(backup, job("none"), at, { storedBytes: 77 })).toEqual({ about, expectedBytes: 77 })
})

test("a lock counts from the start of the backup", () => {
  const { lockedUntil } = keepingOf(backup, job(86_400), at, undefined)
  expect(lockedUntil).toEqual(new Date("2026-11-25T02:00:00Z"))
})

test("a copy that is made days later is locked until the same moment as the others", () => {
  const startedAt = at.toISOString()
  const of = (lock: string) => keepingOfManifest({ ...manifest, startedAt, spec: { ...manifest.spec, lock } })
  const known = { about, expectedBytes: manifest.proof.storedBytes }
  expect(of("86400")).toEqual({ ...known, lockedUntil: new Date("2026-11-25T02:00:00Z") })
  expect(of("1d")).toEqual(of("86400"))
  for (const none of ["none", "", "soon"]) expect(of(none)).toEqual(known)
  expect(keepingOfManifest({ ...manifest, spec: {} })).toEqual(known)
})
