// Keeps the last good text of the settings file beside the catalogue, for a start with a bad one.
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs"
import { join } from "node:path"
import { readTextFile } from "./text-file.ts"

const pathIn = (folder: string) => join(folder, "settings.last-good.yaml")

/** Replaces what was kept, all or nothing. Throws when it cannot be written. */
export function keepLastGood(folder: string, text: string): void {
  const part = `${pathIn(folder)}.part`
  rmSync(part, { force: true })
  const file = openSync(part, "wx", 0o600)
  try {
    writeSync(file, text)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(part, pathIn(folder))
}

/** Null when none is kept. Throws when it cannot be read. */
export function lastGood(folder: string, longestBytes: number): string | null {
  return readTextFile(pathIn(folder), longestBytes)
}

export function forgetLastGood(folder: string): void {
  rmSync(pathIn(folder), { force: true })
}
