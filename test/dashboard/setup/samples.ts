// One of each thing the API speaks of, valid by its schema, with what a test wants to be different.
import type { z } from "zod"
import { type getStatus, ServerDetail } from "../../../schemas/api.ts"
import { Backup, type CompletedBackup } from "../../../schemas/backup.ts"
import type { Problem } from "../../../schemas/errors.ts"
import { JobView } from "../../../schemas/job.ts"
import { Restore, RestorePlan } from "../../../schemas/restore.ts"
import type { PlanDetails } from "../../../schemas/restore-details.ts"
import { noRetention } from "../../../schemas/retention.ts"
import { Run } from "../../../schemas/run.ts"
import { Database, Server } from "../../../schemas/server.ts"

const plainDetails: PlanDetails = {
  hash: "c".repeat(64),
  versions: { source: "17.6", target: "16.2" },
  timeGuess: { seconds: 90, from: "restores of this server" },
  freeBytes: 4 * 1024 ** 3,
  neededBytes: 1024 ** 3,
  connections: [],
  missing: { roles: [], extensions: [] },
  owners: "keep",
  lost: [],
  accounts: null,
}

export const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString()

export const refusedPassword: Problem = {
  code: "access-denied",
  message: "the password in POSTGRES_PASSWORD was refused",
  hint: "It only applies when the volume is first created.",
  key: null,
  suggestion: null,
}

export const lostRows: Problem = {
  code: "backup-suspect",
  message: "the backup of shop holds far less than the last good one: 2 tables instead of 20 (90 % less)",
  hint: "If that is right, accept it.",
  key: null,
  suggestion: null,
}

const asked = {
  id: "backup-1",
  runId: "run-1",
  jobId: "shop~db:default",
  serverId: "shop~db",
  serverName: "shop/db",
  databaseId: "shop~db:shop",
  database: "shop",
  kind: "database",
  engine: "postgres",
  type: "daily",
  trigger: "schedule",
  queuedAt: hoursAgo(2),
}

export function completedBackup(changes: Partial<z.input<typeof Backup>> = {}): CompletedBackup {
  const parsed = Backup.parse({
    ...asked,
    status: "completed",
    startedAt: hoursAgo(2),
    finishedAt: hoursAgo(2),
    durationSeconds: 12,
    fileName: "shop_daily_20261124_020000_0000000a.dump",
    compression: "zstd:3",
    encryption: null,
    proof: {
      exitCode: 0,
      end: "all 14 data blocks",
      rawBytes: 2048,
      rawSha256: "a".repeat(64),
      storedBytes: 1024,
      storedSha256: "b".repeat(64),
    },
    suspect: null,
    acceptedAt: null,
    pinned: null,
    lastVerified: null,
    copies: [{ state: "stored", destination: "local", key: "shop~db/shop/a.dump", storedAt: hoursAgo(2) }],
    ...changes,
  })
  if (parsed.status !== "completed") throw new Error(`a ${parsed.status} backup is not a completed one`)
  return parsed
}

export function runningBackup(): Backup {
  const progress = { rawBytes: 0, storedBytes: 0, lastStoredBytes: 1024 * 1024 }
  return Backup.parse({ ...asked, status: "running", startedAt: hoursAgo(0), progress })
}

export function failedBackup(): Backup {
  const times = { startedAt: hoursAgo(1), finishedAt: hoursAgo(1) }
  return Backup.parse({ ...asked, id: "backup-9", ...times, status: "failed", error: refusedPassword })
}

export function server(changes: Partial<z.input<typeof Server>> = {}): Server {
  return Server.parse({
    id: "shop~db",
    name: "shop/db",
    engine: "postgres",
    serverVersion: "17.6",
    managed: "label",
    project: "shop",
    service: "db",
    container: { id: "c1", name: "shop-db-1", image: "postgres:17", state: "running" },
    state: "active",
    why: "backed up by its job default",
    problems: [],
    jobs: ["default"],
    suggestedLabels: null,
    ...changes,
  })
}

export function database(changes: Partial<z.input<typeof Database>> = {}): Database {
  return Database.parse({
    id: "shop~db:shop",
    name: "shop",
    kind: "database",
    engine: "postgres",
    server: server(),
    managed: "label",
    state: "fresh",
    jobs: ["default"],
    problems: [],
    lastBackup: {
      id: "backup-1",
      finishedAt: hoursAgo(2),
      storedBytes: 1024,
      durationSeconds: 12,
      copies: ["local"],
    },
    lastAttempt: { id: "backup-1", status: "completed", at: hoursAgo(2), problem: null },
    suspect: null,
    heldPrune: null,
    lastDrill: null,
    drillWithoutVerdict: null,
    overdueDrill: null,
    nextRunAt: hoursAgo(-3),
    ...changes,
  })
}

