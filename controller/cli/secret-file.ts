// Writes a file that only its owner may read, and never over another one.
import { closeSync, fsyncSync, openSync, writeSync } from "node:fs"
import { Fault } from "../core/fault.ts"

export function writeSecret(path: string, text: string): void {
  let file: number
  try {
    file = openSync(path, "wx", 0o600)
  } catch (cause) {
    const there = (cause as NodeJS.ErrnoException).code === "EEXIST"
    throw new Fault(
      "request-invalid",
      there ? `${path} is there already` : `${path} cannot be written: ${(cause as Error).message}`,
      {
        hint: there
          ? "It may be the only copy of a key: name another file."
          : "Name a file in a folder that is there.",
        cause,
      },
    )
  }
  try {
    writeSync(file, text)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
