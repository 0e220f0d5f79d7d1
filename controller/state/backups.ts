// What happens to a backup: asked for, started, ended, its copies deleted. Reading them is backup-lists.ts.
import type { Backup, Copy } from "../../schemas/backup.ts"
import { Manifest } from "../../schemas/manifest.ts"
import { subjectName } from "../core/key.ts"
import type { BackupOutcome, Catalogue, NewBackup } from "../ports.ts"
import type { Seen } from "./backup-row.ts"
import type { Progress } from "./progress.ts"
import type { Store } from "./store.ts"
import { endsFrom, requireStatus } from "./transition.ts"

type Changes = Pick<
  Catalogue,
  "addBackup" | "startBackup" | "finishBackup" | "progress" | "deletingCopy" | "copyDeleted"
>

export function backupsIn(store: Store, progress: Progress<Seen>): Changes {
  const { db } = store

  const published = (id: string) => publishBackup(store, id)

  return {
    addBackup(backup) {
      store.write(() => {
        requireStatus(store, "runs", backup.runId, ["queued", "running"], "given a backup")
        db.query(
          `INSERT INTO backups (id, run_id, job_id, server_id, server_name, database_id, kind, database, engine, type,
             trigger, queued_at, status)
           VALUES ($id, $runId, $jobId, $serverId, $serverName, $databaseId, $kind, $database, $engine, $type, $trigger,
             $queuedAt, 'queued')`,
        ).run(rowOf(backup))
      })
      published(backup.id)
    },
    startBackup(id, at, copies) {
      store.write(() => {
        requireStatus(store, "backups", id, ["queued"], "started")
        db.query("UPDATE backups SET status = 'running', started_at = ? WHERE id = ?").run(at.getTime(), id)
        const plan = db.query(
          "INSERT INTO copies (backup_id, destination, key, state) VALUES (?, ?, ?, 'planned')",
        )
        for (const { destination, key } of copies) plan.run(id, destination, key)
      })
      published(id)
    },
    finishBackup(id, at, outcome) {
      store.write(() => {
        requireStatus(store, "backups", id, endsFrom(outcome.status), `finished as ${outcome.status}`)
        if (outcome.status === "completed") saveCopies(store, id, outcome.copies)
        db.query("DELETE FROM copies WHERE backup_id = ? AND state = 'planned'").run(id)
        const { error, manifest } = documents(outcome)
        db.query("UPDATE backups SET status = ?, finished_at = ?, error = ?, manifest = ? WHERE id = ?").run(
          outcome.status,
          at.getTime(),
          error,
          manifest,
          id,
        )
      })
      progress.forget(id)
      published(id)
    },
    progress(id, rawBytes, storedBytes) {
      if (!progress.keep(id, { rawBytes, storedBytes })) return
      store.publish({ name: "run.progress", data: { backupId: id, rawBytes, storedBytes } })
    },
    deletingCopy(id, destination) {
      store.write(() => db.query("INSERT OR IGNORE INTO deletions VALUES (?, ?)").run(id, destination))
    },
    copyDeleted(id, destination, at) {
      store.write(() => {
        db.query("DELETE FROM deletions WHERE backup_id = ? AND destination = ?").run(id, destination)
        const { changes } = db
          .query(
            `UPDATE copies SET state = 'deleted', at = ?, error = NULL
             WHERE backup_id = ? AND destination = ? AND state IN ('stored', 'failed')`,
          )
          .run(at.getTime(), id, destination)
        if (changes === 0) return requireCopy(store, id, destination)
        db.query(
          `UPDATE backups SET deleted_at = ? WHERE id = ? AND deleted_at IS NULL AND NOT EXISTS
             (SELECT 1 FROM copies WHERE backup_id = backups.id AND state = 'stored')`,
        ).run(at.getTime(), id)
      })
      published(id)
    },
  }
}

/** Somebody else, retention or a person, may have deleted it at the same time; what never was cannot be deleted. */
function requireCopy({ db }: Store, id: string, destination: string): void {
  const copy = db.query("SELECT 1 FROM copies WHERE backup_id = ? AND destination = ? AND state = 'deleted'")
  if (copy.get(id, destination) === null)
    throw new Error(`backup ${id} has no copy at ${destination} to delete`)
}

/** Tells the world what has become of it. To be called after the transaction. */
export function publishBackup(store: Store, id: string): void {
  const row = store.db
    .query<{ databaseId: string; status: Backup["status"] }, [string]>(
      "SELECT database_id AS databaseId, status FROM backups WHERE id = ?",
    )
    .get(id)
  if (row !== null) store.publish({ name: "backup.updated", data: { backupId: id, ...row } })
}

function rowOf({ id, runId, jobId, serverId, serverName, databaseId, engine, type, ...rest }: NewBackup) {
  const { subject, trigger, queuedAt } = rest
  const names = { kind: subject.kind, database: subjectName(subject) }
  const ids = { id, runId, jobId, serverId, serverName, databaseId }
  return { ...ids, ...names, engine, type, trigger, queuedAt: queuedAt.getTime() }
}

function documents(outcome: BackupOutcome) {
  if (outcome.status !== "completed") return { error: JSON.stringify(outcome.error), manifest: null }
  return { error: null, manifest: JSON.stringify(Manifest.parse(outcome.manifest)) }
}

function saveCopies({ db }: Store, id: string, copies: readonly Copy[]): void {
  const save = db.query(
    `INSERT INTO copies (backup_id, destination, key, state, at, error, verified) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (backup_id, destination) DO UPDATE SET key = excluded.key, state = excluded.state, at = excluded.at,
       error = excluded.error, verified = excluded.verified`,
  )
  for (const copy of copies) {
    const at = copy.state === "stored" ? copy.storedAt : copy.state === "deleted" ? copy.deletedAt : null
    const error = copy.state === "failed" ? JSON.stringify(copy.error) : null
    const verified = copy.state === "stored" ? (copy.verified ?? null) : null
    save.run(id, copy.destination, copy.key, copy.state, at === null ? null : Date.parse(at), error, verified)
  }
}
