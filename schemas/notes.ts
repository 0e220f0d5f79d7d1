// What was said of a backup after it was made, as JSON beside its manifest, which never changes: a rebuild knows it, too.
import { z } from "zod"
import { BackupId, Pin } from "./backup.ts"
import { Instant } from "./scalar.ts"
import { Verification } from "./verification.ts"

export const notesVersion = 1

export const BackupNotes = z.object({
  formatVersion: z.literal(notesVersion),
  backupId: BackupId,
  /** Of which change of it they are: later than those of any change before, whatever the clock did. */
  asOf: Instant,
  pinned: Pin.nullable(),
  acceptedAt: Instant.nullable(),
  /** The newest of each level and outcome, the newest first. */
  verifications: z.array(Verification),
})
export type BackupNotes = z.output<typeof BackupNotes>
