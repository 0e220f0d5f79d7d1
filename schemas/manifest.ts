// The JSON beside the bytes. A backup exists if and only if its manifest does; the catalogue can be rebuilt from these alone.
import { z } from "zod"
import { BackupId, Proof } from "./backup.ts"
import { Encryption } from "./encryption.ts"
import { Problem } from "./errors.ts"
import { BackupType } from "./job.ts"
import { RunId, Trigger } from "./run.ts"
import { Engine, Instant, Sha256 } from "./scalar.ts"
import { ServerId, Subject } from "./server.ts"

export const manifestVersion = 1

/** How many of each kind, by the kind's plural: "views", "large objects". A kind that there is none of is missing. */
export const ObjectCounts = z.record(z.string(), z.number().int().nonnegative())
export type ObjectCounts = z.output<typeof ObjectCounts>

/** What the server's catalogue says of the database, needed to create it anew and to compare it after a restore. */
export const DatabaseFacts = z.object({
  /** PostgreSQL: encoding, collate, ctype, locale provider …; MySQL and MariaDB: charset, collation. Names as the server gives them. */
  attributes: z.record(z.string(), z.string()),
  /** Base tables in it when the dump began. */
  tables: z.number().int().nonnegative(),
  /** What else was in it then, that a dump must hold. Manifests of earlier versions have none. */
  objects: ObjectCounts.optional(),
})
export type DatabaseFacts = z.output<typeof DatabaseFacts>

/** `archive`: pg_dump's custom format. `sql`: statements, ended by the tool's own trailer. */
export const DumpFormat = z.enum(["archive", "sql"])
export type DumpFormat = z.output<typeof DumpFormat>

/** `exact`: rows were counted. `estimates`: as the server's statistics have them. */
export const FingerprintLevel = z.enum(["estimates", "exact"])
export type FingerprintLevel = z.output<typeof FingerprintLevel>

/** What was in the database when it was dumped, to compare a restored one with. Tables, sequences as `schema.name` where there are schemas. */
export const Fingerprint = z.object({
  level: FingerprintLevel,
  /** It shows the very snapshot that was dumped. */
  sameSnapshot: z.boolean(),
  /** Rows of each base table. */
  rows: z.record(z.string(), z.number().int().nonnegative()),
  /** Of every object's definition, as the server's catalogue gives it, in an order that does not depend on ids. */
  schemaSha256: Sha256,
  /** Last value of each sequence, or next value of each auto-increment column, as text. */
  sequences: z.record(z.string(), z.string()),
  /** Version by name. */
  extensions: z.record(z.string(), z.string()),
  /** Roles or accounts that own something in it, or are granted something, sorted. */
  roles: z.array(z.string()),
  /** On the server's disk. */
  databaseBytes: z.number().int().nonnegative(),
  /** How long it took to take. */
  seconds: z.number().nonnegative(),
})
export type Fingerprint = z.output<typeof Fingerprint>

/** Which instant a dump shows, beside the other dumps of its run. */
export const Snapshot = z.object({
  /** `server`: all databases of the run show one instant. `database`: each has a snapshot of its own. */
  scope: z.enum(["server", "database"]),
  openedAt: Instant,
  /** After the first snapshot of the run. 0 when all show one instant. */
  secondsAfterFirst: z.number().nonnegative(),
  /** How long writers of the whole server were held up while snapshots were opened; null when they were not. */
  lockMilliseconds: z.number().nonnegative().nullable(),
})
export type Snapshot = z.output<typeof Snapshot>

/** What of the database was asked for, when that was not everything: such a backup does not stand for its database. */
export const Part = z.object({
  content: z.enum(["all", "schema", "data"]),
  /** Tables and views that were taken, as `schema.name` where there are schemas; null when no label chose them. */
  tables: z.array(z.string()).nullable(),
  /** Those left out, by a label or because they read what is; when tables were chosen, all others. */
  leftOut: z.array(z.string()),
  withoutRows: z.array(z.string()),
  /** What the dump must hold, by the server's catalogue. */
  wanted: ObjectCounts,
})
export type Part = z.output<typeof Part>

/** The file that was handed in, as it was. */
export const Imported = z.object({
  /** As the person called it, without its folder. */
  fileName: z.string(),
  bytes: z.number().int().nonnegative(),
  sha256: Sha256,
  at: Instant,
})
export type Imported = z.output<typeof Imported>

export const Manifest = z.object({
  formatVersion: z.literal(manifestVersion),
  id: BackupId,
  runId: RunId,
  server: z.object({
    id: ServerId,
    name: z.string(),
    project: z.string().nullable(),
    service: z.string().nullable(),
    container: z.string(),
    image: z.string(),
    imageId: z.string(),
  }),
  subject: Subject,
  facts: DatabaseFacts.nullable(),
  job: z.string(),
  type: BackupType,
  trigger: Trigger,
  engine: z.object({ name: Engine, serverVersion: z.string(), tool: z.string(), toolVersion: z.string() }),
  /** The dump's argv, which never holds a secret. */
  command: z.array(z.string()),
  startedAt: Instant,
  finishedAt: Instant,
  format: DumpFormat,
  /** Applied outside the dump's own format: the stored file is the dump passed through this. */
  compression: z.enum(["zstd", "gzip", "none"]),
  /** In the tool's words, where it compressed by itself: `zstd:3` inside a custom-format archive. */
  sourceCompression: z.string().nullable(),
  /** Applied last, after the compression. */
  encryption: Encryption.nullable(),
  proof: Proof,
  /** What was counted in the dump as it passed, tables included. Manifests of earlier versions have none. */
  holds: ObjectCounts.optional(),
  fingerprint: Fingerprint.optional(),
  snapshot: Snapshot.optional(),
  /** Why it is kept but not trusted: far smaller than the last good one. Absent or null: there is no doubt. */
  suspect: Problem.nullable().optional(),
  /** Absent: the whole database. */
  part: Part.optional(),
  /** Of a dump that another tool made and a person handed in: the times are those of the file, and only its own end proves it. */
  imported: Imported.optional(),
  fileName: z.string(),
  /** The labels' values in force. */
  spec: z.record(z.string(), z.string()),
  /** What the labels `meta.<key>` say, for people. Manifests written before there was such a label have none. */
  meta: z.record(z.string(), z.string()).optional(),
  /** Commands for a person without this program. */
  restore: z.array(z.string()).min(1),
  program: z.string(),
})
export type Manifest = z.output<typeof Manifest>

/** Over everything else in the manifest, as JSON without white space, each object's keys sorted. */
export const Seal = z.strictObject({
  sha256: Sha256,
  /** By a key derived from ENCRYPTION_KEY, where there is one; `key` tells one such key from another. */
  signature: z.strictObject({ key: z.string().regex(/^[0-9a-f]{16}$/), hmac: Sha256 }).optional(),
})
export type Seal = z.output<typeof Seal>

/** As it stands beside the bytes. Manifests of earlier versions have no seal. */
export const SealedManifest = Manifest.extend({ seal: Seal.optional() })
