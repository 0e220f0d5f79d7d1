// A catalogue on a temporary file, and records to put into it. Each sample takes what a test wants to be different.
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { databaseIdOf, jobIdOf } from "../../controller/core/key.ts"
import type { NewBackup, NewRestore, NewRun, PlannedCopy, ServerRecord } from "../../controller/ports.ts"
import { type OpenCatalogue, openCatalogue } from "../../controller/state/open.ts"
import type { Event } from "../../schemas/api.ts"
import type { BackupId, Copy } from "../../schemas/backup.ts"
import type { Problem } from "../../schemas/errors.ts"
import type { Manifest } from "../../schemas/manifest.ts"
import type { RestoreId } from "../../schemas/restore.ts"
import type { RestoreSource, SourceId } from "../../schemas/restore-source.ts"
import type { RunId } from "../../schemas/run.ts"
import type { ServerId } from "../../schemas/server.ts"
import type { SourcePart, SourceReading } from "../../schemas/source-reading.ts"

export interface Fixture {
  readonly folder: string
  readonly path: string
  readonly catalogue: OpenCatalogue
  readonly events: Event[]
  readonly complaints: string[]
  /** Moves the clock that spaces out progress. */
  tick(milliseconds: number): void
  remove(): void
}

export function temporaryCatalogue(): Fixture {
  const folder = mkdtempSync(join(tmpdir(), "dbbackup-catalogue-"))
  const path = join(folder, "db", "app.db")
  const events: Event[] = []
  const complaints: string[] = []
  let now = 0
  const catalogue = openCatalogue(
    path,
    { publish: (event) => events.push(event) },
    { log: (_level, message) => complaints.push(message), milliseconds: () => now },
  )
  return {
    folder,
    path,
    catalogue,
    events,
    complaints,
    tick: (milliseconds) => {
      now += milliseconds
    },
    remove() {
      catalogue.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export const server = "shop~db" as ServerId
export const job = jobIdOf(server, "default")
export const shop = databaseIdOf(server, { kind: "database", name: "shop" })
const start = Date.parse("2026-03-01T02:00:00.000Z")

/** So many minutes after the samples' beginning. */
export const minute = (n: number) => new Date(start + n * 60_000)

export const runId = (id: string) => id as RunId

export const aServer = (changes: Partial<ServerRecord> = {}): ServerRecord => ({
  id: server,
  name: "shop/db",
  project: "shop",
  service: "db",
  engine: "postgres",
  serverVersion: "17.6",
  containerName: "shop-db-1",
  image: "postgres:17",
  goodLabels: { "dbbackup.enable": "true" },
  managed: "label",
  lastSeenAt: minute(0),
  retiredAt: null,
  ...changes,
})

export const aRun = (id: string, changes: Partial<NewRun> = {}): NewRun => ({
  id: id as RunId,
  serverId: server,
  serverName: "shop/db",
  jobId: job,
  trigger: "schedule",
  queuedAt: minute(0),
  attempt: 1,
  retryOf: null,
  ...changes,
})

export const aBackup = (id: string, runId: string, changes: Partial<NewBackup> = {}): NewBackup => ({
  id: id as BackupId,
  runId: runId as RunId,
  jobId: job,
  serverId: server,
  serverName: "shop/db",
  databaseId: shop,
  subject: { kind: "database", name: "shop" },
  engine: "postgres",
  type: "daily",
  trigger: "schedule",
  queuedAt: minute(0),
  ...changes,
})

export const keyOf = (id: string) => `shop~db/shop/2026/03/shop_daily_20260301_020000_${id}.dump`
export const planned = (id: string): readonly PlannedCopy[] => [{ destination: "local", key: keyOf(id) }]
export const storedCopy = (id: string, destination = "local"): Copy => ({
  state: "stored",
  destination,
  key: keyOf(id),
  storedAt: minute(2).toISOString(),
})

export const aProblem = (changes: Partial<Problem> = {}): Problem => ({
  code: "dump-failed",
  message: "pg_dump exited 1 after 31 MiB",
  hint: "Look at the server's log.",
  key: null,
  suggestion: null,
  ...changes,
})

export function aManifest(id: string, runId: string, changes: Partial<Manifest> = {}): Manifest {
  return {
    formatVersion: 1,
    id: id as BackupId,
    runId: runId as RunId,
    server: {
      id: server,
      name: "shop/db",
      project: "shop",
      service: "db",
      container: "shop-db-1",
      image: "postgres:17",
      imageId: "sha256:0",
    },
    subject: { kind: "database", name: "shop" },
    facts: { attributes: { encoding: "UTF8" }, tables: 3 },
    job: "default",
    type: "daily",
    trigger: "schedule",
    engine: { name: "postgres", serverVersion: "17.6", tool: "pg_dump", toolVersion: "17.6" },
    command: ["pg_dump", "-Fc"],
    startedAt: minute(1).toISOString(),
    finishedAt: minute(2).toISOString(),
    format: "archive",
    compression: "none",
    sourceCompression: "zstd:3",
    encryption: null,
    proof: {
      exitCode: 0,
      end: "all 14 data blocks of the archive's table of contents",
      rawBytes: 1000,
      rawSha256: "a".repeat(64),
      storedBytes: 1000,
      storedSha256: "a".repeat(64),
    },
    fileName: `shop_daily_20260301_020000_${id}.dump`,
    spec: { "dbbackup.enable": "true" },
    restore: ["docker exec -i <container> pg_restore -d <database>"],
    program: "dbbackup 0.1.0",
    ...changes,
  }
}

export const aRestore = (id: string, backupId: string, changes: Partial<NewRestore> = {}): NewRestore => ({
  id: id as RestoreId,
  backupId: backupId as BackupId,
  databaseId: shop,
  serverId: server,
  serverName: "shop/db",
  sourceDatabase: "shop",
  targetDatabase: "shop_copy",
  mode: "new",
  queuedAt: minute(5),
  ...changes,
})

/** A file that was uploaded to be restored: a plain dump of PostgreSQL. */
export const aSource = (id: string, changes: Partial<RestoreSource> = {}): RestoreSource => ({
  id: id as SourceId,
  origin: "upload",
  fileName: "old.sql.gz",
  destination: null,
  key: null,
  bytes: 500,
  sha256: "b".repeat(64),
  wrapping: "gzip",
  compression: "gzip",
  recipient: null,
  kind: {
    ...{ engine: "postgres", format: "sql", of: "database" },
    ...{ tool: "pg_dump", toolVersion: "17.6", serverVersion: "17.6" },
  },
  databases: [],
  facts: { tables: 3 },
  rawBytes: 1000,
  end: "the database dump complete trailer",
  findings: [],
  addedAt: minute(4).toISOString(),
  expiresAt: minute(4 + 24 * 60).toISOString(),
  ...changes,
})

export const aReading = (part: Partial<SourcePart> = {}): SourceReading => ({
  rawSha256: "a".repeat(64),
  sourceCompression: null,
  parts: [
    {
      ...{ database: null, ranges: null, counts: { tables: 3 }, roles: [], extensions: [] },
      ...{ engine: null, attributes: {}, refusal: null, ...part },
    },
  ],
})

/** A run with one good backup of the same id, queued, started and finished one minute apart from `at` minutes on. */
export function addGood(
  catalogue: OpenCatalogue,
  id: string,
  at = 0,
  changes: Partial<NewBackup> = {},
  manifest: Partial<Manifest> = {},
): BackupId {
  const run = aRun(`run-${id}`, { queuedAt: minute(at) })
  const backup = aBackup(id, run.id, { queuedAt: minute(at), ...changes })
  catalogue.addRun(run)
  catalogue.addBackup(backup)
  catalogue.startRun(run.id, minute(at + 1))
  catalogue.startBackup(backup.id, minute(at + 1), planned(id))
  catalogue.finishBackup(backup.id, minute(at + 2), {
    status: "completed",
    manifest: aManifest(id, run.id, manifest),
    copies: [storedCopy(id)],
  })
  catalogue.finishRun(run.id, minute(at + 2), { status: "completed" })
  return backup.id
}

export const aDoubt = aProblem({
  code: "backup-suspect",
  message: "the backup of shop holds far less than the last good one: 0 tables instead of 3 (100 % less)",
  hint: "If that is right, accept it.",
})

/** The same as `addGood`, but suspect. */
export const addSuspect = (
  catalogue: OpenCatalogue,
  id: string,
  at = 0,
  changes: Partial<NewBackup> = {},
): BackupId => addGood(catalogue, id, at, changes, { suspect: aDoubt })
