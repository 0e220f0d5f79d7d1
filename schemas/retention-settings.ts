// What the operator sets of retention, above the labels: policies by name, those of destinations, and the longest age.
import { z } from "zod"
import { PolicyName, Retention } from "./retention.ts"

export const retentionSettings = z.strictObject({
  policies: z
    .record(PolicyName, Retention)
    .prefault({})
    .meta({ description: "Policies by name, for `dbbackup.retention: gold`: `{gold: 24h 7d 4w}`." }),
  destinations: z.record(z.string(), z.string().min(1, "write a value")).prefault({}).meta({
    description:
      "Policies for the copies at a destination, in the place of every job's own: `{local: 7d, offsite: gold}`. A backup goes with its last copy; the newest stays at each.",
  }),
  maxRetentionDays: z
    .string()
    .regex(/^\d{1,6}$/, "write a whole number")
    .transform(Number)
    .refine((days) => days >= 1, "write at least 1")
    .optional()
    .meta({
      type: ["integer", "string"],
      description:
        "No job's retention keeps a backup for longer, counted back from its newest good one. What always stays, stays: the newest, the last verified, `min-keep`, what is pinned or was made by hand (no limit).",
      variable: "MAX_BACKUP_RETENTION_DAYS",
    }),
})
