// One request to check a backup again, from the moment it is asked for. What is found stays with the backup. The request itself is
// remembered for as long as the controller runs; one that came to nothing, or was interrupted, longer.
import { z } from "zod"
import { BackupId } from "./backup.ts"
import { Problem } from "./errors.ts"
import { Bytes, Instant } from "./scalar.ts"
import { DatabaseId } from "./server.ts"
import { Verification, VerifyLevel } from "./verification.ts"

export const VerifyTaskId = z.string().min(1).brand("VerifyTaskId")
export type VerifyTaskId = z.output<typeof VerifyTaskId>

const base = {
  id: VerifyTaskId,
  backupId: BackupId,
  databaseId: DatabaseId,
  database: z.string(),
  serverName: z.string(),
  level: VerifyLevel,
  /** Null: every stored copy, one after the other; of a drill, and of what a label asks for, the nearest that is good. */
  destination: z.string().nullable(),
  /** A person, or the label `verify` of the job. */
  askedBy: z.enum(["person", "label"]),
  queuedAt: Instant,
}
const ended = { ...base, startedAt: Instant.nullable(), finishedAt: Instant, results: z.array(Verification) }

export const VerifyTask = z.discriminatedUnion("status", [
  z.object({ ...base, status: z.literal("queued") }),
  z.object({
    ...base,
    status: z.literal("running"),
    startedAt: Instant,
    /** Of all copies that are read: so far, and in all. */
    readBytes: Bytes,
    totalBytes: Bytes,
  }),
  /** Every copy was looked at; a result may say that one is bad. */
  z.object({ ...ended, status: z.literal("completed") }),
  /** Some copy could not be looked at, which says nothing of it. */
  z.object({ ...ended, status: z.enum(["failed", "cancelled", "interrupted"]), error: Problem }),
])
export type VerifyTask = z.output<typeof VerifyTask>