export function job(changes: Partial<z.input<typeof JobView>> = {}): JobView {
  return JobView.parse({
    id: "shop~db:default",
    name: "default",
    serverId: "shop~db",
    serverName: "shop/db",
    managed: "label",
    enabled: true,
    pausedBy: null,
    type: "daily",
    schedule: "daily",
    cron: "0 2 * * *",
    timeZone: "UTC",
    retention: { ...noRetention, daily: 7 },
    destinations: ["local"],
    nextRunAt: hoursAgo(-3),
    settings: [
      { key: "schedule", value: "daily", source: "label" },
      { key: "timezone", value: "UTC", source: "settings" },
      { key: "retries", value: "3", source: "default" },
      { key: "paused", value: "false", source: "default" },
      { key: "hooks.pre", value: "", source: "default" },
    ],
    ...changes,
  })
}

export function serverDetail(changes: Partial<z.input<typeof ServerDetail>> = {}): ServerDetail {
  return ServerDetail.parse({ ...server(), schedules: [job()], databases: [database()], ...changes })
}

const runAsked = {
  id: "run-1",
  serverId: "shop~db",
  serverName: "shop/db",
  jobId: "shop~db:default",
  trigger: "schedule",
  queuedAt: hoursAgo(2),
  attempt: 1,
  retryOf: null,
}

export function queuedRun(changes: Readonly<Record<string, unknown>> = {}): Run {
  return Run.parse({ ...runAsked, status: "queued", ...changes })
}

/** It failed, and is tried again in a quarter of an hour. */
export function failedRun(changes: Readonly<Record<string, unknown>> = {}): Run {
  const times = { startedAt: hoursAgo(2), finishedAt: hoursAgo(1), retryAt: hoursAgo(-0.25) }
  return Run.parse({ ...runAsked, ...times, status: "failed", error: refusedPassword, ...changes })
}

type Status = z.output<typeof getStatus.response>

export function status(changes: Partial<Status> = {}): Status {
  return {
    version: "0.1.0",
    startedAt: hoursAgo(24),
    uptimeSeconds: 86_400,
    listening: { address: "127.0.0.1", port: 3000, loopbackOnly: true },
    discovery: "labels",
    labelPrefix: "dbbackup",
    timeZone: "UTC",
    pausedBy: null,
    docker: {
      state: "connected",
      endpoint: "unix:///var/run/docker.sock",
      version: "28.5.1",
      seenAt: hoursAgo(0),
      problem: null,
    },
    destinations: [
      {
        name: "local",
        kind: "local",
        location: "/backups",
        state: "up",
        freeBytes: 5 * 1024 ** 3,
        problem: null,
      },
    ],
    queue: { running: 0, queued: 0, maxConcurrent: 3 },
    verdict: {
      level: "ok",
      sentence: "All 2 databases are backed up; the oldest backup is 2 h old.",
      attention: [],
    },
    ...changes,
  }
}

export function restorePlan(changes: Partial<z.input<typeof RestorePlan>> = {}): RestorePlan {
  return RestorePlan.parse({
    backupId: "backup-1",
    serverId: "shop~db",
    serverName: "shop/db",
    engine: "postgres",
    sourceDatabase: "shop",
    targetDatabase: "shop_restored",
    mode: "new",
    destination: "local",
    storedBytes: 1024,
    rawBytes: 2048,
    backupFinishedAt: hoursAgo(2),
    steps: ["Create the database shop_restored", "Load the backup into it"],
    warnings: ["The backup is newer than the server"],
    ...plainDetails,
    ...changes,
  })
}

const restoreAsked = {
  id: "restore-1",
  backupId: "backup-1",
  databaseId: "shop~db:shop",
  serverId: "shop~db",
  serverName: "shop/db",
  sourceDatabase: "shop",
  targetDatabase: "shop_restored",
  mode: "new",
  swap: null,
  queuedAt: hoursAgo(0),
}

export function runningRestore(): Restore {
  const progress = { storedBytes: 0, totalBytes: 1024 }
  return Restore.parse({ ...restoreAsked, status: "running", startedAt: hoursAgo(0), progress })
}

export function completedRestore(differences: readonly string[] = []): Restore {
  return Restore.parse({
    ...restoreAsked,
    status: "completed",
    startedAt: hoursAgo(0),
    finishedAt: hoursAgo(0),
    durationSeconds: 3,
    restoredBytes: 2048,
    tables: 42,
    differences,
  })
}
