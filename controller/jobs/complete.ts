// Compares what a dump was seen to hold with what the server says is in the database, before it is published.
import type { DatabaseFacts, ObjectCounts } from "../../schemas/manifest.ts"
import { incomplete, shortfalls } from "../core/completeness.ts"
import type { Docker } from "../ports.ts"
import type { Look } from "./probe.ts"
import { runTool } from "./tool.ts"

/**
 * Throws a Fault, `dump-incomplete`. The server is asked again only when something seems to be missing: what was dropped since the
 * look is not.
 */
export async function requireComplete(
  docker: Docker,
  { rules, access, place }: Look,
  name: string,
  before: DatabaseFacts,
  held: ObjectCounts,
  signal: AbortSignal,
): Promise<void> {
  if (shortfalls(held, before).length === 0) return
  const outcome = await runTool(docker, place, rules.inspect(name, access), signal)
  if (outcome.code !== 0) throw rules.explain(`counting what is in ${name}`, outcome, access)
  const missing = shortfalls(held, before, rules.readFacts(outcome))
  if (missing.length > 0) throw incomplete(name, missing)
}
