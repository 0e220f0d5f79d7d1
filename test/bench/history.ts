// Gives every server in a catalogue databases with a good backup each, in one stroke: made by the rules of its tables, not by runs.
import { Database } from "bun:sqlite"

/** The catalogue must not be in use. */
export function fillHistory(path: string, databasesPerServer: number): void {
  const db = new Database(path)
  db.run("PRAGMA foreign_keys = ON")
  db.run("BEGIN")
  const numbers = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${databasesPerServer})`
  const now = Date.now()
  db.run(`INSERT INTO databases ${numbers} SELECT id, 'db' || i, ${now}, NULL FROM servers, n`)
  db.run(
    `INSERT INTO runs (id, server_id, server_name, job_id, trigger, queued_at, status, started_at, finished_at)
     SELECT 'run-' || id, id, name, id || ':default', 'schedule', ${now}, 'completed', ${now}, ${now} FROM servers`,
  )
  const proof = {
    ...{ exitCode: 0, end: "all 14 data blocks", rawBytes: 5000, storedBytes: 1000 },
    ...{ rawSha256: "a".repeat(64), storedSha256: "b".repeat(64) },
  }
  const manifest = { id: "", fileName: "x.dump", compression: "none", sourceCompression: "zstd:3", proof }
  db.run(
    `INSERT INTO backups (id, run_id, job_id, server_id, server_name, database_id, kind, database, engine, type, trigger,
       queued_at, status, started_at, finished_at, manifest)
     ${numbers} SELECT id || '-' || i, 'run-' || id, id || ':default', id, name, id || ':db' || i, 'database', 'db' || i,
       'postgres', 'daily', 'schedule', ${now}, 'completed', ${now}, ${now}, json_set(?, '$.id', id || '-' || i)
     FROM servers, n`,
    [JSON.stringify(manifest)],
  )
  db.run(
    `INSERT INTO copies (backup_id, destination, key, state, at)
     SELECT id, 'local', 'k/' || id, 'stored', ${now} FROM backups`,
  )
  db.run("COMMIT")
  db.close()
}
