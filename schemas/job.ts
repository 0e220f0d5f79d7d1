// What the controller keeps doing for a server: the schedule resource of the API.
import { z } from "zod"
import { RetentionPolicy } from "./retention.ts"
import { Instant } from "./scalar.ts"
import { JobId, Managed, ServerId, SettingInForce } from "./server.ts"

/** The period a backup belongs to, as the specification names it. Custom patterns count as the nearest shorter preset. */
export const backupTypes = ["hourly", "daily", "weekly", "monthly", "manual"] as const
export const BackupType = z.enum(backupTypes)
export type BackupType = z.output<typeof BackupType>

export const JobView = z.object({
  id: JobId,
  name: z.string(),
  serverId: ServerId,
  serverName: z.string(),
  managed: Managed,
  /** Whether its schedule starts runs; `pausedBy` says who stopped it: its label, a person over the API, or the settings. */
  enabled: z.boolean(),
  pausedBy: z.enum(["label", "person", "settings"]).nullable(),
  type: BackupType,
  /** As written on the label: a preset or a cron pattern. */
  schedule: z.string(),
  /** Null when it only runs on request. */
  cron: z.string().nullable(),
  timeZone: z.string(),
  retention: RetentionPolicy,
  destinations: z.array(z.string()),
  nextRunAt: Instant.nullable(),
  settings: z.array(SettingInForce),
})
export type JobView = z.output<typeof JobView>
