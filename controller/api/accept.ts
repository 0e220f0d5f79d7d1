// A person says that a suspect backup is right. Refused where there is nothing to decide.
import { type Backup, isDoubted } from "../../schemas/backup.ts"
import { Refusal } from "./refusal.ts"
import type { Services } from "./services.ts"

/** Records it, and says so in the log of the run that made the backup. Throws a Refusal, 409, for one that is not suspect. */
export function accept({ catalogue, clock }: Pick<Services, "catalogue" | "clock">, backup: Backup): void {
  const at = clock()
  if (!isDoubted(backup) || !catalogue.acceptBackup(backup.id, at)) throw notSuspect(backup)
  const message = `a person accepted the suspect backup of ${backup.database}: it is good, and the next is compared with it`
  catalogue.log(backup.runId, at, "info", message)
}

function notSuspect(backup: Backup): Refusal {
  const acceptedAt = backup.status === "completed" ? backup.acceptedAt : null
  const state = acceptedAt === null ? `is ${backup.status}, and not suspect` : `was accepted at ${acceptedAt}`
  return new Refusal({
    status: 409,
    code: "CONFLICT",
    message: `backup ${backup.id} ${state}`,
    hint: "Only a suspect backup can be accepted: GET /api/backups?suspect=true lists them.",
  })
}
