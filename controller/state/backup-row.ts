// Reads a backup's row, its copies beside it, into the state it is in.
import { z } from "zod"
import { Backup, type CompletedBackup, Verified } from "../../schemas/backup.ts"
import { Part } from "../../schemas/manifest.ts"
import { partInWords } from "../core/restorable-part.ts"
import { instant, instantOrNull, json, readRow, seconds } from "./row.ts"

export interface BackupRow {
  readonly id: string
  readonly run_id: string
  readonly job_id: string
  readonly server_id: string
  readonly server_name: string
  readonly database_id: string
  readonly kind: string
  readonly database: string
  readonly engine: string
  readonly type: string
  readonly trigger: string
  readonly queued_at: number
  readonly status: string
  readonly started_at: number | null
  readonly finished_at: number | null
  readonly error: string | null
  readonly manifest: string | null
  readonly accepted_at: number | null
  readonly pinned_at: number | null
  readonly pin_reason: string | null
  /** JSON object; null when it was not verified. */
  readonly last_verified: string | null
  /** JSON array, in the order the copies were planned. */
  readonly copies: string
  /** Of the last good backup of the same database; only looked up while this one runs. */
  readonly last_stored_bytes: number | null
}

/** Ends in `backups b`; a WHERE may follow. */
export const selectBackups = `
  SELECT b.*,
    (SELECT json_group_array(json_object('destination', destination, 'key', key, 'state', state, 'at', at,
        'error', json(error), 'verified', verified) ORDER BY position)
      FROM copies WHERE backup_id = b.id AND state <> 'planned') AS copies,
    (SELECT json_object('level', level, 'at', finished_at, 'outcome', outcome) FROM verifications
      WHERE backup_id = b.id ORDER BY finished_at DESC, rowid DESC LIMIT 1) AS last_verified,
    CASE WHEN b.status = 'running' THEN
      (SELECT stored_bytes FROM backups g
        WHERE g.database_id = b.database_id AND g.status = 'completed' AND g.deleted_at IS NULL AND g.doubted = 0
        ORDER BY g.finished_at DESC, g.id DESC LIMIT 1)
    END AS last_stored_bytes
  FROM backups b`

export interface Seen {
  readonly rawBytes: number
  readonly storedBytes: number
}

// Only what a backup shows of its manifest. `Backup` checks the rest here, `Manifest` the whole when it is asked for.
const Shown = z.object({
  fileName: z.unknown(),
  compression: z.string(),
  sourceCompression: z.string().nullable(),
  encryption: z.unknown(),
  proof: z.unknown(),
  suspect: z.unknown().optional(),
  part: Part.optional(),
})

const VerifiedRow = z
  .object({ level: z.string(), at: z.number(), outcome: z.string() })
  .transform(({ at, ...rest }) => ({ ...rest, at: instant(at) }))

const CopyRow = z.object({
  destination: z.string(),
  key: z.string(),
  state: z.enum(["stored", "failed", "deleted"]),
  at: z.number().nullable(),
  error: z.unknown(),
  verified: Verified.nullable(),
})

export function readBackup(row: BackupRow, seen: Seen | undefined): Backup {
  return readRow(`backup ${row.id}`, () => {
    const base = {
      id: row.id,
      runId: row.run_id,
      jobId: row.job_id,
      serverId: row.server_id,
      serverName: row.server_name,
      databaseId: row.database_id,
      database: row.database,
      kind: row.kind,
      engine: row.engine,
      type: row.type,
      trigger: row.trigger,
      queuedAt: instant(row.queued_at),
      status: row.status,
      startedAt: instantOrNull(row.started_at),
    }
    if (row.status === "completed") return Backup.parse({ ...base, ...completed(row) })
    if (row.finished_at !== null) {
      return Backup.parse({ ...base, finishedAt: instant(row.finished_at), error: json(row.error) })
    }
    const progress = { ...(seen ?? { rawBytes: 0, storedBytes: 0 }), lastStoredBytes: row.last_stored_bytes }
    return Backup.parse({ ...base, progress })
  })
}

/** For rows that a query chose for being completed. */
export function readCompleted(row: BackupRow): CompletedBackup {
  const backup = readBackup(row, undefined)
  if (backup.status !== "completed") throw new Error(`backup ${row.id} is ${backup.status}, not completed`)
  return backup
}

function completed({ started_at, finished_at, manifest, copies, accepted_at, ...said }: BackupRow) {
  const shown = Shown.parse(json(manifest))
  return {
    finishedAt: instant(finished_at ?? Number.NaN),
    durationSeconds: seconds(started_at ?? Number.NaN, finished_at ?? Number.NaN),
    fileName: shown.fileName,
    compression: shown.compression === "none" ? (shown.sourceCompression ?? "none") : shown.compression,
    encryption: shown.encryption,
    ...(shown.part ? { part: partInWords(shown.part) } : {}),
    proof: shown.proof,
    suspect: shown.suspect ?? null,
    acceptedAt: instantOrNull(accepted_at),
    pinned: said.pinned_at === null ? null : { at: instant(said.pinned_at), reason: said.pin_reason },
    lastVerified: VerifiedRow.nullable().parse(json(said.last_verified)),
    copies: z.array(CopyRow).parse(json(copies)).map(copyOf),
  }
}

function copyOf({ destination, key, state, at, error, verified }: z.output<typeof CopyRow>) {
  if (state === "failed") return { state, destination, key, error }
  return state === "stored"
    ? { state, destination, key, storedAt: instant(at ?? Number.NaN), ...(verified && { verified }) }
    : { state, destination, key, deletedAt: instant(at ?? Number.NaN) }
}
