// Proven bytes become a backup: committed at each destination, then the manifest beside them. Until then nothing is visible.
import type { Copy } from "../../schemas/backup.ts"
import type { Manifest } from "../../schemas/manifest.ts"
import { Fault } from "../core/fault.ts"
import { manifestKey } from "../core/key.ts"
import { formatManifest } from "../core/manifest.ts"
import type { OpenCopy } from "../pipeline/open.ts"
import type { Stored } from "../pipeline/store.ts"
import type { Clock, Log } from "../ports.ts"
import { failureOf } from "./journal.ts"

/** One copy per destination, stored or failed. Throws the first failure when no destination holds the backup. */
export async function publish(
  stored: Stored,
  manifest: Manifest,
  clock: Clock,
  log: Log,
  signal: AbortSignal,
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
      await publishCopy(copy, manifest, signal)
      copies.push({ state: "stored", ...at, storedAt: clock().toISOString() })
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

/** Makes one copy visible, its manifest after its bytes. When it throws, neither is. */
export async function publishCopy(
  { writer, destination, key }: OpenCopy,
  manifest: Manifest,
  signal: AbortSignal,
): Promise<void> {
  let committed = false
  try {
    signal.throwIfAborted()
    await writer.commit()
    committed = true
    const size = await destination.size(key, signal)
    if (size !== manifest.proof.storedBytes)
      throw wrongSize(destination.name, size, manifest.proof.storedBytes)
    await destination.put(manifestKey(key), formatManifest(manifest), signal)
  } catch (error) {
    await writer.abort(error)
    // Without its manifest it is no backup: the bytes must not stay and look like one.
    if (committed) await destination.remove(key, AbortSignal.timeout(30_000)).catch(() => undefined)
    throw error
  }
}

function wrongSize(destination: string, size: number | null, wanted: number): Fault {
  return new Fault("copy-mismatch", `${destination} holds ${size ?? "no"} bytes, ${wanted} were written`, {
    hint: "The store lost or changed data. Check its health before trusting it.",
  })
}
