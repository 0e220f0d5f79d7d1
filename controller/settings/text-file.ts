// Reads a small text file that others write: whatever stands there instead, it ends quickly and says what is wrong.
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs"
import { Fault } from "../core/fault.ts"

/** Its text; null when there is no such file. Throws a Fault that says why it cannot be read. */
export function readTextFile(path: string, longestBytes: number): string | null {
  try {
    // Not blocking: a pipe in the file's place would be waited for without end.
    const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      return textIn(file, path, longestBytes)
    } finally {
      closeSync(file)
    }
  } catch (error) {
    if (error instanceof Fault) throw error
    const { code = "", message } = error as NodeJS.ErrnoException
    if (code === "ENOENT") return null
    throw unreadable(path, reasons[code] ?? message, "Let dbbackup's user read the file.", error)
  }
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  ELOOP: "its symbolic links lead in a circle",
  ENOTDIR: "a part of its path is no folder",
  EIO: "the disk cannot be read",
}

function textIn(file: number, path: string, longestBytes: number): string {
  const facts = fstatSync(file)
  if (facts.isDirectory())
    throw unreadable(
      path,
      "it is a folder",
      "Docker makes a folder where the file to mount does not exist: remove it, and make the file.",
    )
  if (!facts.isFile()) throw unreadable(path, "it is no file", "Put a text file there.")
  // One byte more than it may have: its size may change, and is 0 for files that a kernel makes up.
  const bytes = new Uint8Array(longestBytes + 1)
  let length = 0
  for (let read = -1; read !== 0 && length < bytes.length; length += read)
    read = readSync(file, bytes, length, bytes.length - length, null)
  if (length > longestBytes)
    throw unreadable(path, `it has more than ${longestBytes / 1024} KiB`, "Check that it is the right file.")
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(0, length))
  } catch (error) {
    throw unreadable(path, "it is not UTF-8 text", "Save it as UTF-8.", error)
  }
}

function unreadable(path: string, reason: string, hint: string, cause?: unknown): Fault {
  return new Fault("settings-invalid", `${path} cannot be read: ${reason}`, { hint, cause })
}
