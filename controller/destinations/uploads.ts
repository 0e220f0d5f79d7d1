// Where files are that were uploaded to be restored: a folder of the controller's own, beside its catalogue, for nobody else to read.
import { chmodSync, mkdirSync } from "node:fs"
import { join } from "node:path"
import { uploadPlace } from "../core/source-as-backup.ts"
import type { Destination } from "../ports.ts"
import { localDestination } from "./local.ts"

/** Makes the folder where it is missing. @param stateFolder the catalogue's */
export function uploadsIn(stateFolder: string): Destination {
  const folder = join(stateFolder, "uploads")
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  chmodSync(folder, 0o700)
  return localDestination(uploadPlace, folder)
}
