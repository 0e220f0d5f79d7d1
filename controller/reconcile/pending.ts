// What is queued or running already, as far as new work would get in its way.
import type { Backup, BackupId } from "../../schemas/backup.ts"
import type { Restore } from "../../schemas/restore.ts"
import type { Run } from "../../schemas/run.ts"
import type { DatabaseId, JobId, ServerId } from "../../schemas/server.ts"
import type { Catalogue } from "../ports.ts"

/** The run of a whole job that waits for its turn. An ad-hoc backup of one database is none, nor is a retry, which may be of a part. */
export function waitingRun(catalogue: Catalogue, jobId: JobId): Run | undefined {
  return catalogue.queuedRuns(jobId).find(({ trigger }) => trigger !== "manual" && trigger !== "retry")
}

/** The retry of a job that waits for its turn. */
export function waitingRetry(catalogue: Catalogue, jobId: JobId): Run | undefined {
  return catalogue.queuedRuns(jobId).find(({ trigger }) => trigger === "retry")
}

/** The ad-hoc backup of a database that somebody asked for before. */
export function manualBackupOf(catalogue: Catalogue, databaseId: DatabaseId): Backup | undefined {
  const found = catalogue
    .unfinished()
    .backups.find((backup) => backup.databaseId === databaseId && backup.trigger === "manual")
  return found && catalogue.backup(found.id)
}

export function restoreInto(catalogue: Catalogue, server: ServerId, database: string): Restore | undefined {
  return catalogue
    .unfinished()
    .restores.find(({ serverId, targetDatabase }) => serverId === server && targetDatabase === database)
}

/** The restore that reads a backup. */
export function restoreOf(catalogue: Catalogue, id: BackupId): Restore | undefined {
  return catalogue.unfinished().restores.find(({ backupId }) => backupId === id)
}
