// Has the server gather what its planner must know of a database that was just loaded, where it would not do so soon by itself.
import { problemOf } from "../core/fault.ts"
import type { Docker } from "../ports.ts"
import type { Journal } from "./journal.ts"
import type { Look } from "./probe.ts"
import { must } from "./unfinished-database.ts"

/** To be run beside the comparison: both only read. Never rejects: without statistics a database is slow, not wrong. */
export async function refreshStatistics(
  docker: Docker,
  look: Look,
  name: string,
  journal: Journal,
  signal: AbortSignal,
): Promise<void> {
  const script = look.rules.refresh?.(name, look.access)
  if (!script) return
  const began = performance.now()
  try {
    await must(docker, look, `gathering the statistics of ${name}`, script, signal)
    const seconds = Math.round((performance.now() - began) / 100) / 10
    journal("debug", `the statistics of ${name} were gathered in ${seconds} s`)
  } catch (error) {
    if (!signal.aborted)
      journal(
        "warn",
        `the statistics of ${name} are to be gathered by hand (ANALYZE): ${problemOf(error).message}`,
      )
  }
}
