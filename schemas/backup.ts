// One backup of one database, from the moment it is asked for. Only `completed` can be good, and only what is proven completes.
import { z } from "zod"
import { Encryption } from "./encryption.ts"
import { Problem } from "./errors.ts"
import { BackupType } from "./job.ts"
import { RunId, Trigger } from "./run.ts"
import { Bytes, Engine, Instant, Sha256 } from "./scalar.ts"
import { DatabaseId, JobId, ServerId } from "./server.ts"
import { VerifyLevel } from "./verification.ts"

export const BackupId = z.string().min(1).brand("BackupId")
export type BackupId = z.output<typeof BackupId>

/**
 * How a copy was compared with what left the server, once it was in place: by a `hash` of what the destination holds, or by its
 * `size` alone, where nothing more can be asked for. Copies of earlier versions do not say.
 */
export const Verified = z.enum(["hash", "size"])
export type Verified = z.output<typeof Verified>

/** A backup at one destination. `stored`: bytes and manifest are there, with the size and hash that left the server. */
export const Copy = z.discriminatedUnion("state", [
  z.object({
    state: z.literal("stored"),
    destination: z.string(),
    key: z.string(),
    storedAt: Instant,
    verified: Verified.optional(),
  }),
  z.object({ state: z.literal("failed"), destination: z.string(), key: z.string(), error: Problem }),
  z.object({ state: z.literal("deleted"), destination: z.string(), key: z.string(), deletedAt: Instant }),
])
export type Copy = z.output<typeof Copy>

/** It was there, and holds other bytes than left the server, or none any more. It is made again from a copy that is good. */
export const isBad = (copy: Copy): boolean => copy.state === "failed" && copy.error.code === "copy-mismatch"

/** What was seen before the backup was listed as good. */
export const Proof = z.object({
  exitCode: z.literal(0),
  /** The format's own end, in words: "all 14 data blocks of the archive's table of contents", "dump completed trailer". */
  end: z.string().min(1),
  rawBytes: Bytes,
  rawSha256: Sha256,
  storedBytes: Bytes,
  storedSha256: Sha256,
})
export type Proof = z.output<typeof Proof>

/** One line in a person's words. */
export const PinReason = z
  .string()
  .trim()
  .min(1, "say why, in a few words")
  .max(200, "say it in at most 200 characters")
  .regex(/^\P{Cc}*$/u, "write it in one line")

/** Kept regardless of any policy, until a person says otherwise. */
export const Pin = z.object({ at: Instant, reason: PinReason })
export type Pin = z.output<typeof Pin>

/** The last time that it was checked after it had been stored. */
export const LastVerified = z.object({
  level: VerifyLevel,
  at: Instant,
  outcome: z.enum(["passed", "failed"]),
})
export type LastVerified = z.output<typeof LastVerified>

export const Progress = z.object({
  /** Bytes that have left the server, and bytes written at the destinations, so far. */
  rawBytes: Bytes,
  storedBytes: Bytes,
  /** Stored size of the last good backup of the same database, to compare with. */
  lastStoredBytes: Bytes.nullable(),
})
export type Progress = z.output<typeof Progress>

const base = {
  id: BackupId,
  runId: RunId,
  jobId: JobId,
  serverId: ServerId,
  serverName: z.string(),
  databaseId: DatabaseId,
  database: z.string(),
  kind: z.enum(["database", "globals"]),
  engine: Engine,
  type: BackupType,
  trigger: Trigger,
  queuedAt: Instant,
}
const failed = { ...base, startedAt: Instant.nullable(), finishedAt: Instant, error: Problem }

export const Backup = z.discriminatedUnion("status", [
  z.object({ ...base, status: z.literal("queued") }),
  z.object({ ...base, status: z.literal("running"), startedAt: Instant, progress: Progress }),
  z.object({
    ...base,
    status: z.literal("completed"),
    startedAt: Instant,
    finishedAt: Instant,
    durationSeconds: z.number().nonnegative(),
    fileName: z.string(),
    compression: z.string(),
    /** With which key; null when it is not encrypted. */
    encryption: Encryption.nullable(),
    /** What was taken, in words, when that was not the whole database: such a backup does not stand for it. */
    part: z.string().optional(),
    proof: Proof,
    copies: z.array(Copy).min(1),
    /** Why it was kept without being trusted: far smaller than the last good one. Null: there was no doubt. */
    suspect: Problem.nullable(),
    /** When a person said that it is right all the same; it is good since. */
    acceptedAt: Instant.nullable(),
    pinned: Pin.nullable(),
    /** Null: not checked again since it was stored. */
    lastVerified: LastVerified.nullable(),
  }),
  z.object({ ...failed, status: z.literal("failed") }),
  z.object({ ...failed, status: z.literal("cancelled") }),
  z.object({ ...failed, status: z.literal("interrupted") }),
])
export type Backup = z.output<typeof Backup>
export type CompletedBackup = Extract<Backup, { status: "completed" }>

/** Kept, and neither good nor bad: nobody has said yet that it is right. */
export function isDoubted(backup: Backup): boolean {
  return backup.status === "completed" && backup.suspect !== null && backup.acceptedAt === null
}

export const backupStatuses = [
  "queued",
  "running",
  "completed",
  "failed",
  "cancelled",
  "interrupted",
] as const
