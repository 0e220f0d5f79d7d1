// Reads the manifest that stands beside a copy's bytes.
import type { Manifest } from "../../schemas/manifest.ts"
import { Fault } from "../core/fault.ts"
import { manifestKey } from "../core/key.ts"
import { readManifest } from "../core/manifest.ts"
import type { SealState, Signer } from "../core/manifest-seal.ts"
import type { Destination } from "../ports.ts"
import { readWhole } from "./small-object.ts"

/** Of the copy under `key`; undefined when it has none. Throws for one that cannot be read, as the destination or the parser does. */
export async function storedManifest(
  destination: Destination,
  key: string,
  signal: AbortSignal,
): Promise<Manifest | undefined> {
  return (await sealedManifest(destination, key, null, signal))?.manifest
}

/** The same, with how far it is known to be what was written. */
export async function sealedManifest(
  destination: Destination,
  key: string,
  signer: Signer | null,
  signal: AbortSignal,
): Promise<{ readonly manifest: Manifest; readonly seal: SealState } | undefined> {
  try {
    return readManifest(await readWhole(destination, manifestKey(key), signal), signer)
  } catch (error) {
    if (error instanceof Fault && error.code === "copy-missing") return undefined
    throw error
  }
}
