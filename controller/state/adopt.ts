// Takes in backups that were found at a destination. Only what succeeded has a manifest: of their runs no more is known.
import type { BackupId } from "../../schemas/backup.ts"
import { databaseIdOf, jobIdOf, subjectName } from "../core/key.ts"
import type { Adopted, Catalogue, FoundBackup } from "../ports.ts"
import { keepOnDoubt, takeNotes } from "./adopt-notes.ts"
import { publishBackup } from "./backups.ts"
import type { Store } from "./store.ts"

type Fate = keyof Adopted

export function adoptIn(store: Store): Pick<Catalogue, "adopt"> {
  const { db } = store

  function adoptOne({ manifest, copy, notes }: FoundBackup): Fate {
    const known = db
      .query<{ status: string; deleted: number | null; copy: string | null }, [string, string]>(
        `SELECT status, deleted_at AS deleted,
           (SELECT iif(json_extract(error, '$.code') = 'copy-mismatch', 'bad', state) FROM copies
             WHERE backup_id = b.id AND destination = ?) AS copy
         FROM backups b WHERE id = ?`,
      )
      .get(copy.destination, manifest.id)
    if (known === null) {
      addRun(manifest)
      addBackup(manifest)
    } else {
      if (known.deleted !== null || known.copy === "deleted") return "deleted"
      if (known.status !== "completed" && known.status !== "interrupted") return "known"
      if (known.copy === "stored") {
        if (notes && notes !== "unreadable") takeNotes(db, manifest, notes)
        return "known"
      }
      // That its size is right says nothing: its bytes were read, and are others.
      if (known.copy === "bad") return "known"
    }
    db.query(
      `INSERT INTO copies (backup_id, destination, key, state, at) VALUES ($id, $destination, $key, 'stored', $at)
       ON CONFLICT (backup_id, destination) DO UPDATE SET key = excluded.key, state = 'stored', at = excluded.at, error = NULL`,
    ).run({ id: manifest.id, ...copy, at: Date.parse(manifest.finishedAt) })
    if (known?.status === "interrupted") complete(manifest)
    if (notes === "unreadable") {
      if (known === null) keepOnDoubt(db, manifest.id, copy.destination)
    } else if (notes) takeNotes(db, manifest, notes, copy.destination)
    return known?.status === "completed" ? "copies" : "added"
  }

  /** Its end was not recorded, by a catalogue that lost what it wrote last, and the manifest says how it ended. */
  function complete(manifest: FoundBackup["manifest"]): void {
    const { id, startedAt, finishedAt } = manifest
    db.query(
      `UPDATE backups SET status = 'completed', error = NULL, started_at = coalesce(started_at, $startedAt),
         finished_at = $finishedAt, manifest = $manifest WHERE id = $id`,
    ).run({
      id,
      startedAt: Date.parse(startedAt),
      finishedAt: Date.parse(finishedAt),
      manifest: JSON.stringify(manifest),
    })
  }

  /** Every backup belongs to a run. One that is gone is put back as it must have been for this backup. */
  function addRun({ runId, server, job, trigger, startedAt, finishedAt }: FoundBackup["manifest"]): void {
    db.query(
      `INSERT INTO runs (id, server_id, server_name, job_id, trigger, queued_at, status, started_at, finished_at)
       VALUES ($id, $serverId, $serverName, $jobId, $trigger, $startedAt, 'completed', $startedAt, $finishedAt)
       ON CONFLICT (id) DO UPDATE SET queued_at = min(queued_at, excluded.queued_at),
         started_at = min(started_at, excluded.started_at), finished_at = max(finished_at, excluded.finished_at)
         WHERE status = 'completed'`,
    ).run({
      id: runId,
      serverId: server.id,
      serverName: server.name,
      jobId: jobIdOf(server.id, job),
      trigger,
      startedAt: Date.parse(startedAt),
      finishedAt: Date.parse(finishedAt),
    })
  }

  function addBackup(manifest: FoundBackup["manifest"]): void {
    const { id, runId, server, job, subject, engine, type, trigger, startedAt, finishedAt } = manifest
    db.query(
      `INSERT INTO backups (id, run_id, job_id, server_id, server_name, database_id, kind, database, engine, type,
         trigger, queued_at, status, started_at, finished_at, manifest)
       VALUES ($id, $runId, $jobId, $serverId, $serverName, $databaseId, $kind, $database, $engine, $type, $trigger,
         $startedAt, 'completed', $startedAt, $finishedAt, $manifest)`,
    ).run({
      id,
      runId,
      jobId: jobIdOf(server.id, job),
      serverId: server.id,
      serverName: server.name,
      databaseId: databaseIdOf(server.id, subject),
      kind: subject.kind,
      database: subjectName(subject),
      engine: engine.name,
      type,
      trigger,
      startedAt: Date.parse(startedAt),
      finishedAt: Date.parse(finishedAt),
      manifest: JSON.stringify(manifest),
    })
  }

  return {
    adopt(found) {
      const counts = { added: 0, copies: 0, known: 0, deleted: 0 }
      // Of each database one: whoever follows reads its list anew.
      const changed = new Map<string, BackupId>()
      store.write(() => {
        for (const one of found) {
          const fate = adoptOne(one)
          counts[fate]++
          const { id, server, subject } = one.manifest
          if (fate !== "deleted" && (fate !== "known" || one.notes))
            changed.set(databaseIdOf(server.id, subject), id)
        }
      })
      for (const id of changed.values()) publishBackup(store, id)
      return counts
    },
  }
}
