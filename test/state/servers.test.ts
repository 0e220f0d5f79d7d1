import { Database } from "bun:sqlite"
import { afterEach, beforeEach, describe, expect, test } from "bun:test"
import { aServer, type Fixture, minute, server, temporaryCatalogue } from "./samples.ts"

let fixture: Fixture
let catalogue: Fixture["catalogue"]
beforeEach(() => {
  fixture = temporaryCatalogue()
  catalogue = fixture.catalogue
})
afterEach(() => fixture.remove())

/** Changes the file behind the catalogue's back. */
function tamper(sql: string): void {
  const db = new Database(fixture.path, { strict: true })
  db.run(sql)
  db.close()
}

describe("servers and databases", () => {
  test("a server is remembered as it was saved last", () => {
    catalogue.saveServer(aServer({ retiredAt: null }))
    const retired = aServer({ goodLabels: null, engine: null, retiredAt: minute(9), lastSeenAt: minute(8) })
    catalogue.saveServer(retired)
    expect(catalogue.servers()).toEqual([retired])
  })

  test("saving a server again keeps its databases", () => {
    catalogue.saveServer(aServer())
    catalogue.saveDatabases(server, ["users", "shop"], minute(0))
    catalogue.saveServer(aServer({ image: "postgres:18" }))
    expect(catalogue.databases(server)).toEqual(["shop", "users"])
  })

  test("a database missing at the last look is gone, and comes back when it is seen again", () => {
    catalogue.saveServer(aServer())
    catalogue.saveDatabases(server, ["shop", "users"], minute(0))
    catalogue.saveDatabases(server, ["shop"], minute(1))
    expect(catalogue.databases(server)).toEqual(["shop"])
    catalogue.saveDatabases(server, ["users", "shop"], minute(2))
    expect(catalogue.databases(server)).toEqual(["shop", "users"])
  })

  test("a server's row that cannot be read hides no other and is named in the log", () => {
    catalogue.saveServer(aServer())
    catalogue.saveServer(aServer({ id: "blog~db" as typeof server }))
    tamper("UPDATE servers SET engine = 'oracle' WHERE id = 'blog~db'")
    expect(catalogue.servers().map(({ id }) => id)).toEqual([server])
    expect(fixture.complaints.join()).toContain("server blog~db")
  })
})
