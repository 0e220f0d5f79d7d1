// Where this clone keeps what it prepares: everything lies under .cache, which git ignores and anyone may delete.
import { mkdirSync } from "node:fs"
import { join } from "node:path"

export const repository = join(import.meta.dir, "..", "..")

/** A folder under .cache, made when it is not there. */
export function cacheFolder(...parts: readonly string[]): string {
  const folder = join(repository, ".cache", ...parts)
  mkdirSync(folder, { recursive: true })
  return folder
}
