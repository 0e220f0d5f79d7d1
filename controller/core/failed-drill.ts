// What the last drill of a database found wrong, or that there was none for too long, as far as nothing else tells it.
import type { Problem } from "../../schemas/errors.ts"
import type { Database } from "../../schemas/server.ts"

/** Null when it passed, or there was none, or its backup is said to be damaged already. */
export function failedDrill({ lastDrill, suspect }: Pick<Database, "lastDrill" | "suspect">): Problem | null {
  return lastDrill === null || lastDrill.backupId === suspect?.id ? null : lastDrill.problem
}

/** Null when drills come as they should, or the last one failed, which is what is to be told then. */
export function missedDrill({
  lastDrill,
  overdueDrill,
}: Pick<Database, "lastDrill" | "overdueDrill">): Problem | null {
  return lastDrill?.outcome === "failed" ? null : overdueDrill
}
