// One controller per data folder. The lock is SQLite's on a file of its own: the kernel gives it back when the process
// dies, however it dies, and it holds between containers that share the volume, where a file with a pid in it would not.
import { Database, SQLiteError } from "bun:sqlite"
import { chmodSync, existsSync, mkdirSync, realpathSync } from "node:fs"
import { join } from "node:path"
import { Fault } from "../core/fault.ts"

export interface Lock {
  release(): void
}

// Kept here, because a connection that nothing refers to is closed by the garbage collector, and the lock goes with it.
const held = new Set<Database>()

/** Takes the folder until `release` or the end of the process. Throws `data-folder-in-use` at once when another has it. */
export function lockFolder(folder: string): Lock {
  const path = join(folder, ".dbbackup.lock")
  let db: Database | undefined
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    // Never opened and closed by other means: closing any descriptor of a file drops all of a process's locks on it.
    const isNew = !existsSync(path)
    db = new Database(path, { create: true, readwrite: true, strict: true })
    if (isNew) chmodSync(path, 0o600)
    db.run("PRAGMA busy_timeout = 0")
    db.run("PRAGMA journal_mode = MEMORY")
    // Nothing is ever written: the file stays empty and leaves no litter.
    db.run("BEGIN EXCLUSIVE")
  } catch (error) {
    db?.close()
    throw refusal(error, folder, path)
  }
  const lock = db
  held.add(lock)
  return {
    release() {
      held.delete(lock)
      lock.close()
    },
  }
}

function refusal(error: unknown, folder: string, path: string): Fault {
  if (error instanceof SQLiteError && error.code?.startsWith("SQLITE_BUSY")) {
    return new Fault("data-folder-in-use", `another dbbackup works in ${folder}`, {
      hint: "Stop the other one first, or give this one a data folder of its own (DATABASE_PATH, BACKUP_STORAGE_PATH).",
      cause: error,
    })
  }
  const message = error instanceof Error ? error.message : String(error)
  return new Fault("settings-invalid", `the data folder cannot be locked: ${path} (${message})`, {
    hint: "The folder must be writable for dbbackup's user, on a disk that supports file locks.",
    cause: error,
  })
}

/** Each folder once, however many things live in it. */
export function lockFolders(folders: readonly string[]): readonly Lock[] {
  for (const folder of folders) mkdirSync(folder, { recursive: true, mode: 0o700 })
  return [...new Set(folders.map((folder) => realpathSync(folder)))].map(lockFolder)
}
