// A file that is restored and is no backup of ours: uploaded, or found at a destination. It was looked through once, and is forgotten
// after a while.
import { z } from "zod"
import { ObjectCounts } from "./manifest.ts"
import { Bytes, Engine, Instant, Sha256 } from "./scalar.ts"

export const SourceId = z.string().min(1).brand("SourceId")
export type SourceId = z.output<typeof SourceId>

/**
 * `archive`: pg_dump's custom format. `tar`: its tar format. `directory`: its directory format, packed as a tar file. `sql`: statements
 * with the heading and the end of a tool that is known. `script`: statements of anybody.
 */
export const SourceFormat = z.enum(["archive", "sql", "directory", "tar", "script"])
export type SourceFormat = z.output<typeof SourceFormat>

export const SourceKind = z.object({
  /** Null: a script does not say. */
  engine: Engine.nullable(),
  format: SourceFormat,
  /** `server`: several databases, of which one is chosen at each restore. */
  of: z.enum(["database", "globals", "server"]),
  /** These three are `unknown` where the file does not say. */
  tool: z.string(),
  toolVersion: z.string(),
  serverVersion: z.string(),
})
export type SourceKind = z.output<typeof SourceKind>

export const RestoreSource = z.object({
  id: SourceId,
  origin: z.enum(["upload", "destination"]),
  /** As the person or the destination calls it, without folders. */
  fileName: z.string(),
  /** Null of an upload. */
  destination: z.string().nullable(),
  key: z.string().nullable(),
  bytes: Bytes,
  sha256: Sha256,
  /** What is around it. */
  wrapping: z.enum(["none", "gzip", "zstd", "age"]),
  /** What it is compressed with, also inside of what is encrypted. */
  compression: z.enum(["none", "gzip", "zstd"]),
  /** The public half (age1…) of what opens it; null when it is not encrypted. */
  recipient: z.string().nullable(),
  kind: SourceKind,
  /** Those that it names; of a dump that names none, empty. */
  databases: z.array(z.string()),
  /** What was counted in it, by kind. */
  facts: ObjectCounts,
  /** With everything around it taken off. */
  rawBytes: Bytes,
  /** What showed that it is whole, in words. */
  end: z.string(),
  /** What a person should know before restoring it: sentences without a full stop. */
  findings: z.array(z.string()),
  addedAt: Instant,
  /** Forgotten then, and an upload is deleted. */
  expiresAt: Instant,
})
export type RestoreSource = z.output<typeof RestoreSource>

/** One line of a destination's folder. */
export const StoredFile = z.object({
  /** From the destination's root; that of a folder ends with `/`. */
  key: z.string(),
  kind: z.enum(["folder", "file"]),
  /** Null of a folder. */
  bytes: Bytes.nullable(),
  modifiedAt: Instant.nullable(),
})
export type StoredFile = z.output<typeof StoredFile>
