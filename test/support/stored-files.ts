// What a folder holds of backups: bytes and manifests, without hidden files and the page that says how to restore, whole or being written.
import { readdirSync } from "node:fs"
import { join } from "node:path"
import { guideKey } from "../../controller/core/restore-guide.ts"

/** Paths inside the folder, sorted. */
export function storedFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith(".") && !entry.name.startsWith(guideKey))
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1))
    .sort()
}
