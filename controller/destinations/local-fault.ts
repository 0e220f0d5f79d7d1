// What the operating system's errors mean for a folder of backups, and what to do about each.
import { Fault } from "../core/fault.ts"

type Meaning = {
  readonly code: "disk-full" | "destination-unavailable"
  readonly what: string
  readonly hint: string
}

const unavailable = (what: string, hint: string): Meaning => ({ code: "destination-unavailable", what, hint })

const meanings: Readonly<Record<string, Meaning>> = {
  ENOSPC: {
    code: "disk-full",
    what: "has no space left",
    hint: "Free some space or lower the retention, then run the backup again.",
  },
  EDQUOT: {
    code: "disk-full",
    what: "has reached its quota",
    hint: "Raise the quota or lower the retention, then run the backup again.",
  },
  EFBIG: unavailable(
    "does not take a file this large",
    "The file system or a limit of the process caps file sizes. Use another file system.",
  ),
  EACCES: unavailable(
    "may not be used",
    "Give dbbackup's user read and write permission on the folder and what is in it.",
  ),
  EPERM: unavailable("may not be used", "Give dbbackup's user ownership of the folder and what is in it."),
  EROFS: unavailable("is read-only", "Mount the volume with write permission, without :ro."),
  ENOENT: unavailable("does not exist", "Create the folder, or mount the volume that holds it."),
  ENOTDIR: unavailable(
    "is not a folder",
    "Something that is not a folder is in the way. Move it, or use another path.",
  ),
  EIO: unavailable(
    "failed to read or write",
    "The disk reports an I/O error. Check the disk and the kernel's log.",
  ),
  ESTALE: unavailable("is gone from its network share", "Mount the share again."),
  EMFILE: unavailable(
    "cannot be opened",
    "Too many files are open. Raise the limit of open files (ulimit -n).",
  ),
}

/** An error of the file system as a Fault; a Fault as it is. `root` is the destination's folder. */
export function localFault(name: string, root: string, error: unknown): Fault {
  if (error instanceof Fault) return error
  const { code = "", message = String(error), syscall, path } = error as NodeJS.ErrnoException
  const known = meanings[code]
  const {
    code: fault,
    what,
    hint,
  } = known ?? unavailable("failed", "See the message, and check the folder and its volume.")
  const where = path === undefined || path === root ? "" : ` ${path}`
  const detail = known ? `${code}${syscall ? `, ${syscall}` : ""}${where}` : message
  return new Fault(fault, `${name} (${root}) ${what}: ${detail}`, { hint, cause: error })
}
