// What stands at a destination without the catalogue knowing of it, what is missing there, and what a person has done about both.
import { z } from "zod"
import { BackupId } from "./backup.ts"
import { Problem } from "./errors.ts"
import { Bytes, Instant } from "./scalar.ts"

const count = z.number().int().nonnegative()

export const StandingObject = z.object({ key: z.string(), bytes: Bytes, changedAt: Instant })
export type StandingObject = z.output<typeof StandingObject>

/**
 * `unlisted`: bytes with a manifest, a backup that the catalogue does not list. `bytes`, `manifest`, `notes`: without what makes
 * a backup of them. `deleted`: the catalogue says that it was deleted.
 */
export const OrphanKind = z.enum(["unlisted", "bytes", "manifest", "notes", "deleted"])
export type OrphanKind = z.output<typeof OrphanKind>

export const Orphan = z.object({
  kind: OrphanKind,
  /** Of the bytes that there are, or would be. Names it in a request. */
  key: z.string(),
  /** What stands there of it, and goes when it is cleaned. */
  objects: z.array(StandingObject).min(1),
  /** Of the backup that the catalogue knows by this name. Null: another installation's, perhaps, and cleaned only when it is named. */
  backupId: BackupId.nullable(),
  /** Why it stays for now, in words: it is too young, say. Null: it may be cleaned, or, an unlisted one, adopted. */
  waits: z.string().nullable(),
})
export type Orphan = z.output<typeof Orphan>

export const MissingCopy = z.object({
  backupId: BackupId,
  key: z.string(),
  /** `manifest`: the bytes are there without one. */
  lacks: z.enum(["bytes", "manifest", "everything"]),
  /** How many other destinations have the backup: from one of them it can be made again. */
  elsewhere: count,
})
export type MissingCopy = z.output<typeof MissingCopy>

export const Orphans = z.object({
  destination: z.string(),
  lookedAt: Instant,
  /** What was changed later than so long ago is left alone. */
  graceSeconds: count,
  /** The first thousand. */
  orphans: z.array(Orphan),
  orphansTotal: count,
  /** Copies that the catalogue lists and that are not there, the first thousand. */
  missing: z.array(MissingCopy),
  missingTotal: count,
  /** Objects that are not named as this program names them, the first hundred. They are never touched. */
  foreign: z.array(StandingObject),
  foreignTotal: count,
  foreignBytes: Bytes,
  /** Why nothing is changed here now: the destination shows none of the copies that are known to be there, or a run writes there. */
  halt: Problem.nullable(),
})
export type Orphans = z.output<typeof Orphans>

/** What a request names, by `Orphan.key` or `MissingCopy.key`. A megabyte is the most that a request may have. */
const keys = z.array(z.string().min(1).max(1024)).max(5000)

export const Named = z.strictObject({ keys: keys.min(1) })
export const ToClean = z.strictObject({
  /** Of backups that the catalogue knows. */
  keys: keys.prefault([]),
  /** Of those that it does not know, each named by a person: another installation may store there. */
  unknown: keys.prefault([]),
})
export type ToClean = z.output<typeof ToClean>

const Left = z.array(z.object({ key: z.string(), problem: Problem }))

export const Cleaned = z.object({
  /** Every object that is gone. */
  removed: z.array(StandingObject),
  /** What was named and is there still, with the reason. */
  left: Left,
})
export type Cleaned = z.output<typeof Cleaned>

export const AdoptedOrphans = z.object({
  added: count,
  copies: count,
  /** Servers that were not known before, by name. */
  servers: z.array(z.string()),
  left: Left,
})
export type AdoptedOrphans = z.output<typeof AdoptedOrphans>

export const Mended = z.object({
  /** Marked as failed: made again from another destination, by itself. */
  marked: z.array(z.string()),
  /** Its manifest was written again, beside bytes that are right. */
  completed: z.array(z.string()),
  left: Left,
})
export type Mended = z.output<typeof Mended>
