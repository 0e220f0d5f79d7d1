// What was begun on a server and is to be undone there, and copies whose deletion has begun: remembered until it is done.
import { afterEach, beforeEach, describe, expect, test } from "bun:test"
import type { LooseEnd } from "../../controller/ports.ts"
import { openCatalogue } from "../../controller/state/open.ts"
import type { BackupId } from "../../schemas/backup.ts"
import type { ServerId } from "../../schemas/server.ts"
import { addGood, type Fixture, keyOf, minute, runId, server, temporaryCatalogue } from "./samples.ts"

let fixture: Fixture
beforeEach(() => {
  fixture = temporaryCatalogue()
})
afterEach(() => fixture.remove())

const owner = runId("r1")
const ends: readonly LooseEnd[] = [
  { owner, serverId: server, kind: "database", detail: { name: "half" } },
  {
    owner,
    serverId: server,
    kind: "hook",
    detail: { moment: "post", argv: ["a b", "é"], timeoutSeconds: 9, onError: "continue" },
  },
  { owner, serverId: server, kind: "tools", detail: null },
]

describe("a loose end", () => {
  test("is found by its server until it is tied up, also by the next process", () => {
    for (const end of [...ends, ...ends]) fixture.catalogue.addLooseEnd(end)
    expect(fixture.catalogue.looseEnds("other" as ServerId)).toEqual([])
    const next = openCatalogue(fixture.path)
    expect(next.looseEnds(server)).toEqual(ends)
    next.removeLooseEnd({ owner, kind: "hook" })
    expect(next.looseEnds(server).map(({ kind }) => kind)).toEqual(["database", "tools"])
    next.close()
  })
})

test("a copy whose deletion has begun is unfinished until it is deleted", () => {
  addGood(fixture.catalogue, "b0")
  fixture.catalogue.deletingCopy("b0" as BackupId, "local")
  fixture.catalogue.deletingCopy("b0" as BackupId, "local")
  const begun = [{ backupId: "b0" as BackupId, destination: "local", key: keyOf("b0") }]
  expect(fixture.catalogue.unfinished().deletions).toEqual(begun)
  fixture.catalogue.copyDeleted("b0" as BackupId, "local", minute(5))
  expect(fixture.catalogue.unfinished().deletions).toEqual([])
})

test("an installation keeps its name, and no two have the same", () => {
  const mine = fixture.catalogue.installation()
  expect(mine).toMatch(/^[0-9a-f]{16}$/)
  const again = openCatalogue(fixture.path)
  expect(again.installation()).toBe(mine)
  again.close()
  const other = temporaryCatalogue()
  expect(other.catalogue.installation()).not.toBe(mine)
  other.remove()
})
