// Walks a folder of backups: regular files by key. Links are not followed, and what vanishes meanwhile is not missed.
import type { Dirent } from "node:fs"
import { readdir } from "node:fs/promises"
import { join } from "node:path"

/** Yields keys in no order. Only folders that can hold the prefix are read. Rejects when the root or a folder cannot be read. */
export async function* filesUnder(root: string, prefix: string, folder = ""): AsyncGenerator<string> {
  for (const entry of await entriesOf(root, folder)) {
    const key = folder + entry.name
    if (entry.isFile() && key.startsWith(prefix)) yield key
    if (entry.isDirectory() && !isForeign(key)) {
      const path = `${key}/`
      if (path.startsWith(prefix) || prefix.startsWith(path)) yield* filesUnder(root, prefix, path)
    }
  }
}

async function entriesOf(root: string, folder: string): Promise<readonly Dirent[]> {
  try {
    return await readdir(join(root, folder), { withFileTypes: true })
  } catch (error) {
    const gone = (error as NodeJS.ErrnoException).code === "ENOENT" && folder !== ""
    if (gone) return []
    throw error
  }
}

/** At the root of an ext4 volume, and readable by root alone. */
function isForeign(key: string): boolean {
  return key === "lost+found"
}
