// Getting a backup back: the plan a person confirms, and the record of carrying it out.
import { z } from "zod"
import { BackupId } from "./backup.ts"
import { Problem } from "./errors.ts"
import { Bytes, DurationOrNone, Engine, Instant } from "./scalar.ts"
import { DatabaseId, ServerId } from "./server.ts"
import { Swap } from "./swap.ts"

export const RestoreId = z.string().min(1).brand("RestoreId")
export type RestoreId = z.output<typeof RestoreId>

/** `new`: beside the old one, nothing that exists is touched. `swap`: in the place of one, which is kept for an undo. */
export const restoreModes = ["new", "swap"] as const

export const RestoreOptions = z.discriminatedUnion("mode", [
  z.strictObject({
    mode: z.literal("new"),
    /** Name of the database to create. It must not exist. */
    name: z.string().min(1).max(63),
  }),
  z.strictObject({
    mode: z.literal("swap"),
    /** Name of the database whose place is taken. It must exist. */
    name: z.string().min(1).max(63),
    /** End the connections that it has. Without it a swap is refused while there are any. */
    endConnections: z.boolean().default(false),
    /** How long it is kept, such as `24h`; `0`: not at all, and nothing can be undone. The setting `restore.keepFor` unless given. */
    keepFor: DurationOrNone.optional(),
    /** Back it up before, and go on only when that is good. */
    safetyBackup: z.boolean().default(true),
  }),
])
export type RestoreOptions = z.output<typeof RestoreOptions>
export type SwapOptions = Extract<RestoreOptions, { mode: "swap" }>

/** What a restore will do, in data and in words, before it does anything. */
export const RestorePlan = z.object({
  backupId: BackupId,
  serverId: ServerId,
  serverName: z.string(),
  engine: Engine,
  sourceDatabase: z.string(),
  targetDatabase: z.string(),
  mode: z.enum(restoreModes),
  destination: z.string(),
  storedBytes: Bytes,
  rawBytes: Bytes,
  backupFinishedAt: Instant,
  steps: z.array(z.string()).min(1),
  warnings: z.array(z.string()),
})
export type RestorePlan = z.output<typeof RestorePlan>

export const RestoreProgress = z.object({ storedBytes: Bytes, totalBytes: Bytes })

const base = {
  id: RestoreId,
  backupId: BackupId,
  databaseId: DatabaseId,
  serverId: ServerId,
  serverName: z.string(),
  sourceDatabase: z.string(),
  targetDatabase: z.string(),
  mode: z.enum(restoreModes),
  /** Null unless the mode is `swap`. */
  swap: Swap.nullable(),
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
