// Servers of the API as they are kept.

import { Database } from "bun:sqlite"
import { afterEach, beforeEach, expect, test } from "bun:test"
import type { KeptServer } from "../../controller/ports.ts"
import { openCatalogue } from "../../controller/state/open.ts"
import { minute, temporaryCatalogue } from "./samples.ts"

let file: ReturnType<typeof temporaryCatalogue>
beforeEach(() => {
  file = temporaryCatalogue()
})
afterEach(() => file.remove())

const legacy: KeptServer = {
  name: "legacy",
  place: {
    ...{ type: "postgres", host: "db.example.com", port: 5433, user: "backup" },
    tls: { mode: "verify-ca", ca: "-----BEGIN CERTIFICATE-----" },
    labels: { schedule: "hourly", "meta.owner": 'a "b"' },
  },
  password: "v1:sealed",
  createdAt: minute(0),
  updatedAt: minute(1),
}

test("a server reads back as it was saved, is replaced by its name, and forgotten by it", () => {
  file.catalogue.saveKeptServer(legacy)
  const other = { ...legacy, name: "another", password: null }
  file.catalogue.saveKeptServer(other)
  expect(file.catalogue.keptServers()).toEqual([other, legacy])
  const changed = { ...legacy, place: { ...legacy.place, host: "elsewhere" }, updatedAt: minute(2) }
  file.catalogue.saveKeptServer(changed)
  file.catalogue.forgetKeptServer("another")
  expect(file.catalogue.keptServers()).toEqual([changed])
})

test("one that cannot be read is told, and hides no other", () => {
  file.catalogue.saveKeptServer(legacy)
  file.catalogue.saveKeptServer({ ...legacy, name: "odd" })
  file.catalogue.close()
  const db = new Database(file.path)
  db.run("UPDATE kept_servers SET settings = '{\"type\": \"oracle\"}' WHERE name = 'odd'")
  db.close()
  const said: string[] = []
  const again = openCatalogue(file.path, undefined, { log: (_, message) => void said.push(message) })
  expect(again.keptServers()).toEqual([legacy])
  expect(said.join()).toContain("server odd of the API")
  again.close()
})
