// `dbbackup pin BACKUP REASON…` and `dbbackup unpin BACKUP`: what stays whatever retention says.
import { pinBackup, unpinBackup } from "../../schemas/api.ts"
import { Fault } from "../core/fault.ts"
import type { Call } from "./client.ts"

/** What was pinned, in a line. @param args the backup, and the words of the reason */
export async function pin(call: Call, [id, ...words]: readonly string[]): Promise<string> {
  const reason = words.join(" ")
  if (!id || !reason)
    throw new Fault("request-invalid", `${id ? "why it is to stay" : "a backup"} is missing`, {
      hint: "Write it as: dbbackup pin BACKUP before the migration.",
    })
  const { data: backup } = await call(pinBackup, { params: { id }, body: { reason } })
  return `${backup.serverName}/${backup.database}, backup ${backup.id}: pinned. It stays until somebody unpins it`
}

export async function unpin(call: Call, id: string): Promise<string> {
  const { data: backup } = await call(unpinBackup, { params: { id } })
  return `${backup.serverName}/${backup.database}, backup ${backup.id}: not pinned any more. Retention decides about it again`
}
