// How large a backup is likely to be, by the newest good one that the same job made in the same way.
import type { DatabaseId } from "../../schemas/server.ts"
import type { ExpectedBytes } from "../core/room.ts"
import type { DesiredJob } from "../core/schedule-plan.ts"
import type { Catalogue } from "../ports.ts"

/** Null when there is none, or when what was compressed differently says nothing about the next. */
export function expectedBytes(
  catalogue: Pick<Catalogue, "newestGood" | "manifest">,
  job: DesiredJob,
  databaseId: DatabaseId,
): ExpectedBytes {
  const last = catalogue.newestGood(job.id, databaseId)
  if (last === undefined) return null
  const compressed = catalogue.manifest(last.id)?.spec?.compress
  return compressed === JSON.stringify(job.spec.compress) ? last.proof.storedBytes : null
}
