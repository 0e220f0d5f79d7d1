import { expect, test } from "bun:test"
import fc from "fast-check"
import { copiesToTry, isOfOneCopy, nearestFirst } from "../../controller/core/copy-order.ts"
import type { Copy } from "../../schemas/backup.ts"
import { faultCodes } from "../../schemas/errors.ts"
import { aProblem } from "../state/samples.ts"

const stored = (destination: string): Copy => ({
  state: "stored",
  destination,
  key: "k",
  storedAt: "2026-03-01T02:00:00.000Z",
})
const kinds: Readonly<Record<string, "local" | "s3">> = {
  disk: "local",
  nas: "local",
  offsite: "s3",
  far: "s3",
}
const order = (...names: string[]) =>
  nearestFirst({ copies: names.map(stored) }, (name) => kinds[name]).copies.map(
    ({ destination }) => destination,
  )

test("folders come before buckets, and what is not defined any more comes last; else the order stays", () => {
  expect(order("gone", "offsite", "nas", "far", "disk")).toEqual(["nas", "disk", "offsite", "far", "gone"])
})

test("no copy is lost or made by the order", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.constantFrom("disk", "nas", "offsite", "far", "gone")), (names) => {
      expect(order(...names).toSorted()).toEqual(names.toSorted())
    }),
  )
})

test("only stored copies are restored from; where none is, the bad ones, for somebody may have put the bytes back", () => {
  const error = aProblem({ code: "copy-mismatch" })
  const bad: Copy = { state: "failed", destination: "disk", key: "k", error }
  const missed: Copy = {
    ...bad,
    destination: "offsite",
    error: aProblem({ code: "destination-unavailable" }),
  }
  const tried = (...copies: Copy[]) => copiesToTry({ copies }).map(({ destination }) => destination)
  expect(tried(bad, stored("nas"), missed)).toEqual(["nas"])
  expect(tried(missed, bad)).toEqual(["disk"])
  expect(tried(missed)).toEqual([])
})

test("another copy is tried for what is of one copy or of its place, and for nothing else", () => {
  expect(faultCodes.filter((code) => isOfOneCopy({ code })).toSorted()).toEqual([
    "copy-mismatch",
    "copy-missing",
    "destination-unavailable",
    "destination-unknown",
    "not-found",
  ])
})
