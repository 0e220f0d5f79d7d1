// What is said of a backup after it was made: pins, verifications, and which destinations have not been told of it yet.
import { z } from "zod"
import type { BackupId } from "../../schemas/backup.ts"
import { BackupNotes, notesVersion } from "../../schemas/notes.ts"
import { Verification } from "../../schemas/verification.ts"
import type { Catalogue } from "../ports.ts"
import { publishBackup } from "./backups.ts"
import { instant, instantOrNull, json, readRow, readRows } from "./row.ts"
import type { Store } from "./store.ts"

type Notes = Pick<
  Catalogue,
  "pinBackup" | "addVerification" | "verifications" | "notes" | "lackingNotes" | "notesStored" | "copyChecked"
>

interface VerificationRow {
  readonly level: string
  readonly destination: string
  readonly started_at: number
  readonly finished_at: number
  readonly read_bytes: number
  readonly outcome: string
  readonly detail: string
}

/** Of the copy `c`: no deletion of it has begun. */
const isStaying =
  "NOT EXISTS (SELECT 1 FROM deletions d WHERE d.backup_id = c.backup_id AND d.destination = c.destination)"
const Lacking = z.object({ backupId: z.string(), destination: z.string(), key: z.string() })

export function notesIn(store: Store): Notes {
  const { db } = store

  const verifications = (id: string): readonly Verification[] => {
    const rows = db
      .query<VerificationRow, [string]>(
        "SELECT * FROM verifications WHERE backup_id = ? ORDER BY finished_at DESC, rowid DESC",
      )
      .all(id)
    return readRows(store, rows, (row) => verificationOf(id, row))
  }
  /** Later than any change before it, whatever the clock does. */
  const changed = (id: BackupId, at: Date) =>
    db
      .query("UPDATE backups SET notes_changed_at = max(?, coalesce(notes_changed_at, 0) + 1) WHERE id = ?")
      .run(at.getTime(), id)

  return {
    pinBackup(id, at, reason) {
      const done = store.write(() => {
        const { changes } = db
          .query(
            // One that is being deleted everywhere cannot be kept any more.
            `UPDATE backups SET pinned_at = ?, pin_reason = ? WHERE id = ? AND status = 'completed' AND deleted_at IS NULL
             AND EXISTS (SELECT 1 FROM copies c WHERE c.backup_id = backups.id AND c.state = 'stored' AND ${isStaying})`,
          )
          .run(reason === null ? null : at.getTime(), reason, id)
        if (changes > 0) changed(id, at)
        return changes > 0
      })
      if (done) publishBackup(store, id)
      return done
    },
    addVerification(id, verification) {
      store.write(() => {
        insertVerification(db, id, verification)
        changed(id, new Date(verification.finishedAt))
      })
      publishBackup(store, id)
    },
    verifications,
    notes(id) {
      const row = db
        .query<
          {
            pinned_at: number | null
            pin_reason: string | null
            accepted_at: number | null
            changed: number
          },
          [string]
        >(
          "SELECT pinned_at, pin_reason, accepted_at, notes_changed_at AS changed FROM backups WHERE id = ? AND notes_changed_at IS NOT NULL",
        )
        .get(id)
      if (row === null) return undefined
      const newest = new Map<string, Verification>()
      for (const one of verifications(id)) {
        const key = `${one.level} ${one.outcome}`
        if (!newest.has(key)) newest.set(key, one)
      }
      const pinned =
        row.pinned_at === null ? null : { at: instant(row.pinned_at), reason: row.pin_reason ?? "" }
      return readRow(`backup ${id}`, () =>
        BackupNotes.parse({
          formatVersion: notesVersion,
          backupId: id,
          asOf: instant(row.changed),
          pinned,
          acceptedAt: instantOrNull(row.accepted_at),
          verifications: [...newest.values()],
        }),
      )
    },
    lackingNotes(destination, limit) {
      const rows = db
        .query<z.input<typeof Lacking>, [string, number]>(
          `SELECT c.backup_id AS backupId, c.destination, c.key
           FROM backups b INDEXED BY backups_noted JOIN copies c ON c.backup_id = b.id AND c.destination = ?
           WHERE b.notes_changed_at IS NOT NULL AND b.deleted_at IS NULL AND c.state = 'stored'
             AND coalesce(c.notes_at, 0) < b.notes_changed_at AND ${isStaying}
           ORDER BY b.notes_changed_at LIMIT ?`,
        )
        .all(destination, limit)
      return rows.map((row) => ({ ...row, backupId: row.backupId as BackupId }))
    },
    notesStored(id, destination, asOf) {
      return store.write(
        () =>
          db
            .query(
              `UPDATE copies AS c SET notes_at = ?
               WHERE backup_id = ? AND destination = ? AND state = 'stored' AND ${isStaying}`,
            )
            .run(asOf.getTime(), id, destination).changes > 0,
      )
    },
    copyChecked(id, destination, at) {
      store.write(() =>
        db
          .query(
            "UPDATE copies SET checked_at = ? WHERE backup_id = ? AND destination = ? AND state = 'stored'",
          )
          .run(at.getTime(), id, destination),
      )
    },
  }
}

export function insertVerification(db: Store["db"], id: BackupId, verification: Verification): void {
  const { level, destination, startedAt, finishedAt, readBytes, outcome } = verification
  const detail = outcome === "passed" ? passedDetail(verification) : verification.problem
  db.query("INSERT INTO verifications VALUES (?, ?, ?, ?, ?, ?, ?, ?)").run(
    id,
    level,
    destination,
    Date.parse(startedAt),
    Date.parse(finishedAt),
    readBytes,
    outcome,
    JSON.stringify(detail),
  )
}

function verificationOf(id: string, row: VerificationRow): Verification {
  return readRow(`a verification of backup ${id}`, () => {
    const detail = json(row.detail)
    return Verification.parse({
      level: row.level,
      destination: row.destination,
      startedAt: instant(row.started_at),
      finishedAt: instant(row.finished_at),
      readBytes: row.read_bytes,
      outcome: row.outcome,
      ...(row.outcome === "passed" ? ofPassed(detail) : { problem: detail }),
    })
  })
}

type Passed = Extract<Verification, { outcome: "passed" }>

/** The report alone, but for a drill, which took its time. */
const passedDetail = ({ report, recoverySeconds }: Passed) =>
  recoverySeconds === undefined ? report : { report, recoverySeconds }

const ofPassed = (detail: unknown) => (Array.isArray(detail) ? { report: detail } : (detail as object))
