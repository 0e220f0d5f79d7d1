// What was said of a backup since it was made, written beside one of its copies; and read there again.
import type { BackupId } from "../../schemas/backup.ts"
import type { BackupNotes } from "../../schemas/notes.ts"
import { notesKey } from "../core/key.ts"
import { formatNotes, parseNotes } from "../core/notes.ts"
import type { Catalogue, Destination } from "../ports.ts"
import { readWhole } from "./small-object.ts"

/** Rejects as the destination does; what is there then may be older. A copy that is deleted meanwhile is left without notes. */
export async function writeNotes(
  catalogue: Pick<Catalogue, "notes" | "notesStored">,
  destination: Destination,
  { backupId, key }: { readonly backupId: BackupId; readonly key: string },
  signal: AbortSignal,
): Promise<void> {
  const notes = catalogue.notes(backupId)
  if (notes === undefined) return
  await destination.put(notesKey(key), formatNotes(notes), signal)
  if (!catalogue.notesStored(backupId, destination.name, new Date(notes.asOf)))
    await destination.remove(notesKey(key), signal)
}

/** Beside the copy under `key`. Throws for notes that are not believed, `copy-missing` when there are none, or as the destination does. */
export async function storedNotes(
  destination: Destination,
  key: string,
  backupId: string,
  signal: AbortSignal,
): Promise<BackupNotes> {
  return parseNotes(await readWhole(destination, notesKey(key), signal), backupId)
}
