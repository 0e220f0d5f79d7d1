import { expect, setDefaultTimeout, test } from "bun:test"
import fc from "fast-check"
import type { BackupId } from "../../schemas/backup.ts"
import type { RunId } from "../../schemas/run.ts"
import {
  aBackup,
  aManifest,
  aProblem,
  aRun,
  minute,
  planned,
  storedCopy,
  temporaryCatalogue,
} from "./samples.ts"

setDefaultTimeout(120_000)

const steps = ["start", "complete", "fail", "cancel", "interrupt"] as const
type Step = (typeof steps)[number]

/** The whole rule, said once more: where each step leads from each state; missing means refused. */
const rule: Record<string, Partial<Record<Step, string>>> = {
  queued: { start: "running", fail: "failed", cancel: "cancelled", interrupt: "interrupted" },
  running: { complete: "completed", fail: "failed", cancel: "cancelled", interrupt: "interrupted" },
}
const ends = { fail: "failed", cancel: "cancelled", interrupt: "interrupted" } as const

test("whatever is tried in whatever order, only allowed transitions happen, and every state can be read", () => {
  const fixture = temporaryCatalogue()
  const { catalogue } = fixture
  let count = 0
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...steps), { maxLength: 6 }), (tried) => {
      const id = `p${count++}`
      const run = `run-${id}` as RunId
      const backup = id as BackupId
      catalogue.addRun(aRun(run))
      catalogue.addBackup(aBackup(id, run))
      const act: Record<Step, () => void> = {
        start: () => catalogue.startBackup(backup, minute(1), planned(id)),
        complete: () =>
          catalogue.finishBackup(backup, minute(2), {
            status: "completed",
            manifest: aManifest(id, run),
            copies: [storedCopy(id)],
          }),
        fail: () => catalogue.finishBackup(backup, minute(2), { status: ends.fail, error: aProblem() }),
        cancel: () => catalogue.finishBackup(backup, minute(2), { status: ends.cancel, error: aProblem() }),
        interrupt: () =>
          catalogue.finishBackup(backup, minute(2), { status: ends.interrupt, error: aProblem() }),
      }
      let state = "queued"
      for (const step of tried) {
        const next = rule[state]?.[step]
        if (next === undefined) expect(act[step]).toThrow(`backup ${id} is ${state}`)
        else act[step]()
        state = next ?? state
        expect(String(catalogue.backup(id)?.status)).toBe(state)
        expect(catalogue.manifest(id) !== undefined).toBe(state === "completed")
      }
      const left = catalogue.unfinished().backups.some((found) => found.id === backup)
      expect(left).toBe(state === "queued" || state === "running")
    }),
    { numRuns: 60 },
  )
  fixture.remove()
})
