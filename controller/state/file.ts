// Opens the SQLite file: folder and file modes, connection settings, and a first look for damage. Schema is migrate.ts.
import { Database } from "bun:sqlite"
import { closeSync, existsSync, mkdirSync, openSync, statfsSync, statSync } from "node:fs"
import { dirname } from "node:path"
import { Fault } from "../core/fault.ts"
import type { Log } from "../ports.ts"
import { sqliteFault } from "./sqlite-fault.ts"

// Checking reads the whole file, about 200 MB a second: a start must not wait for a very long history.
const quicklyCheckedBytes = 32 * 1024 * 1024

/** The open connection. Throws a Fault that names the path when it cannot be had, or is damaged. */
export function openFile(path: string, log: Log): Database {
  createFile(path)
  // A log beside the file says that the last process did not close it.
  const isWorthALook = existsSync(`${path}-wal`) || statSync(path).size <= quicklyCheckedBytes
  warnOfNetworkDisk(dirname(path), log)
  let db: Database | undefined
  try {
    db = new Database(path, { readwrite: true, strict: true })
    // bun:sqlite starts with no waiting and foreign keys off.
    db.run("PRAGMA busy_timeout = 5000")
    db.run("PRAGMA journal_mode = WAL")
    db.run("PRAGMA synchronous = FULL")
    db.run("PRAGMA foreign_keys = ON")
    if (isWorthALook) refuseDamage(db, path)
    return db
  } catch (error) {
    db?.close()
    throw sqliteFault(error, path)
  }
}

// The name of every database, the labels and the whole history are in it: for the owner's eyes only.
function createFile(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    closeSync(openSync(path, "a", 0o600))
  } catch (error) {
    throw new Fault("settings-invalid", `the catalogue cannot be written: ${path} (${messageOf(error)})`, {
      hint: "DATABASE_PATH must name a file in a folder that dbbackup's user may write.",
      cause: error,
    })
  }
}

function refuseDamage(db: Database, path: string): void {
  const row = db.query("PRAGMA quick_check(1)").values()[0]?.[0]
  if (row === "ok") return
  throw new Fault("internal", `the catalogue is damaged: ${path} (${String(row)})`, {
    hint:
      "The stored backups are not touched by this. Stop dbbackup, move the file away and start again with a new one, " +
      "or put back a copy of it from before.",
  })
}

// Magic numbers of statfs(2). SQLite's write-ahead log needs shared memory, which these do not give.
const networkDisks = new Map([
  [0x6969, "NFS"],
  [0x517b, "SMB"],
  [0xff534d42, "CIFS"],
  [0xfe534d42, "SMB2"],
])

function warnOfNetworkDisk(folder: string, log: Log): void {
  const kind = networkDisks.get(Number(statfsSync(folder).type))
  if (kind === undefined) return
  log("warn", `the catalogue is on a network disk (${kind}), where SQLite can lose data`, {
    folder,
    hint: "Put DATABASE_PATH on a local disk or a local Docker volume.",
  })
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
