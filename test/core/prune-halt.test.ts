import { expect, test } from "bun:test"
import { pruneHalt } from "../../controller/core/prune-halt.ts"
import type { BackupId } from "../../schemas/backup.ts"
import { aDoubt, aProblem } from "../state/samples.ts"

const doubt = { database: "shop", backupId: "b7" as BackupId, problem: aDoubt }

test("nothing stands in the way after a run in which nothing, or something harmless, went wrong", () => {
  expect(pruneHalt([], [])).toBeNull()
  expect(pruneHalt([aProblem({ code: "database-gone" })], [])).toBeNull()
})

test("what calls for an alarm stops pruning until it works again", () => {
  expect(pruneHalt([aProblem(), aProblem({ code: "dump-truncated" })], [])).toBe("a run succeeds again")
})

test("a catalogue that is being made again stops it, whatever else is well", () => {
  expect(pruneHalt([], [], { done: ["local"] })).toContain("is compared with every destination")
})

test("a suspect backup stops it, also one of an earlier run, until somebody has decided", () => {
  const halt = pruneHalt([], [doubt])
  expect(halt).toContain("shop")
  expect(halt).toContain("b7")
  expect(pruneHalt([aProblem({ code: "backup-suspect" })], [doubt])).toBe(halt)
})

test("a damaged one stops it, too, until a good one follows it or it is put right: nobody can accept that", () => {
  const halt = pruneHalt([], [{ ...doubt, problem: aProblem({ code: "copy-mismatch" }) }])
  expect(halt).toContain("b7")
  expect(halt).toContain("damaged")
  expect(halt).not.toContain("accepted")
})
