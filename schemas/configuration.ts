// What the operator and people have configured, without any secret, to be kept or to be brought to another machine.
import { z } from "zod"
import { DestinationName } from "./destination.ts"
import { KeptPlace } from "./kept-server.ts"
import { OutsideName } from "./outside.ts"
import { NewRetentionPolicy } from "./retention-policy.ts"
import { BucketPlaced } from "./s3-config.ts"
import { Instant } from "./scalar.ts"
import { SettingSource } from "./settings-view.ts"

export const Configuration = z.strictObject({
  formatVersion: z.literal(1),
  program: z.string(),
  exportedAt: Instant,
  /** The text of `dbbackup.yaml` that is in force, but for users and passwords in URLs; null when there is none. */
  settingsFile: z.string().nullable(),
  /** What is set, wherever that is. Of a secret only that it is set. */
  settings: z.array(z.strictObject({ key: z.string(), value: z.string(), source: SettingSource })),
  /** Buckets of the API. `sealed`: they had keys, which are to be entered anew. */
  buckets: z.array(
    z.strictObject({ name: DestinationName, place: BucketPlaced, keys: z.enum(["sealed", "search"]) }),
  ),
  /** Retention policies of the API. */
  policies: z.array(NewRetentionPolicy).prefault([]),
  /** Servers of the API. `sealed`: they had a password, which is to be entered anew. */
  servers: z
    .array(z.strictObject({ name: OutsideName, place: KeptPlace, password: z.enum(["sealed", "none"]) }))
    .prefault([]),
  /** What people said of schedules: by job, `*` for all of them. */
  schedules: z.array(z.strictObject({ jobId: z.string().min(1).max(600), enabled: z.boolean() })),
})
export type Configuration = z.output<typeof Configuration>

export const ImportChange = z.object({
  what: z.enum(["bucket", "policy", "server", "schedule", "setting"]),
  name: z.string(),
  /** `by-hand`: it differs, and is not changed here; `detail` says where it is. */
  action: z.enum(["add", "change", "by-hand"]),
  detail: z.string(),
})
export type ImportChange = z.output<typeof ImportChange>

export const ImportPlan = z.object({
  /** Only what differs. Empty: everything is as in the export. */
  changes: z.array(ImportChange),
  /** Whether it was carried out. */
  done: z.boolean(),
})
export type ImportPlan = z.output<typeof ImportPlan>
