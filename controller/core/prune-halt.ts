// Whether old backups of a server may be deleted after a run: not while what is newest there may be worth nothing.
import { isDamage, meaningOf, type Problem } from "../../schemas/errors.ts"
import type { Doubt } from "../ports.ts"

/** Until when nothing is pruned, as facts; null when it may be. */
export function pruneHalt(
  /** What went wrong in the run. */
  problems: readonly Problem[],
  /** Backups of the server that are the newest of their job and cannot be counted on: suspect ones that nobody has accepted, damaged ones. */
  doubts: readonly Pick<Doubt, "database" | "backupId" | "problem">[],
  /** Not null while the catalogue is being made again: what it does not know yet may be what is to be kept. */
  mending: unknown = null,
): string | null {
  if (mending !== null) return "the catalogue, which was damaged, is compared with every destination"
  const [doubt] = doubts
  if (doubt && isDamage(doubt.problem))
    return `a good backup of ${doubt.database} follows the damaged one, or a copy of that is put right: ${doubt.backupId}`
  if (doubt)
    return `the suspect backup of ${doubt.database} is accepted or deleted, or a good one follows it: ${doubt.backupId}`
  const stops = problems.some(({ code }) => meaningOf(code).next === "stop-and-alert")
  return stops ? "a run succeeds again" : null
}
