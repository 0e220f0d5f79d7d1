// The catalogue itself, as a file: its state, its copies at the destinations, and its care.
import { z } from "zod"
import { Problem } from "./errors.ts"
import { Bytes, Instant, Sha256 } from "./scalar.ts"

const count = z.number().int().nonnegative()

/** The note that stands beside a copy, and says what it is. Without it the copy is none. */
export const CatalogueNote = z.object({
  formatVersion: z.literal(1),
  /** Whose catalogue it is. */
  installation: z.string().regex(/^[0-9a-z-]{1,64}$/),
  madeAt: Instant,
  program: z.string(),
  /** The number of the last migration. */
  schema: z.number().int().positive(),
  rawBytes: Bytes,
  rawSha256: Sha256,
  storedBytes: Bytes,
  storedSha256: Sha256,
  /** For whom it is encrypted; null when it is not. */
  recipients: z.array(z.string()).nullable(),
})
export type CatalogueNote = z.output<typeof CatalogueNote>

/** The newest copy at a destination. */
export const CatalogueCopy = z.object({
  destination: z.string(),
  madeAt: Instant.nullable(),
  /** Why the last try failed; null when it did not. */
  problem: Problem.nullable(),
})
export type CatalogueCopy = z.output<typeof CatalogueCopy>

export const CatalogueState = z.object({
  bytes: Bytes,
  /** Why it cannot be relied on yet; null when it can. */
  problem: Problem.nullable(),
  /** While it is made again: since when, where the damaged file is, and what it was compared with. */
  mending: z
    .object({
      since: Instant,
      setAside: z.string().nullable(),
      /** When the copy was made that was taken in first. */
      copyOf: Instant.nullable(),
      compared: z.array(z.string()),
      waitsFor: z.array(z.string()),
    })
    .nullable(),
  copies: z.array(CatalogueCopy),
  /** When the next copies are made by themselves; null when never. */
  nextCopyAt: Instant.nullable(),
})
export type CatalogueState = z.output<typeof CatalogueState>

/** What a copy knew that the catalogue did not. */
export const TakenIn = z.object({
  madeAt: Instant,
  backups: count,
  runs: count,
  servers: count,
  /** Pauses, buckets and policies of the API: in force after a restart. */
  decisions: count,
})
export type TakenIn = z.output<typeof TakenIn>

export const maintenanceTasks = ["cleanup", "vacuum", "verify"] as const
export const MaintenanceTask = z.enum(maintenanceTasks)
export type MaintenanceTask = z.output<typeof MaintenanceTask>

const milliseconds = z.number().int().nonnegative()
export const Maintenance = z.discriminatedUnion("task", [
  z.object({
    task: z.literal("cleanup"),
    milliseconds,
    /** Lines of logs that were deleted. */
    logLines: count,
    /** Names of files beside the catalogue that were deleted: copies from before migrations, damaged ones. */
    files: z.array(z.string()),
  }),
  z.object({ task: z.literal("vacuum"), milliseconds, bytesBefore: Bytes, bytesAfter: Bytes }),
  z.object({
    task: z.literal("verify"),
    milliseconds,
    ok: z.boolean(),
    /** In SQLite's words. */
    problems: z.array(z.string()),
  }),
])
export type Maintenance = z.output<typeof Maintenance>
