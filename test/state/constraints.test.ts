import { Database } from "bun:sqlite"
import { afterEach, beforeEach, describe, expect, test } from "bun:test"
import { addGood, aRestore, aRun, type Fixture, temporaryCatalogue } from "./samples.ts"

let fixture: Fixture
let catalogue: Fixture["catalogue"]
beforeEach(() => {
  fixture = temporaryCatalogue()
  catalogue = fixture.catalogue
})
afterEach(() => fixture.remove())

describe("the file itself refuses a row that claims too much", () => {
  const lies: Record<string, string> = {
    "a run that is running without a start": "UPDATE runs SET status = 'running' WHERE id = 'r1'",
    "a run that failed without a cause": "UPDATE runs SET status = 'failed', finished_at = 1 WHERE id = 'r1'",
    "a run in a state nobody knows": "UPDATE runs SET status = 'fine' WHERE id = 'r1'",
    "a completed backup without a manifest": "UPDATE backups SET manifest = NULL WHERE id = 'b1'",
    "a completed backup whose proof has another exit code":
      "UPDATE backups SET manifest = json_set(manifest, '$.proof.exitCode', 1) WHERE id = 'b1'",
    "a completed backup without a hash":
      "UPDATE backups SET manifest = json_remove(manifest, '$.proof.storedSha256') WHERE id = 'b1'",
    "a failed backup that has a manifest":
      "UPDATE backups SET status = 'failed', error = '{}' WHERE id = 'b1'",
    "a stored copy without a time": "UPDATE copies SET at = NULL",
    "a backup of a run that does not exist": "UPDATE backups SET run_id = 'nobody' WHERE id = 'b1'",
    "a restore that completed without counting tables":
      "UPDATE restores SET status = 'completed', started_at = 1, finished_at = 2 WHERE id = 's1'",
  }
  for (const [title, sql] of Object.entries(lies)) {
    test(title, () => {
      catalogue.addRun(aRun("r1"))
      addGood(catalogue, "b1")
      catalogue.addRestore(aRestore("s1", "b1"))
      const db = new Database(fixture.path, { strict: true })
      db.run("PRAGMA foreign_keys = ON")
      expect(() => db.run(sql)).toThrow(/constraint failed/)
      db.close()
    })
  }
})
