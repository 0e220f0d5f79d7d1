// Leaves the page that says how to restore without this program at every destination, once it holds a backup.
import { guideKey, restoreGuide } from "../core/restore-guide.ts"
import type { Destination, Log } from "../ports.ts"
import { readWhole } from "./small-object.ts"

/** Where it was seen to be there, and the same. */
const left = new WeakSet<Destination>()

/** A destination that cannot take it now gets it after the next run. Never rejects. */
export async function leaveGuide(
  destinations: readonly Destination[],
  log: Log,
  signal: AbortSignal,
): Promise<void> {
  const body = Buffer.from(restoreGuide)
  for (const destination of destinations) {
    if (left.has(destination)) continue
    try {
      if (!(await there(destination, signal))?.equals(body)) await destination.put(guideKey, body, signal)
      left.add(destination)
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      log("warn", `${guideKey} could not be left at ${destination.name}: ${why}`)
    }
  }
}

async function there(destination: Destination, signal: AbortSignal): Promise<Buffer | null> {
  if ((await destination.size(guideKey, signal)) === null) return null
  return readWhole(destination, guideKey, signal)
}
