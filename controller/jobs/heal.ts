// A copy that was found bad and is made again from a good one: that it was healed is said, and kept with what was found before.
import { isBad } from "../../schemas/backup.ts"
import type { Problem } from "../../schemas/errors.ts"
import type { Fill } from "../core/back-fill-plan.ts"
import { type FillDeps, fillCopy } from "./back-fill.ts"
import { journalOf } from "./journal.ts"

/** As `fillCopy`. */
export async function fillOrHeal(
  deps: FillDeps,
  fill: Fill,
  signal: AbortSignal,
): Promise<Problem | undefined> {
  const { catalogue, clock } = deps
  const { backup, to } = fill
  const wasBad = backup.copies.some((copy) => copy.destination === to.destination && isBad(copy))
  const startedAt = clock().toISOString()
  const problem = await fillCopy(deps, fill, signal)
  const now = catalogue.backup(backup.id)
  const copies = now?.status === "completed" ? now.copies : []
  const stored = copies.some(({ destination, state }) => destination === to.destination && state === "stored")
  if (!wasBad || problem || !stored) return problem
  const { storedBytes, storedSha256 } = backup.proof
  const report = [
    `it was bad, and was made again: ${storedBytes} bytes, with the sha-256 recorded: ${storedSha256}`,
  ]
  catalogue.addVerification(backup.id, {
    ...{ level: "checksum", destination: to.destination, outcome: "passed", report },
    ...{ startedAt, finishedAt: clock().toISOString(), readBytes: storedBytes },
  })
  const journal = journalOf(deps, backup.runId, { backupId: backup.id, destination: to.destination })
  journal("warn", `the bad copy of ${backup.database} at ${to.destination} was healed from a good one`)
  return undefined
}
