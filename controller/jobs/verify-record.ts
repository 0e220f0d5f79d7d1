// Writes down what was seen of a copy: it is right, or it is nothing to restore from until it is made again, said loudly.
import type { CompletedBackup } from "../../schemas/backup.ts"
import type { Problem } from "../../schemas/errors.ts"
import type { Verification, VerifyLevel } from "../../schemas/verification.ts"
import { Fault, inFull } from "../core/fault.ts"
import type { Finding, ReadableCopy } from "../core/verify-plan.ts"
import type { Catalogue, Clock, Log } from "../ports.ts"
import { journalOf } from "./journal.ts"

export interface Seen {
  readonly backup: CompletedBackup
  readonly copy: ReadableCopy
  readonly level: VerifyLevel
  readonly startedAt: Date
  readonly finding: Finding
  /** Keep in the history only what is bad: nobody asked for the look. */
  readonly quiet?: boolean
}

/** Throws a Fault `not-found`, and records nothing, when the copy was deleted while it was read. */
export function record(
  deps: { readonly catalogue: Catalogue; readonly clock: Clock; readonly log: Log },
  { backup, copy, level, startedAt, finding, quiet = false }: Seen,
): Verification {
  const { catalogue, clock } = deps
  const { destination } = copy
  const journal = journalOf(deps, backup.runId, { backupId: backup.id, destination })
  const what = `the copy of ${backup.database} at ${destination}`
  const now = clock()
  const times = { startedAt: startedAt.toISOString(), finishedAt: now.toISOString() }
  const base = { level, destination, ...times, readBytes: backup.proof.storedBytes }
  if (finding.good) {
    if (copy.state === "stored") catalogue.copyChecked(backup.id, destination, now)
    else if (!catalogue.copyStored(backup.id, destination, now, "hash")) throw deletedMeanwhile(what)
    else journal("info", `${what} is right again`)
    const { report, recoverySeconds } = finding
    const passed: Verification = {
      ...{ ...base, outcome: "passed", report: [...report] },
      ...(recoverySeconds !== undefined && { recoverySeconds }),
    }
    if (!quiet) {
      catalogue.addVerification(backup.id, passed)
      journal("info", `${what} was verified (${level}): ${finding.report.join("; ")}`)
    }
    return passed
  }
  const { problem } = finding
  if (finding.of === "copy") markBad(catalogue, backup, copy, problem, what)
  const failed: Verification = { ...base, outcome: "failed", problem }
  catalogue.addVerification(backup.id, failed)
  const kind = finding.of === "copy" ? what : `the backup of ${backup.database}`
  journal("error", `${kind} is bad: ${inFull(problem)}`)
  return failed
}

function markBad(
  catalogue: Catalogue,
  { id }: CompletedBackup,
  copy: ReadableCopy,
  problem: Problem,
  what: string,
): void {
  // One code for a copy that is bad, whether its bytes are others or gone: what is done about it is the same.
  const bad = { ...problem, code: "copy-mismatch" as const }
  if (copy.state === "failed") catalogue.copyFailed(id, copy, bad)
  else if (!catalogue.copyBad(id, copy.destination, bad)) throw deletedMeanwhile(what)
}

const deletedMeanwhile = (what: string) =>
  new Fault("not-found", `${what} was deleted while it was read`, {
    hint: "Nothing is wrong with the backup.",
  })
