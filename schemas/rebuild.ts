// The catalogue made again from the manifests at a destination: how far it is, and what was found.
import { z } from "zod"
import { TakenIn } from "./catalogue.ts"
import { Problem } from "./errors.ts"
import { Instant } from "./scalar.ts"

const count = z.number().int().nonnegative()

export const RebuildReport = z.object({
  /** Backups that the catalogue did not know. */
  added: count,
  /** Backups it knew, without this copy. */
  copies: count,
  /** Nothing new. */
  known: count,
  /** Deleted according to the catalogue, and still there. They stay as they are. */
  deleted: count,
  /** Servers that were not known before, by name. */
  servers: z.array(z.string()),
  /** Manifests, and notes beside them, that are not believed, the first hundred of them. */
  refused: z.array(z.object({ key: z.string(), problem: Problem })),
  refusedTotal: count,
  /** Taken in, with a note: nothing shows that they are as they were written. The first hundred. */
  unsure: z.array(z.object({ key: z.string(), note: z.string() })),
  unsureTotal: count,
  /** Bytes named like a backup, without a manifest: no backup. The first hundred. */
  withoutManifest: z.array(z.string()),
  withoutManifestTotal: count,
  /** Objects of somebody else. */
  foreign: count,
  /** When the newest copy of another installation's catalogue there was made, and what it knew when it was taken in. */
  catalogue: z.object({ newest: Instant.nullable(), taken: TakenIn.nullable() }),
})
export type RebuildReport = z.output<typeof RebuildReport>

export const Rebuild = z.discriminatedUnion("status", [
  z.object({ status: z.literal("never") }),
  z.object({
    status: z.literal("running"),
    destination: z.string(),
    startedAt: Instant,
    /** Manifests found, and read so far. */
    found: count,
    read: count,
  }),
  z.object({
    status: z.literal("completed"),
    destination: z.string(),
    startedAt: Instant,
    finishedAt: Instant,
    report: RebuildReport,
  }),
  z.object({
    status: z.literal("failed"),
    destination: z.string(),
    startedAt: Instant,
    finishedAt: Instant,
    error: Problem,
  }),
])
export type Rebuild = z.output<typeof Rebuild>
