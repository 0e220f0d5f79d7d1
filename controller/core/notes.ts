// The notes as bytes, both ways, and whether they are believed: they must be of the backup that they stand beside.
import { BackupNotes } from "../../schemas/notes.ts"
import { Fault } from "./fault.ts"

export function formatNotes(notes: BackupNotes): Buffer {
  return Buffer.from(`${JSON.stringify(notes, null, 2)}\n`)
}

/** Throws a Fault `copy-mismatch` for anything but notes, of a version this program knows, of that backup. */
export function parseNotes(bytes: Buffer, backupId: string): BackupNotes {
  let data: unknown
  try {
    data = JSON.parse(bytes.toString("utf8"))
  } catch (cause) {
    throw new Fault("copy-mismatch", "the notes are not JSON", { cause })
  }
  const parsed = BackupNotes.safeParse(data)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new Fault("copy-mismatch", `the notes do not parse: ${issue?.path.join(".")}: ${issue?.message}`)
  }
  if (parsed.data.backupId !== backupId)
    throw new Fault("copy-mismatch", `the notes are of another backup: ${parsed.data.backupId}`)
  return parsed.data
}
