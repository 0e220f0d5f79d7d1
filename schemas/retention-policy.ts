// Retention policies that have a name, and what a policy would keep and delete of the backups there are.
import { z } from "zod"
import { PolicyName, Retention, RetentionPolicy } from "./retention.ts"
import { Bytes, Instant } from "./scalar.ts"
import { DatabaseId, JobId } from "./server.ts"

/** A policy as labels write it; what is wrong with it is told, and the text stays as it is. */
const RetentionText = z
  .string()
  .max(200)
  .superRefine((text, context) => {
    for (const { message } of Retention.safeParse(text).error?.issues ?? [])
      context.addIssue({ code: "custom", message })
  })
const description = z.string().trim().max(200).optional()

export const ChangedRetentionPolicy = z.strictObject({ retention: RetentionText, description })
export type ChangedRetentionPolicy = z.output<typeof ChangedRetentionPolicy>

export const NewRetentionPolicy = ChangedRetentionPolicy.extend({
  name: PolicyName.refine((name) => name !== "preview", "is taken: choose another name"),
})
export type NewRetentionPolicy = z.output<typeof NewRetentionPolicy>

/** A named policy, of the settings, where it can only be read, or of the API. */
export const NamedPolicy = z.object({
  /** Its name, which labels use. */
  id: z.string(),
  name: z.string(),
  description: z.string().nullable(),
  managed: z.enum(["file", "api"]),
  /** As labels would write it, and as it is understood. */
  retention: z.string(),
  policy: RetentionPolicy,
  /** Jobs whose labels or defaults name it. */
  jobs: z.array(JobId),
  createdAt: Instant.nullable(),
  updatedAt: Instant.nullable(),
})
export type NamedPolicy = z.output<typeof NamedPolicy>

const backup = { backupId: z.string(), finishedAt: Instant, storedBytes: Bytes }

/** What a policy would keep of one job's good backups of one database, and what it would delete, with the reasons. */
export const RetentionPreview = z.object({
  jobId: JobId,
  job: z.string(),
  databaseId: DatabaseId,
  database: z.string(),
  serverName: z.string(),
  /** The policy looked at, and those that go in its place at destinations of their own. */
  retention: z.string(),
  at: z.record(z.string(), z.string()),
  kept: z.number().int().nonnegative(),
  /** Backups that would lose a copy. */
  pruned: z.number().int().nonnegative(),
  /** At all destinations together. */
  freedBytes: Bytes,
  /** How many of these would wait for a person, because they are much at once. */
  waits: z.number().int().nonnegative(),
  /** Until when nothing is deleted on this server at all, as facts; null when it may be. */
  halt: z.string().nullable(),
  /** Newest first, of one database that was asked for. */
  keep: z
    .array(z.object({ ...backup, destinations: z.array(z.string()), reasons: z.array(z.string()) }))
    .optional(),
  /** Oldest first: copies, each with the reason. */
  prune: z.array(z.object({ ...backup, destinations: z.array(z.string()), reason: z.string() })).optional(),
})
export type RetentionPreview = z.output<typeof RetentionPreview>

/** `retention`: a policy's name, or the short form; what is in force when absent. Without a database: all of them, in numbers. */
export const PreviewAsked = z.strictObject({
  retention: z.string().max(200).optional(),
  databaseId: z.string().optional(),
})
export type PreviewAsked = z.output<typeof PreviewAsked>
