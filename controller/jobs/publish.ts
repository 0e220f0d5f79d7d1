// Proven bytes become a backup: committed at each destination, then the manifest beside them. Until then nothing is visible.
import type { Copy, Verified } from "../../schemas/backup.ts"
import type { Manifest } from "../../schemas/manifest.ts"
import { Fault } from "../core/fault.ts"
import { manifestKey } from "../core/key.ts"
import { formatManifest } from "../core/manifest.ts"
import type { Signer } from "../core/manifest-seal.ts"
import type { OpenCopy, Place } from "../pipeline/open.ts"
import type { Stored } from "../pipeline/store.ts"
import type { Clock, Log } from "../ports.ts"
import { failureOf } from "./journal.ts"
import { readWhole } from "./small-object.ts"

/** One copy per destination, stored or failed. Throws the first failure when no destination holds the backup. */
export async function publish(
  stored: Stored,
  manifest: Manifest,
  clock: Clock,
  log: Log,
  signal: AbortSignal,
  signer: Signer | null = null,
): Promise<readonly Copy[]> {
  const copies: Copy[] = stored.failed.map(({ destination, key, fault }) => ({
    state: "failed",
    destination,
    key,
    error: failureOf(fault, log),
  }))
  for (const copy of stored.writers) {
    const at = { destination: copy.destination.name, key: copy.key }
    try {
      const verified = await publishCopy(copy, manifest, signal, signer)
      copies.push({ state: "stored", ...at, storedAt: clock().toISOString(), verified })
    } catch (error) {
      copies.push({ state: "failed", ...at, error: failureOf(error, log) })
    }
  }
  if (copies.some(({ state }) => state === "stored")) return copies
  const first = copies.find((copy) => copy.state === "failed")
  const { code, message, hint } = first?.error ?? {
    code: "destination-unavailable",
    message: "there is no destination",
    hint: null,
  }
  throw new Fault(code, message, hint === null ? {} : { hint })
}

/**
 * Makes one copy visible, its manifest after its bytes, which were compared with what left the server: how is what it returns.
 * When it throws, neither is.
 */
export async function publishCopy(
  { writer, destination, key, keeping }: OpenCopy,
  manifest: Manifest,
  signal: AbortSignal,
  signer: Signer | null = null,
): Promise<Verified> {
  const { storedBytes: bytes, storedSha256: sha256 } = manifest.proof
  let committed = false
  try {
    signal.throwIfAborted()
    await writer.commit()
    committed = true
    const size = await destination.size(key, signal)
    if (size !== bytes) throw wrongSize(destination.name, size, bytes)
    const verified = (await writer.readBack?.({ bytes, sha256 }, signal)) ?? "size"
    await publishManifest(
      { destination, key, ...(keeping && { keeping }) },
      formatManifest(manifest, signer),
      signal,
    )
    return verified
  } catch (error) {
    await writer.abort(error)
    // Without its manifest it is no backup: the bytes must not stay and look like one.
    if (committed) await destination.remove(key, AbortSignal.timeout(30_000)).catch(() => undefined)
    throw error
  }
}

/** Small, and all that a restore without the catalogue has: read back as it is. */
export async function publishManifest(
  { destination, key, keeping }: Place,
  text: Buffer,
  signal: AbortSignal,
): Promise<void> {
  const at = manifestKey(key)
  await destination.put(at, text, signal, keeping)
  try {
    if ((await readWhole(destination, at, signal)).equals(text)) return
    throw new Fault("copy-mismatch", `${destination.name} gave the manifest back with other bytes`, {
      hint: lossy,
    })
  } catch (error) {
    await destination.remove(at, AbortSignal.timeout(30_000)).catch(() => undefined)
    throw error
  }
}

const lossy = "The store lost or changed data. Check its health before trusting it."

function wrongSize(destination: string, size: number | null, wanted: number): Fault {
  return new Fault("copy-mismatch", `${destination} holds ${size ?? "no"} bytes, ${wanted} were written`, {
    hint: lossy,
  })
}
