// `dbbackup accept BACKUP`: a person says that a suspect backup is right.
import { acceptBackup, getBackup } from "../../schemas/api.ts"
import type { Call } from "./client.ts"

/** What was in doubt, and that it is no more, in lines. */
export async function accept(call: Call, id: string): Promise<string> {
  const { data: before } = await call(getBackup, { params: { id } })
  const { data: backup } = await call(acceptBackup, { params: { id } })
  const doubt = before.status === "completed" && before.suspect ? `${before.suspect.message}\n` : ""
  return `${doubt}${backup.serverName}/${backup.database}, backup ${backup.id}: accepted. It is good, and the next one is compared with it`
}
