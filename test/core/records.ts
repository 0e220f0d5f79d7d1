// Backups and manifests for the tests of decisions, as the catalogue would give them.

import { databaseIdOf, jobIdOf, serverIdOf } from "../../controller/core/key.ts"
import type { Survey } from "../../controller/core/survey.ts"
import type { Backup, BackupId, CompletedBackup } from "../../schemas/backup.ts"
import type { Fingerprint, Manifest } from "../../schemas/manifest.ts"
import type { PlanDetails } from "../../schemas/restore-details.ts"
import type { RunId } from "../../schemas/run.ts"

const serverId = serverIdOf("shop/db")
const proof = {
  exitCode: 0 as const,
  end: "all 14 data blocks of the archive's table of contents",
  rawBytes: 5000,
  rawSha256: "a".repeat(64),
  storedBytes: 1000,
  storedSha256: "b".repeat(64),
}

/** A good backup of the database shop on shop/db. */
export const aCompletedBackup = (changes: Partial<CompletedBackup> = {}): CompletedBackup => ({
  id: "b1" as BackupId,
  runId: "r1" as RunId,
  jobId: jobIdOf(serverId, "default"),
  serverId,
  serverName: "shop/db",
  databaseId: databaseIdOf(serverId, { kind: "database", name: "shop" }),
  database: "shop",
  kind: "database",
  engine: "postgres",
  type: "daily",
  trigger: "schedule",
  queuedAt: "2026-03-01T02:00:00.000Z",
  status: "completed",
  startedAt: "2026-03-01T02:00:00.000Z",
  finishedAt: "2026-03-01T02:01:00.000Z",
  durationSeconds: 60,
  fileName: "shop_daily_20260301_020000_00000001.dump",
  compression: "none",
  encryption: null,
  proof,
  suspect: null,
  acceptedAt: null,
  pinned: null,
  lastVerified: null,
  copies: [{ state: "stored", destination: "local", key: "k", storedAt: "2026-03-01T02:01:00.000Z" }],
  ...changes,
})

export function aFailedBackup(finishedAt: string, message: string): Backup {
  const {
    status: _,
    fileName: __,
    compression: ___,
    encryption: ____,
    proof: _____,
    copies: ______,
    ...base
  } = aCompletedBackup()
  const error = {
    code: "dump-failed" as const,
    message,
    hint: "Look at the server's log.",
    key: null,
    suggestion: null,
  }
  return { ...base, id: "b2" as BackupId, status: "failed", finishedAt, error }
}

export const aManifest = (changes: Partial<Manifest> = {}): Manifest => ({
  formatVersion: 1,
  id: "b1" as BackupId,
  runId: "r1" as RunId,
  server: {
    id: serverId,
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
  startedAt: "2026-03-01T02:00:00.000Z",
  finishedAt: "2026-03-01T02:01:00.000Z",
  format: "archive",
  compression: "none",
  sourceCompression: "zstd:3",
  encryption: null,
  proof,
  fileName: "shop_daily_20260301_020000_00000001.dump",
  spec: { schedule: "daily" },
  restore: ["docker exec -i <container> pg_restore -d <database>"],
  program: "dbbackup 0.1.0",
  ...changes,
})

/** Of a plan about which nothing is to be said. */
export const plainDetails: PlanDetails = {
  hash: "c".repeat(64),
  versions: { source: "17.6", target: "17.6" },
  timeGuess: null,
  freeBytes: null,
  neededBytes: null,
  connections: [],
  missing: { roles: [], extensions: [] },
  owners: "keep",
  lost: [],
  accounts: null,
}

/** Of a server that has all that the backups here need. */
export const aSurvey = (changes: Partial<Survey> = {}): Survey => ({
  user: "postgres",
  roles: ["postgres", "app"],
  extensions: { plpgsql: ["1.0"] },
  collations: null,
  plugins: [],
  foldsCase: false,
  freeBytes: 1_000_000,
  connections: [],
  ...changes,
})

export const aFingerprint = (changes: Partial<Fingerprint> = {}): Fingerprint => ({
  level: "exact",
  sameSnapshot: true,
  rows: { "public.item": 3 },
  schemaSha256: "d".repeat(64),
  sequences: {},
  extensions: { plpgsql: "1.0" },
  roles: ["app"],
  databaseBytes: 50_000,
  seconds: 0.1,
  ...changes,
})

/** With a fingerprint, as backups have it unless a label says otherwise. */
export const aKnownManifest = (changes: Partial<Manifest> = {}): Manifest =>
  aManifest({ fingerprint: aFingerprint(), ...changes })
