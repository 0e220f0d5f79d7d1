// Gives every server in a catalogue a long history of one database: good backups with whole manifests, failed ones, suspect ones.
import { Database } from "bun:sqlite"

export interface Years {
  readonly path: string
  readonly backupsPerServer: number
  /** Tables that each fingerprint tells of. */
  readonly tables: number
}

const hours = 3_600_000
/** A backup every six hours: types as the schedules of a real job have them. */
const every = 6 * hours
const types = ["hourly", "daily", "weekly", "manual"]

/** The catalogue must not be in use. Returns how many backups were put in. */
export function fillYears({ path, backupsPerServer, tables }: Years): number {
  const db = new Database(path, { strict: true })
  db.run("PRAGMA foreign_keys = ON")
  db.run("PRAGMA synchronous = OFF")
  const servers = db.query<{ id: string; name: string }, []>("SELECT id, name FROM servers ORDER BY id").all()
  const addDatabase = db.query("INSERT OR IGNORE INTO databases VALUES (?, 'shop', ?, NULL)")
  const addRun = db.query(
    `INSERT INTO runs (id, server_id, server_name, job_id, trigger, queued_at, status, started_at, finished_at, error)
     VALUES ($id, $server, $name, $job, 'schedule', $at, $status, $at, $end, $error)`,
  )
  const addBackup = db.query(
    `INSERT INTO backups (id, run_id, job_id, server_id, server_name, database_id, kind, database, engine, type, trigger,
       queued_at, status, started_at, finished_at, error, manifest)
     VALUES ($id, $run, $job, $server, $name, $database, 'database', 'shop', 'postgres', $type, 'schedule', $at, $status, $at, $end,
       $error, $manifest)`,
  )
  const addCopy = db.query(
    "INSERT INTO copies (backup_id, destination, key, state, at, verified) VALUES (?, ?, ?, 'stored', ?, 'hash')",
  )
  const error = JSON.stringify({
    code: "dump-failed",
    message: "pg_dump exited 1 after 31 MiB",
    hint: "Look.",
    key: null,
    suggestion: null,
  })
  const rows = Object.fromEntries(
    Array.from({ length: tables }, (_, i) => [`public.table_number_${i}`, i * 997]),
  )
  const newest = Date.now() - hours
  let n = 0
  db.transaction(() => {
    for (const [s, { id: server, name }] of servers.entries()) {
      addDatabase.run(server, newest)
      for (let b = 0; b < backupsPerServer; b++, n++) {
        const at = newest - (backupsPerServer - b) * every - s * 1000
        const end = at + 60_000
        const number = n.toString(16).padStart(12, "0")
        const id = `019a0000-0000-7000-8000-${number}`
        const run = `019b0000-0000-7000-8000-${number}`
        const type = types[n % 29 === 0 ? 3 : n % 7 === 0 ? 2 : n % 4 === 0 ? 1 : 0] ?? "daily"
        const isFailed = n % 41 === 0
        const common = { server, name, job: `${server}:default`, at, end }
        addRun.run({
          ...common,
          id: run,
          status: isFailed ? "failed" : "completed",
          error: isFailed ? error : null,
        })
        const suspect = n % 97 === 0 ? JSON.parse(error) : null
        addBackup.run({
          ...common,
          ...{ id, run, type, database: `${server}:shop`, status: isFailed ? "failed" : "completed" },
          ...{
            error: isFailed ? error : null,
            manifest: isFailed ? null : manifest(id, run, server, name, type, at, rows, suspect),
          },
        })
        if (isFailed) continue
        const key = keyOf(server, type, at, id)
        for (const destination of ["local", "s3"]) addCopy.run(id, destination, key, end)
      }
    }
  })()
  db.close()
  return n
}

export function keyOf(server: string, type: string, at: number, id: string): string {
  const text = new Date(at).toISOString().replace(/[-:]/g, "")
  const [date, time] = text.slice(0, 15).split("T")
  return `${server}/shop/${text.slice(0, 4)}/${text.slice(4, 6)}/shop_${type}_${date}_${time}_${id.slice(-8)}.dump`
}

/** As large and as deep as a real one. */
export function manifest(
  ...[id, runId, server, name, type, at, rows, suspect]: readonly [
    ...[id: string, runId: string, server: string, name: string, type: string, at: number],
    ...[rows: Record<string, number>, suspect: unknown],
  ]
): string {
  const key = keyOf(server, type, at, id)
  return JSON.stringify({
    ...{ formatVersion: 1, id, runId },
    server: {
      ...{ id: server, name, project: null, service: null, container: name, image: "postgres:17" },
      imageId: `sha256:${"c".repeat(64)}`,
    },
    subject: { kind: "database", name: "shop" },
    facts: { attributes: { encoding: "UTF8", collate: "en_US.utf8", ctype: "en_US.utf8" }, tables: 3 },
    ...{ job: "default", type, trigger: "schedule" },
    engine: { name: "postgres", serverVersion: "17.6", tool: "pg_dump", toolVersion: "17.6" },
    command: ["pg_dump", "--format=custom", "--create", "--no-password", "--dbname=dbname='shop'"],
    startedAt: new Date(at).toISOString(),
    finishedAt: new Date(at + 60_000).toISOString(),
    ...{ format: "archive", compression: "none", sourceCompression: "zstd:3", encryption: null },
    proof: {
      ...{
        exitCode: 0,
        end: "all 14 data blocks of the archive's table of contents",
        rawBytes: 5000,
        storedBytes: 1000,
      },
      ...{ rawSha256: "a".repeat(64), storedSha256: "b".repeat(64) },
    },
    holds: { tables: 3, views: 1 },
    fingerprint: {
      ...{
        level: "estimates",
        sameSnapshot: true,
        rows,
        schemaSha256: "d".repeat(64),
        sequences: {},
        extensions: {},
      },
      ...{ roles: ["app"], databaseBytes: 100_000, seconds: 0.2 },
    },
    ...(suspect === null ? {} : { suspect }),
    fileName: key.slice(key.lastIndexOf("/") + 1),
    spec: { schedule: "daily", timezone: "Europe/Berlin", retention: "24h 7d 4w 12m" },
    restore: ["docker exec db createdb", "cat shop.dump | docker exec -i db pg_restore"],
    program: "dbbackup 0.1.0",
  })
}
