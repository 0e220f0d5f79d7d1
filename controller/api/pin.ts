// A person says that a backup is to be kept whatever retention says, or takes that back. Refused where it changes nothing.
import type { Backup } from "../../schemas/backup.ts"
import { Refusal } from "./refusal.ts"
import type { Services } from "./services.ts"

type Needed = Pick<Services, "catalogue" | "clock">

/** Records it, and says so in the log of the run that made the backup. Throws a Refusal, 409, for one that has not completed. */
export function pin({ catalogue, clock }: Needed, backup: Backup, reason: string): void {
  const at = clock()
  if (!catalogue.pinBackup(backup.id, at, reason)) {
    const hint = "Only one that is proven can be pinned: GET /api/backups?status=completed lists them."
    throw conflict(`backup ${backup.id} is ${backup.status}: there is nothing to keep`, hint)
  }
  catalogue.log(backup.runId, at, "info", `a person pinned the backup of ${backup.database}: ${reason}`)
}

/** The same, taken back. Throws a Refusal, 409, for one that is not pinned. */
export function unpin({ catalogue, clock }: Needed, backup: Backup): void {
  const at = clock()
  const isPinned = backup.status === "completed" && backup.pinned !== null
  if (!isPinned || !catalogue.pinBackup(backup.id, at, null))
    throw conflict(`backup ${backup.id} is not pinned`, "GET the backup: pinned says whether it is, and why.")
  const message = `a person unpinned the backup of ${backup.database}: retention decides about it again`
  catalogue.log(backup.runId, at, "info", message)
}

const conflict = (message: string, hint: string) =>
  new Refusal({ status: 409, code: "CONFLICT", message, hint })
