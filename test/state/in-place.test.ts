// What the catalogue knows of a restore into a database that is there.
import { afterEach, beforeEach, expect, test } from "bun:test"
import type { BackupId } from "../../schemas/backup.ts"
import type { RestoreId } from "../../schemas/restore.ts"
import { addGood, aProblem, aRestore, type Fixture, minute, server, temporaryCatalogue } from "./samples.ts"

let fixture: Fixture
const id = "s1" as RestoreId

beforeEach(() => {
  fixture = temporaryCatalogue()
  const backup = addGood(fixture.catalogue, "b1")
  const swap = { keepSeconds: 0, endConnections: false }
  fixture.catalogue.addRestore(aRestore(id, backup, { mode: "replace", targetDatabase: "shop", swap }))
})
afterEach(() => fixture.remove())

test("it has no other database beside it, but may have a backup made before", () => {
  const { catalogue } = fixture
  expect(catalogue.restore(id)).toMatchObject({ mode: "replace", swap: null, safetyBackupId: null })
  catalogue.safetyBackupOf(id, "b1" as BackupId)
  expect(catalogue.restore(id)?.safetyBackupId as string).toBe("b1")
  catalogue.addRestore(aRestore("s2", "b1"))
  expect(catalogue.restore("s2")).not.toHaveProperty("safetyBackupId")
})

test("what has become of it is told once it is found out, and only of one that has not succeeded", () => {
  const { catalogue } = fixture
  catalogue.startRestore(id, minute(6))
  catalogue.amendRestore(id, aProblem({ message: "too early" }))
  expect(catalogue.restore(id)).toMatchObject({ status: "running" })
  catalogue.finishRestore(id, minute(7), { status: "interrupted", error: aProblem() })
  catalogue.amendRestore(id, aProblem({ message: "it was restored as a whole" }))
  expect(catalogue.restore(id)).toMatchObject({
    status: "interrupted",
    error: { message: "it was restored as a whole" },
  })
})

test("that its end is to be found out is known after a restart", () => {
  fixture.catalogue.addLooseEnd({
    owner: id,
    serverId: server,
    kind: "database",
    detail: { name: "shop", inPlace: "at-once" },
  })
  expect(fixture.catalogue.looseEnds(server)[0]).toMatchObject({
    detail: { name: "shop", inPlace: "at-once" },
  })
})
