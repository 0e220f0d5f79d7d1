// An unfinished file beside its final place: written under a name of its own, made durable, then published or dropped.
import { randomBytes } from "node:crypto"
import { constants } from "node:fs"
import { type FileHandle, link, lstat, rename, unlink } from "node:fs/promises"
import { Fault } from "../core/fault.ts"
import { partialOf } from "./key.ts"
import { openHandle } from "./local-handle.ts"
import { type LocalPath, makePathOf, syncFolder } from "./local-path.ts"

export interface Partial {
  readonly handle: FileHandle
  readonly path: string
  readonly final: LocalPath
}

/** Mode 600, and never an existing file or what a link points at. */
export async function createPartial(root: string, key: string): Promise<Partial> {
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants
  for (let attempt = 1; ; attempt++) {
    try {
      const final = await makePathOf(root, key)
      const path = partialOf(final.file, randomBytes(6).toString("hex"))
      const handle = await openHandle(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
      return { handle, path, final }
    } catch (error) {
      // A folder just made may be pruned as empty by a removal at the same moment.
      if ((error as NodeJS.ErrnoException).code !== "ENOENT" || attempt === 5) throw error
    }
  }
}

/** Gives a synced and closed partial file its name, durably, unless the name is taken. `onVisible`: it has the name. */
export async function publishNew({ path, final }: Partial, onVisible: () => void): Promise<void> {
  try {
    await link(path, final.file)
    onVisible()
    await unlink(path)
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException
    if (code === "EEXIST") throw taken(final.file)
    if (!noHardLinks.includes(code)) throw error
    if (await exists(final.file)) throw taken(final.file)
    await rename(path, final.file)
    onVisible()
  }
  await syncFolder(final.folder)
}

/** How file systems without hard links refuse one: exFAT, some network shares. */
const noHardLinks = ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"]

/** The same, in the place of whatever has the name. */
export async function publishOver({ path, final }: Partial): Promise<void> {
  await rename(path, final.file)
  await syncFolder(final.folder)
}

/** Writes all of it, however little the system takes at a time. */
export async function writeAll(handle: FileHandle, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, at, bytes.length - at)
    at += bytesWritten
  }
}

async function exists(path: string): Promise<boolean> {
  return await lstat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return false
      throw error
    },
  )
}

export function taken(file: string): Fault {
  return new Fault("destination-unavailable", `${file} exists already and is not overwritten`, {
    hint: "Two backups were given one name. Move the file away if it is not a backup.",
  })
}
