// Reads the manifest that stands beside a copy's bytes.
import type { Manifest } from "../../schemas/manifest.ts"
import { Fault } from "../core/fault.ts"
import { manifestKey } from "../core/key.ts"
import { parseManifest } from "../core/manifest.ts"
import type { Destination } from "../ports.ts"
import { readWhole } from "./small-object.ts"

/** Of the copy under `key`; undefined when it has none. Throws for one that cannot be read, as the destination or the parser does. */
export async function storedManifest(
  destination: Destination,
  key: string,
  signal: AbortSignal,
): Promise<Manifest | undefined> {
  try {
    return parseManifest(await readWhole(destination, manifestKey(key), signal))
  } catch (error) {
    if (error instanceof Fault && error.code === "copy-missing") return undefined
    throw error
  }
}
