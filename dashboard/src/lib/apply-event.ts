// What an event changes in the cache: progress and log lines are put in, everything else is asked for again.
import type { QueryClient } from "@tanstack/react-query"
import type { Event, getRun } from "../../../schemas/api.ts"
import type { Backup } from "../../../schemas/backup.ts"
import type { Restore } from "../../../schemas/restore.ts"
import type { LogLine } from "../../../schemas/run.ts"
import type { VerifyTask } from "../../../schemas/verify-task.ts"
import type { Listed, ResponseOf } from "./api.ts"
import { keys } from "./queries/keys.ts"

export function applyEvent(client: QueryClient, event: Event): void {
  const stale = (...queryKeys: readonly (readonly unknown[])[]) => {
    for (const queryKey of queryKeys) void client.invalidateQueries({ queryKey })
  }
  switch (event.name) {
    case "server.changed":
      stale(keys.servers, keys.serverDetails, keys.databases, keys.schedules, keys.status)
      break
    case "problem.changed":
      stale(keys.servers, keys.serverDetails, keys.databases, keys.status, keys.catalogue)
      break
    case "settings.changed":
      stale(keys.settings, keys.buckets, keys.servers, keys.databases, keys.schedules, keys.status)
      break
    case "run.updated":
      stale(keys.runs, keys.serverDetails, keys.schedules, keys.status, keys.logs(event.data.runId))
      break
    case "backup.updated":
      stale(keys.backupLists, keys.backup(event.data.backupId), keys.runs)
      stale(keys.serverDetails, keys.databases, keys.status, keys.stats)
      break
    case "restore.updated":
      restoreUpdated(client, event.data, stale)
      break
    case "verify.updated":
      verificationUpdated(client, event.data, stale)
      break
    case "run.progress":
      backupProgress(client, event.data)
      break
    case "run.log":
      appendLine(client, event.data.runId, event.data.line)
      break
    case "restore.log":
      appendLine(client, event.data.restoreId, event.data.line)
      break
  }
}

function backupProgress(
  client: QueryClient,
  { backupId, rawBytes, storedBytes }: Extract<Event, { name: "run.progress" }>["data"],
): void {
  const advance = (backup: Backup): Backup =>
    backup.id === backupId && backup.status === "running"
      ? { ...backup, progress: { ...backup.progress, rawBytes, storedBytes } }
      : backup
  client.setQueryData<Backup>(keys.backup(backupId), (backup) => backup && advance(backup))
  client.setQueriesData<Listed<Backup[]>>(
    { queryKey: keys.backupLists },
    (list) => list && { ...list, rows: list.rows.map(advance) },
  )
  client.setQueriesData<ResponseOf<typeof getRun>>(
    { queryKey: keys.runsWithBackups },
    (one) => one && { ...one, backups: one.backups.map(advance) },
  )
}

function restoreUpdated(
  client: QueryClient,
  { restoreId, status, storedBytes }: Extract<Event, { name: "restore.updated" }>["data"],
  stale: (...queryKeys: readonly (readonly unknown[])[]) => void,
): void {
  const known = client.getQueryData<Restore>(keys.restore(restoreId))
  // Only bytes moved: no need to ask.
  if (known?.status === "running" && status === "running" && storedBytes !== null) {
    const moved: Restore = { ...known, progress: { ...known.progress, storedBytes } }
    client.setQueryData<Restore>(keys.restore(restoreId), moved)
    return
  }
  stale(keys.restoreLists, keys.restore(restoreId), keys.databases, keys.status)
  if (status !== "running") stale(keys.logs(restoreId))
}

function verificationUpdated(
  client: QueryClient,
  { taskId, backupId, status, readBytes }: Extract<Event, { name: "verify.updated" }>["data"],
  stale: (...queryKeys: readonly (readonly unknown[])[]) => void,
): void {
  const tasks = client.getQueryData<VerifyTask[]>(keys.verificationTasks)
  const known = tasks?.find(({ id }) => id === taskId)
  // Only bytes moved: no need to ask. How many there are in all is told with the first.
  if (known?.status === "running" && known.totalBytes > 0 && status === "running" && readBytes !== null) {
    const moved = tasks?.map((task) => (task.id === taskId ? { ...known, readBytes } : task))
    client.setQueryData<VerifyTask[]>(keys.verificationTasks, moved)
    return
  }
  stale(keys.verificationTasks)
  // Also one without a verdict is told with its database.
  if (status !== "running" && status !== "queued")
    stale(keys.verificationsOf(backupId), keys.databases, keys.status)
}

function appendLine(client: QueryClient, owner: string, line: LogLine): void {
  client.setQueryData<LogLine[]>(keys.logs(owner), (lines) =>
    lines && (lines.at(-1)?.id ?? -1) < line.id ? [...lines, line] : lines,
  )
}
