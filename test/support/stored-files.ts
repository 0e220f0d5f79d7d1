// What lies in the folder `local` of a controller under test: names relative to it, sorted, without hidden files.
import { readdirSync } from "node:fs"
import { join, relative } from "node:path"
import type { Place } from "./controller.ts"

export function storedFiles({ folder }: Pick<Place, "folder">): string[] {
  const root = join(folder, "backups")
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith("."))
    .map(({ parentPath, name }) => relative(root, join(parentPath, name)))
    .sort()
}
