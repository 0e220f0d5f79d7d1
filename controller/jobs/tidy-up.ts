// Before anything new begins: what a crash left at the destinations and in the catalogue.
import { problemOf } from "../core/fault.ts"
import { type RecoverDeps, recover } from "./recover.ts"

// A store that is away must not hold the start up; what it keeps of interrupted uploads is swept at a later one.
const sweepMilliseconds = 5000

export async function tidyUp(deps: RecoverDeps, signal: AbortSignal): Promise<void> {
  for (const destination of deps.destinations.values()) {
    try {
      const swept = await destination.sweep(AbortSignal.any([signal, AbortSignal.timeout(sweepMilliseconds)]))
      if (swept > 0) deps.log("warn", `removed ${swept} unfinished files at ${destination.name}`)
    } catch (error) {
      deps.log("error", `${destination.name} cannot be used: ${problemOf(error).message}`)
    }
  }
  await recover(deps, signal)
}
