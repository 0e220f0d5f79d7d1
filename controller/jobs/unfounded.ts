// What a catalogue that was made again claims, and its destination does not have: deleted since the copy was made that it comes from.
import { Fault } from "../core/fault.ts"
import { inventoryOf } from "../core/inventory.ts"
import type { CatalogueFile, Destination, Log } from "../ports.ts"

/**
 * Forgets claims on copies that are not there, and returns how many. Each is asked for by its name as well. Rejects with a Fault when so much is
 * missing that the place itself is in doubt: an empty mount is no proof that anything was deleted.
 */
export async function forgetUnfounded(
  {
    catalogue,
    log,
  }: { readonly catalogue: Pick<CatalogueFile, "storedAt" | "forgetCopy">; readonly log: Log },
  destination: Destination,
  signal: AbortSignal,
): Promise<number> {
  const claimed = catalogue.storedAt(destination.name)
  if (claimed.length === 0) return 0
  const there = new Set(inventoryOf(await Array.fromAsync(destination.list("", signal))).backups)
  const missing = claimed.filter(({ key }) => !there.has(key))
  if (missing.length * 2 > claimed.length)
    throw new Fault(
      "copy-missing",
      `${missing.length} of the ${claimed.length} copies that the catalogue knows are not there`,
      { hint: "Look whether it is the right place, and mounted." },
    )
  let forgotten = 0
  for (const { backupId, key } of missing) {
    if ((await destination.size(key, signal)) !== null) continue
    catalogue.forgetCopy(backupId, destination.name)
    log(
      "warn",
      `${key} is not at ${destination.name}: it was deleted after the copy of the catalogue was made`,
    )
    forgotten++
  }
  return forgotten
}
