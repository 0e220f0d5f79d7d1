// Whether old backups of a server may be deleted after a run: not while what is newest there may be worth nothing.
import { meaningOf, type Problem } from "../../schemas/errors.ts"

/** Until when nothing is pruned, as facts; null when it may be. */
export function pruneHalt(
  /** What went wrong in the run. */
  problems: readonly Problem[],
  /** Suspect backups of the server that nobody has accepted. */
  doubts: readonly { readonly database: string; readonly backupId: string }[],
  /** Not null while the catalogue is being made again: what it does not know yet may be what is to be kept. */
  mending: unknown = null,
): string | null {
  if (mending !== null) return "the catalogue, which was damaged, is compared with every destination"
  const [doubt] = doubts
  if (doubt)
    return `the suspect backup of ${doubt.database} is accepted or deleted, or a good one follows it: ${doubt.backupId}`
  const stops = problems.some(({ code }) => meaningOf(code).next === "stop-and-alert")
  return stops ? "a run succeeds again" : null
}
