// Files that are kept beside the catalogue: copies from before a migration, and damaged ones that were set aside.
import { copyFileSync, readdirSync, rmSync, statSync } from "node:fs"
import { basename, dirname, join } from "node:path"
import { problemOf } from "../core/fault.ts"
import type { CatalogueFile, Log } from "../ports.ts"

const before = /^\.before-\d{4}$/
const damaged = /^\.damaged-\d{8}T\d{6}(-\d+)?$/

/** Paths of one kind, the newest first. */
function kept(path: string, kind: RegExp): readonly string[] {
  const own = basename(path)
  return readdirSync(dirname(path))
    .filter((name) => name.startsWith(own) && kind.test(name.slice(own.length)))
    .sort()
    .reverse()
    .map((name) => join(dirname(path), name))
}

/** Of each kind the newest `keep` stay. Returns the names of what was removed. */
export function removeKept(path: string, keep: number): readonly string[] {
  const old = [before, damaged].flatMap((kind) => kept(path, kind).slice(keep))
  for (const name of old) for (const ending of ["", "-wal", "-shm"]) rmSync(name + ending, { force: true })
  return old.map((name) => basename(name))
}

/** Takes in the newest copy from before a migration that can be used; null when there is none. */
export function takeKept(
  catalogue: Pick<CatalogueFile, "takeIn">,
  path: string,
  log: Log,
): { readonly madeAt: Date; readonly from: string } | null {
  const scratch = `${path}.taken`
  for (const name of kept(path, before)) {
    try {
      copyFileSync(name, scratch)
      const taken = catalogue.takeIn(scratch, { installationToo: true })
      log("info", `took in the catalogue as it was before a migration: ${name}`, { ...taken })
      return { madeAt: statSync(name).mtime, from: name }
    } catch (error) {
      log("warn", `${name} cannot be used: ${problemOf(error).message}`)
    } finally {
      for (const ending of ["", "-journal", "-wal", "-shm"]) rmSync(scratch + ending, { force: true })
    }
  }
  return null
}
