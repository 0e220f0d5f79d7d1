// Where a key is in a folder. Folders that are links are followed inside the root, and refused when they lead out of it.
import { access, mkdir, open, realpath } from "node:fs/promises"
import { join, sep } from "node:path"
import { Fault } from "../core/fault.ts"
import { segmentsOf } from "./key.ts"

export interface LocalPath {
  readonly folder: string
  readonly file: string
}

/** The real path of the root. Rejects with ENOENT, ENOTDIR or EACCES when it cannot hold anything. */
export async function rootOf(root: string): Promise<string> {
  const realRoot = await realpath(root)
  await access(`${realRoot}/.`)
  return realRoot
}

/** The path of an existing or missing file. Rejects with ENOENT or ENOTDIR when a folder on the way is missing, whatever `root` is. */
export async function pathOf(root: string, key: string): Promise<LocalPath> {
  return await walk(root, key, async (next, realRoot) => inside(realRoot, await realpath(next), key))
}

/** As `pathOf`, but makes the missing folders, durably and for their owner only. The root itself must exist. */
export async function makePathOf(root: string, key: string): Promise<LocalPath> {
  return await walk(root, key, async (next, realRoot, parent) => {
    try {
      await mkdir(next, { mode: 0o700 })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error
      return inside(realRoot, await realpath(next), key)
    }
    await syncFolder(parent)
    return next
  })
}

async function walk(
  root: string,
  key: string,
  enter: (next: string, realRoot: string, parent: string) => Promise<string>,
): Promise<LocalPath> {
  const segments = segmentsOf(key)
  const realRoot = await realpath(root)
  let folder = realRoot
  for (const segment of segments.slice(0, -1)) folder = await enter(join(folder, segment), realRoot, folder)
  return { folder, file: join(folder, segments.at(-1) as string) }
}

function inside(realRoot: string, folder: string, key: string): string {
  if (folder.startsWith(realRoot === sep ? sep : realRoot + sep)) return folder
  throw new Fault("destination-unavailable", `a folder of ${key} is a link that leads out of ${realRoot}`, {
    hint: "Replace the link by a folder, or mount the other disk there.",
  })
}

/** A name is durable only when its folder is. EINVAL: the file system knows no syncing of folders, as some network shares. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r")
  try {
    await handle.sync()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EINVAL") throw error
  } finally {
    await handle.close()
  }
}
