// One attempt of a job. Each state carries exactly what is true in it.
import { z } from "zod"
import { Problem } from "./errors.ts"
import { Instant } from "./scalar.ts"
import { JobId, ServerId } from "./server.ts"

export const RunId = z.string().min(1).brand("RunId")
export type RunId = z.output<typeof RunId>

export const Trigger = z.enum(["schedule", "first", "catch-up", "retry", "manual"])
export type Trigger = z.output<typeof Trigger>

const base = {
  id: RunId,
  serverId: ServerId,
  serverName: z.string(),
  jobId: JobId,
  trigger: Trigger,
  queuedAt: Instant,
  /** 1 for the first try; a retry of what failed counts on, and names the first of its chain. */
  attempt: z.number().int().min(1),
  retryOf: RunId.nullable(),
}
const ended = { ...base, startedAt: Instant.nullable(), finishedAt: Instant }
/** When what failed is tried again; null when it is not, or was already. */
const unsuccessful = { ...ended, error: Problem, retryAt: Instant.nullable() }

export const Run = z.discriminatedUnion("status", [
  z.object({ ...base, status: z.literal("queued") }),
  z.object({ ...base, status: z.literal("running"), startedAt: Instant }),
  z.object({ ...ended, status: z.literal("completed") }),
  z.object({ ...unsuccessful, status: z.literal("partial") }),
  z.object({ ...unsuccessful, status: z.literal("failed") }),
  z.object({ ...unsuccessful, status: z.literal("cancelled") }),
  z.object({ ...unsuccessful, status: z.literal("interrupted") }),
])
export type Run = z.output<typeof Run>

export const logLevels = ["debug", "info", "warn", "error"] as const
export const LogLevel = z.enum(logLevels)
export type LogLevel = z.output<typeof LogLevel>

/** A line kept with a run or a restore. */
export const LogLine = z.object({ id: z.number().int(), at: Instant, level: LogLevel, message: z.string() })
export type LogLine = z.output<typeof LogLine>
