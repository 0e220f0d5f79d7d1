// Getting a backup back: the plan a person confirms, and the record of carrying it out.
import { z } from "zod"
import { BackupId } from "./backup.ts"
import { Problem } from "./errors.ts"
import { PlanDetails } from "./restore-details.ts"
import { RestoreSource } from "./restore-source.ts"
import { Bytes, DurationOrNone, Engine, Instant } from "./scalar.ts"
import { DatabaseId, ServerId } from "./server.ts"
import { Swap } from "./swap.ts"

export const RestoreId = z.string().min(1).brand("RestoreId")
export type RestoreId = z.output<typeof RestoreId>

/** The server to restore on; absent: the one that was backed up. */
const serverId = ServerId.optional()

/** PostgreSQL, of a whole archive: how many processes load it at once. Its bytes are put into a file in the container meanwhile. Absent: one. */
const jobs = z.number().int().min(1).max(16).optional()
/** `schema`: tables without their rows. `data`: rows without their tables. */
export const Content = z.enum(["all", "schema", "data"])
export type Content = z.output<typeof Content>

/**
 * Names of tables and views, as the manifest's fingerprint writes them: `schema.name` in PostgreSQL, `name` in MySQL and MariaDB.
 * Partitions go with their table. Absent: all there are.
 */
const tables = z.array(z.string().min(1)).min(1).max(10_000)

/** A new database beside the old one: nothing that exists is touched. */
const NewOptions = z.strictObject({
  mode: z.literal("new"),
  /** Name of the database to create. It must not exist. */
  name: z.string().min(1).max(64),
  serverId,
  /**
   * PostgreSQL: whether objects belong to their owners again, and grants are made again. Absent: they are, unless the server lacks
   * one of the roles.
   */
  owners: z.enum(["keep", "drop"]).optional(),
  /** `schema`: tables without their rows, of anything but SQL text of PostgreSQL. Absent: all. */
  content: Content.extract(["all", "schema"]).optional(),
  /** Only these, with what they cannot be made without. Foreign keys to others are left out. */
  tables: tables.optional(),
  jobs,
})
export type NewOptions = z.output<typeof NewOptions>

/** What a backup of the globals holds and the server lacks. What is there stays as it is. */
const GlobalsOptions = z.strictObject({ mode: z.literal("globals"), serverId })

/** In the place of a database, which is kept for an undo. */
const SwapOptions = z.strictObject({
  mode: z.literal("swap"),
  /** Name of the database whose place is taken. It must exist. */
  name: z.string().min(1).max(64),
  serverId,
  /** End the connections that it has. Without it a swap is refused while there are any. */
  endConnections: z.boolean().default(false),
  /** How long it is kept, such as `24h`; `0`: not at all, and nothing can be undone. The setting `restore.keepFor` unless given. */
  keepFor: DurationOrNone.optional(),
  /** Back it up before, and go on only when that is good. */
  safetyBackup: z.boolean().default(true),
  jobs,
})
export type SwapOptions = z.output<typeof SwapOptions>

/** Of a restore into a database that is there, and must exist. */
const intoPlace = {
  name: z.string().min(1).max(63),
  serverId,
  /** End the connections that it has. Without it the restore is refused while there are any. */
  endConnections: z.boolean().default(false),
  /** Back it up before, and go on only when that is good. */
  safetyBackup: z.boolean().default(true),
}

/** What the backup holds replaces what is there of the same name; all else stays. */
const CleanOptions = z.strictObject({
  mode: z.literal("clean"),
  ...intoPlace,
  /** Only these of the backup. */
  tables: tables.optional(),
  /** `data`: rows alone, of tables that are there. Absent: all. */
  content: Content.optional(),
})
export type CleanOptions = z.output<typeof CleanOptions>

/** The database is emptied, then loaded. It stays itself: owner, settings, grants on it. */
const ReplaceOptions = z.strictObject({ mode: z.literal("replace"), ...intoPlace })
export type ReplaceOptions = z.output<typeof ReplaceOptions>

export const RestoreOptions = z.discriminatedUnion("mode", [
  NewOptions,
  SwapOptions,
  CleanOptions,
  ReplaceOptions,
  GlobalsOptions,
])
export type RestoreOptions = z.output<typeof RestoreOptions>
export const RestoreMode = z.enum(["new", "swap", "clean", "replace", "globals"])

/** Into a database that is there, as it is; not into one beside it. */
export const isInPlace = <T extends { readonly mode: RestoreMode }>(
  of: T,
): of is T & { readonly mode: "clean" | "replace" } => of.mode === "clean" || of.mode === "replace"
/** Over what is there, in one way or another. */
export const isOver = <T extends { readonly mode: RestoreMode }>(
  of: T,
): of is T & { readonly mode: "swap" | "clean" | "replace" } => of.mode === "swap" || isInPlace(of)
export type RestoreMode = z.output<typeof RestoreMode>

/** What a restore will do, in data and in words, before it does anything. */
export const RestorePlan = z.object({
  /** Null when a file is restored that is no backup. */
  backupId: BackupId.nullable(),
  /** That file; null when a backup is restored. */
  source: RestoreSource.nullable(),
  serverId: ServerId,
  serverName: z.string(),
  engine: Engine,
  sourceDatabase: z.string(),
  targetDatabase: z.string(),
  mode: RestoreMode,
  /** Where it is read; `upload` for a file that was uploaded. */
  destination: z.string(),
  storedBytes: Bytes,
  rawBytes: Bytes,
  /** Of a file: when it was handed in, as it does not say when it was made. */
  backupFinishedAt: Instant,
  steps: z.array(z.string()).min(1),
  warnings: z.array(z.string()),
  ...PlanDetails.shape,
})
export type RestorePlan = z.output<typeof RestorePlan>

export const RestoreProgress = z.object({ storedBytes: Bytes, totalBytes: Bytes })

const base = {
  id: RestoreId,
  /** One of the two: a backup was restored, or a file, of which this is kept after it is forgotten. */
  backupId: BackupId.nullable(),
  source: RestoreSource.nullable(),
  databaseId: DatabaseId,
  serverId: ServerId,
  serverName: z.string(),
  sourceDatabase: z.string(),
  targetDatabase: z.string(),
  mode: RestoreMode,
  /** Null unless the mode is `swap`. */
  swap: Swap.nullable(),
  /** Made just before, of what is overwritten; null until it was, and where none was wanted. Absent: nothing is overwritten. */
  safetyBackupId: BackupId.nullable().optional(),
  queuedAt: Instant,
}
const failed = { ...base, startedAt: Instant.nullable(), finishedAt: Instant, error: Problem }

export const Restore = z.discriminatedUnion("status", [
  z.object({ ...base, status: z.literal("queued") }),
  z.object({ ...base, status: z.literal("running"), startedAt: Instant, progress: RestoreProgress }),
  z.object({
    ...base,
    status: z.literal("completed"),
    startedAt: Instant,
    finishedAt: Instant,
    durationSeconds: z.number().nonnegative(),
    restoredBytes: Bytes,
    /** Base tables found in the new database after the load. */
    tables: z.number().int().nonnegative(),
    /** Where the restored database differs from what the manifest says it held; empty when it does not. */
    differences: z.array(z.string()),
  }),
  z.object({ ...failed, status: z.literal("failed") }),
  z.object({ ...failed, status: z.literal("cancelled") }),
  z.object({ ...failed, status: z.literal("interrupted") }),
])
export type Restore = z.output<typeof Restore>
