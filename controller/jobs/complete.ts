// Compares what a dump was seen to hold with what the server says is in the database, before it is published.
import type { DatabaseFacts, ObjectCounts } from "../../schemas/manifest.ts"
import { incomplete, shortfalls } from "../core/completeness.ts"
import { type PartDeps, partOf } from "./part.ts"
import { runTool } from "./tool.ts"

/**
 * Throws a Fault, `dump-incomplete`. The server is asked again only when something seems to be missing: what was dropped since the
 * look is not.
 * @param before what the dump must hold: the whole database, or the part that the job takes
 */
export async function requireComplete(
  asking: PartDeps,
  name: string,
  before: DatabaseFacts,
  held: ObjectCounts,
  signal: AbortSignal,
): Promise<void> {
  if (shortfalls(held, before).length === 0) return
  const { rules, access, place } = asking.look
  const outcome = await runTool(asking.docker, place, rules.inspect(name, access), signal)
  if (outcome.code !== 0) throw rules.explain(`counting what is in ${name}`, outcome, access)
  const facts = rules.readFacts(outcome)
  const part = await partOf(asking, name, facts, signal)
  const missing = shortfalls(held, before, part?.wanted ?? facts)
  if (missing.length > 0) throw incomplete(name, missing)
}
