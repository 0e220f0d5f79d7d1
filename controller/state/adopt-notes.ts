// Takes in what stands beside a backup that was found: a pin, an acceptance, verifications. What the catalogue knows itself goes
// before it, unless what was found is of a later change.
import type { Database } from "bun:sqlite"
import type { BackupId } from "../../schemas/backup.ts"
import type { Manifest } from "../../schemas/manifest.ts"
import type { BackupNotes } from "../../schemas/notes.ts"
import { insertVerification } from "./notes.ts"

/** Before any change that a person or a verification made, in milliseconds. */
const earliest = 1

/** Of a backup that the catalogue has. @param foundAt whose copy is new to it, so that the notes there need not be written again */
export function takeNotes(
  db: Database,
  { id, suspect }: Manifest,
  { pinned, acceptedAt, asOf, verifications }: BackupNotes,
  foundAt?: string,
): void {
  const change = Date.parse(asOf)
  db.query(
    `UPDATE backups SET pinned_at = $pinnedAt, pin_reason = $reason, accepted_at = $acceptedAt, notes_changed_at = $change
     WHERE id = $id AND coalesce(notes_changed_at, 0) < $change`,
  ).run({
    id,
    change,
    pinnedAt: pinned && Date.parse(pinned.at),
    reason: pinned?.reason ?? null,
    // A person's word on what was never in doubt says nothing.
    acceptedAt: suspect && acceptedAt ? Date.parse(acceptedAt) : null,
  })
  for (const one of verifications.toReversed()) {
    const known = db
      .query(
        "SELECT 1 FROM verifications WHERE backup_id = ? AND level = ? AND destination = ? AND finished_at = ?",
      )
      .get(id, one.level, one.destination, Date.parse(one.finishedAt))
    if (known === null) insertVerification(db, id, one)
  }
  if (foundAt !== undefined)
    db.query("UPDATE copies SET notes_at = ? WHERE backup_id = ? AND destination = ?").run(
      change,
      id,
      foundAt,
    )
}

/**
 * Of one that is new, whose notes cannot be read: they may have said that it is to stay. Readable ones elsewhere are of a later
 * change than this; and those that were found stay as they are, a newer version may have written them.
 */
export function keepOnDoubt(db: Database, id: BackupId, foundAt: string): void {
  db.query(
    `UPDATE backups SET pinned_at = finished_at, pin_reason = ?, notes_changed_at = ${earliest} WHERE id = ?`,
  ).run("its notes could not be read when it was found", id)
  db.query(`UPDATE copies SET notes_at = ${earliest} WHERE backup_id = ? AND destination = ?`).run(
    id,
    foundAt,
  )
}
