// Restores the newest backup of a server's database beside the original, and compares the two row by row.
import type { CompletedBackup } from "../../../schemas/backup.ts"
import type { Controller } from "./api.ts"
import { compareDatabases } from "./compare.ts"
import { restoredName, type SampleServer } from "./servers.ts"
import { containerOf } from "./stack.ts"

export interface RestoreResult {
  readonly databaseId: string
  readonly tables: number
  readonly rows: number
  /** What differs between the original and the restored database, in words; empty when nothing does. */
  readonly differences: readonly string[]
}

export async function restoreAndCompare(
  controller: Controller,
  backups: readonly CompletedBackup[],
  { service, restored: database }: SampleServer,
): Promise<RestoreResult> {
  const backup = backups.find((candidate) => candidate.engine === service && candidate.database === database)
  if (backup === undefined) throw new Error(`${service}/${database} has no backup to restore`)
  const name = restoredName(database)
  const restore = await controller.restore(backup.id, backup.databaseId, name)
  if (restore.status !== "completed") {
    const why = "error" in restore ? `: ${restore.error.message}` : ""
    throw new Error(`the restore of ${service}/${database} is ${restore.status}${why}`)
  }
  const { tables, rows, differences } = await compareDatabases(service, containerOf(service), database, name)
  return {
    databaseId: backup.databaseId,
    tables,
    rows,
    differences: [...differences, ...restore.differences].map((text) => `${service}/${name}: ${text}`),
  }
}
