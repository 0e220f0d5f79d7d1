// What a change of a server of the API comes to, and when it takes the password again.
import { expect, test } from "bun:test"
import { placeAfter, placeOfNew, requirePasswordAgain } from "../../controller/core/kept-place.ts"
import { ChangedServer, type KeptPlace, TriedServer } from "../../schemas/kept-server.ts"

const read = (pem: string) => `read ${pem}`
const before: KeptPlace = {
  ...{ type: "postgres", host: "db", port: 5432, user: "backup" },
  tls: { mode: "verify-ca", ca: "CA" },
  labels: { schedule: "hourly", retention: "7d" },
}
const after = (changes: object, place = before) => placeAfter(place, ChangedServer.parse(changes), read)

test("a new one checks certificates unless told otherwise, and has no key that was not given", () => {
  const place = placeOfNew(
    TriedServer.parse({ type: "mysql", host: "db", username: "x", password: "p" }),
    read,
  )
  expect(place).toEqual({
    ...{ type: "mysql", host: "db", user: "x", labels: {} },
    tls: { mode: "verify-full" },
  })
  expect(
    placeOfNew(TriedServer.parse({ type: "mysql", host: "db", user: "x", ssl: { ca: "A" } }), read).tls,
  ).toEqual({
    ...{ mode: "verify-full", ca: "read A" },
  })
})

test("what a change leaves out stays, labels and tls are replaced as a whole, single words go beside them", () => {
  expect(after({ user: "other" })).toEqual({
    ...before,
    user: "other",
    tls: { mode: "verify-ca", ca: "read CA" },
  })
  expect(after({ labels: { schedule: "daily" } }).labels).toEqual({ schedule: "daily" })
  expect(after({ enabled: false }).labels).toEqual({ ...before.labels, paused: "true" })
  expect(after({ tls: { mode: "require" } }).tls).toEqual({ mode: "require" })
})

test("one way to the password takes the place of another", () => {
  const variable = after({ passwordVariable: "DBBACKUP_SERVER_X" })
  expect(variable.passwordVariable).toBe("DBBACKUP_SERVER_X")
  expect(after({ user: "y" }, variable).passwordVariable).toBe("DBBACKUP_SERVER_X")
  expect(after({ password: "p" }, variable).passwordVariable).toBeUndefined()
  const file = after({ passwordFile: "/run/secrets/dbbackup-server-x" }, variable)
  expect([file.passwordFile, file.passwordVariable]).toEqual(["/run/secrets/dbbackup-server-x", undefined])
})

test("a password is asked for again when it would go elsewhere or past another certificate, and not otherwise", () => {
  const asks = (changes: Partial<KeptPlace>) => {
    try {
      requirePasswordAgain(before, { ...before, ...changes })
      return false
    } catch {
      return true
    }
  }
  for (const elsewhere of [
    { host: "other" },
    { port: 5433 },
    { type: "mysql" },
    { tls: { mode: "verify-ca", ca: "another" } },
    { tls: { mode: "verify-ca" } },
    { tls: { mode: "disable", ca: "CA" } },
  ] as const)
    expect([elsewhere, asks(elsewhere)]).toEqual([elsewhere, true])
  for (const same of [{}, { user: "other" }, { labels: {} }, { port: undefined }] as const)
    expect([same, asks(same)]).toEqual([same, false])
})
