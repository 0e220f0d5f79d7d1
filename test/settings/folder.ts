// A folder of its own for the files of a test.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

export interface Folder {
  readonly path: string
  readonly at: (name: string) => string
  /** Writes a file, and returns where it is. */
  readonly write: (name: string, content: string | Uint8Array) => string
  readonly remove: () => void
}

export function folder(): Folder {
  const path = mkdtempSync(join(tmpdir(), "dbbackup-settings-"))
  const at = (name: string) => join(path, name)
  return {
    path,
    at,
    write(name, content) {
      writeFileSync(at(name), content)
      return at(name)
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  }
}
