// Opens the SQLite file: folder and file modes, connection settings, and a look for damage. Schema is migrate.ts.
import { Database } from "bun:sqlite"
import { closeSync, mkdirSync, openSync, statfsSync } from "node:fs"
import { dirname } from "node:path"
import { Fault } from "../core/fault.ts"
import type { Log } from "../ports.ts"
import { damageIn } from "./damage.ts"
import { damaged, sqliteFault } from "./sqlite-fault.ts"

/** The open connection. Throws a Fault that names the path when it cannot be had, or is damaged. */
export function openFile(path: string, log: Log): Database {
  createFile(path)
  warnOfNetworkDisk(dirname(path), log)
  let db: Database | undefined
  try {
    db = new Database(path, { readwrite: true, strict: true })
    // bun:sqlite starts with no waiting and foreign keys off.
    db.run("PRAGMA busy_timeout = 5000")
    db.run("PRAGMA journal_mode = WAL")
    db.run("PRAGMA synchronous = FULL")
    db.run("PRAGMA foreign_keys = ON")
    const damage = damageIn(db, path)
    if (damage !== null) throw damaged(path, damage)
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
