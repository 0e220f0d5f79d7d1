// Before anything new begins: what a crash left at the destinations and in the catalogue.
import { type RecoverDeps, recover } from "./recover.ts"

// A store that is away must not hold the start up; what it keeps of interrupted uploads is swept at a later one.
const sweepMilliseconds = 5000

/** Rejects with nothing: what cannot be swept is said in the log. */
export async function tidyUp(deps: RecoverDeps, signal: AbortSignal): Promise<void> {
  for (const destination of deps.destinations.values()) {
    try {
      const swept = await destination.sweep(AbortSignal.any([signal, AbortSignal.timeout(sweepMilliseconds)]))
      if (swept > 0) deps.log("warn", `removed ${swept} unfinished files at ${destination.name}`)
    } catch (error) {
      deps.log(
        "error",
        `${destination.name} cannot be used: ${error instanceof Error ? error.message : String(error)}`,
      )
    }
  }
  await recover(deps, signal)
}
