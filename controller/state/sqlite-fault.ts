// What SQLite's own errors mean for the operator. Any other error passes as it is: it is a bug, or already a Fault.
import { SQLiteError } from "bun:sqlite"
import { Fault } from "../core/fault.ts"

/** @param why in SQLite's words */
export function damaged(path: string, why: string, cause?: unknown): Fault {
  return new Fault("catalogue-damaged", `the catalogue is damaged: ${path} (${why})`, {
    hint:
      "The stored backups are not touched by this. Start dbbackup again: it sets the damaged file aside, and makes the " +
      "catalogue again from its copies and from the manifests at every destination.",
    cause,
  })
}

/** The Fault for an SQLite error about the file at `path`; everything else unchanged. */
export function sqliteFault(error: unknown, path: string): unknown {
  if (!(error instanceof SQLiteError)) return error
  const code = error.code ?? ""
  const saying = (what: string) => `${what}: ${path} (${error.message})`
  if (code.startsWith("SQLITE_FULL")) {
    return new Fault("disk-full", saying("no space left for the catalogue"), {
      hint: "Free space on the disk that holds it, or move DATABASE_PATH to a larger one.",
      cause: error,
    })
  }
  if (code.startsWith("SQLITE_NOTADB") || code.startsWith("SQLITE_CORRUPT")) {
    return damaged(path, error.message, error)
  }
  if (code.startsWith("SQLITE_BUSY") || code.startsWith("SQLITE_LOCKED")) {
    return new Fault("data-folder-in-use", saying("another program holds the catalogue"), {
      hint: "Close whatever else has the file open, such as an SQLite shell or a second dbbackup.",
      cause: error,
    })
  }
  if (/^SQLITE_(CANTOPEN|READONLY|IOERR|PERM|AUTH)/.test(code)) {
    return new Fault("settings-invalid", saying("the catalogue cannot be written"), {
      hint: "DATABASE_PATH must name a file in a folder that dbbackup's user may write, on a disk that works.",
      cause: error,
    })
  }
  return error
}
