// One folder of a folder of backups, by name: what is a link, hidden, or gone meanwhile is left out.
import { lstat, readdir } from "node:fs/promises"
import { join } from "node:path"
import type { StoredFile } from "../../schemas/restore-source.ts"
import { isHidden } from "./key.ts"
import { pathOf } from "./local-path.ts"

/** Rejects with a Fault for a folder that leads out of the root, and as `readdir` does. @param folder empty, or ending with `/` */
export async function browseFolder(
  root: string,
  folder: string,
  after: string | null,
  most: number,
): Promise<readonly StoredFile[]> {
  // The path of anything in it, which need not be there: links that lead out are refused on the way.
  const { folder: real } = await pathOf(root, `${folder}x`)
  const found = await readdir(real, { withFileTypes: true })
  const keys = found
    .filter((entry) => entry.isFile() || entry.isDirectory())
    .map((entry) => `${folder}${entry.name}${entry.isDirectory() ? "/" : ""}`)
    .filter((key) => !isHidden(key) && (after === null || key > after))
    .sort()
  const page: StoredFile[] = []
  for (const key of keys.slice(0, most)) {
    if (key.endsWith("/")) page.push({ key, kind: "folder", bytes: null, modifiedAt: null })
    else {
      const stat = await lstat(join(real, key.slice(folder.length))).catch(() => null)
      if (stat?.isFile())
        page.push({ key, kind: "file", bytes: stat.size, modifiedAt: stat.mtime.toISOString() })
    }
  }
  return page
}
