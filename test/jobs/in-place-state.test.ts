// What is said of a database that a restore went into when the controller was killed: it depends on how far it was, and on the engine.
import { afterEach, expect, test } from "bun:test"
import { recover } from "../../controller/jobs/recover.ts"
import type { BackupId } from "../../schemas/backup.ts"
import type { RestoreId } from "../../schemas/restore.ts"
import type { Engine } from "../../schemas/scalar.ts"
import { addGood, aRestore, type Fixture, minute, server, temporaryCatalogue } from "../state/samples.ts"

let fixture: Fixture
afterEach(() => fixture.remove())
const id = "s1" as RestoreId

async function hintAfter(
  engine: Engine,
  begun: "at-once" | "in-turns" | null,
  safetyBackup: string | null,
): Promise<string> {
  fixture = temporaryCatalogue()
  const { catalogue } = fixture
  const backup = addGood(catalogue, "b1", 0, { engine })
  const swap = { keepSeconds: 0, endConnections: false }
  catalogue.addRestore(aRestore(id, backup, { mode: "replace", targetDatabase: "sh'op", swap }))
  catalogue.startRestore(id, minute(6))
  if (safetyBackup) catalogue.safetyBackupOf(id, safetyBackup as BackupId)
  if (begun)
    catalogue.addLooseEnd({
      owner: id,
      serverId: server,
      kind: "database",
      detail: { name: "sh'op", inPlace: begun },
    })
  await recover(
    { catalogue, destinations: new Map(), clock: () => minute(9), log: () => {} },
    new AbortController().signal,
  )
  const restore = catalogue.restore(id)
  expect(restore?.status).toBe("interrupted")
  return (restore && "error" in restore && restore.error.hint) || ""
}

test("before anything was changed it is as it was, on every engine", async () => {
  for (const engine of ["postgres", "mysql"] as const) {
    expect(await hintAfter(engine, null, "b0")).toBe("sh'op is as it was: nothing had been changed yet.")
    fixture.remove()
  }
  fixture = temporaryCatalogue()
})

test("of one transaction it is found out at the server", async () => {
  expect(await hintAfter("postgres", "at-once", "b0")).toContain("found out at the next look at the server")
})

test("of one transaction that leaves no mark, nobody can find out", async () => {
  expect(await hintAfter("mariadb", "at-once", "b0")).toContain("Look at them before you restore once more")
})

test("of statements one by one, the way back is the command with the backup made before", async () => {
  expect(await hintAfter("mysql", "in-turns", "b0")).toBe(
    `sh'op is left half restored. To put it back as it was: dbbackup restore b0 --replace --as 'sh'\\''op' --on shop/db`,
  )
})

test("without that backup there is none", async () => {
  expect(await hintAfter("mysql", "in-turns", null)).toContain("no backup was made before")
})
