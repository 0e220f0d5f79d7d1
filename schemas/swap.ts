// A restore that takes the place of a database: what of it stands where, and until when it can be undone.
import { z } from "zod"
import { BackupId } from "./backup.ts"
import { Problem } from "./errors.ts"
import { Instant } from "./scalar.ts"

const base = {
  /** Made just before, of what was about to be replaced; null until it was, and where none was wanted. */
  safetyBackupId: BackupId.nullable(),
  /** Why an undo, or dropping what was kept, did not work last. */
  problem: Problem.nullable(),
}
/** Which of the two has the name: the one that was there, or the one that was restored. */
const inPlace = z.enum(["old", "restored"])

export const Swap = z.discriminatedUnion("state", [
  /** The database that was there is untouched: nothing has been exchanged, or ever was. */
  z.object({ ...base, state: z.literal("beside") }),
  /** Under way, or broken off: what is in place is asked at the next look at the server. `inPlace`: before it. */
  z.object({ ...base, state: z.literal("exchanging"), inPlace, keptName: z.string() }),
  /** The other one is kept under another name, and an undo puts it back. PostgreSQL lets nobody connect to it. */
  z.object({ ...base, state: z.literal("kept"), inPlace, keptName: z.string(), keptUntil: Instant }),
  /** The other one is dropped, or is not there any more. */
  z.object({ ...base, state: z.literal("gone"), inPlace, keptName: z.string() }),
])
export type Swap = z.output<typeof Swap>
