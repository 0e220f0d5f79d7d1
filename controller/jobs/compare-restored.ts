// Compares a database that was just restored with the fingerprint of the one that was dumped.
import type { Manifest } from "../../schemas/manifest.ts"
import { differencesOf, isSameRelease } from "../core/fingerprint.ts"
import type { Docker, Log } from "../ports.ts"
import { failureOf, type Journal } from "./journal.ts"
import type { Ready } from "./ready.ts"
import { runTool } from "./tool.ts"

/** What a restored database is held against. `isPart`: it is of some of the tables, so that all definitions together say nothing. */
export type Comparable = Pick<Manifest, "fingerprint" | "engine"> & { readonly isPart?: boolean }

/** Differences as sentences: also that they could not be looked for. None for a backup without a fingerprint. Throws when aborted. */
export async function compareRestored(
  deps: { readonly docker: Docker; readonly log: Log },
  manifest: Comparable,
  name: string,
  ready: Pick<Ready, "look">,
  journal: Journal,
  signal: AbortSignal,
): Promise<readonly string[]> {
  try {
    const compared = await fingerprintsCompared(deps.docker, manifest, name, ready, signal)
    if (compared?.differences.length === 0) journal("info", compared.said)
    return compared?.differences ?? []
  } catch (error) {
    signal.throwIfAborted()
    return [`it could not be compared with what was dumped: ${failureOf(error, deps.log).message}`]
  }
}

/** Null for a backup without a fingerprint. `said`: what is equal when there are no differences. Throws when it cannot be looked at. */
export async function fingerprintsCompared(
  docker: Docker,
  { fingerprint: dumped, engine, isPart = false }: Comparable,
  name: string,
  { look: { rules, access, probe, place } }: Pick<Ready, "look">,
  signal: AbortSignal,
): Promise<{ readonly differences: readonly string[]; readonly said: string } | null> {
  if (!dumped || !rules.fingerprint || !rules.readFingerprint) return null
  const script = rules.fingerprint(name, dumped.level, access)
  const outcome = await runTool(docker, place, script, signal)
  if (outcome.code !== 0) throw rules.explain(`taking the fingerprint of ${name}`, outcome, access)
  const restored = rules.readFingerprint(outcome)
  const sameRelease = !isPart && isSameRelease(engine.name, engine.serverVersion, probe.serverVersion)
  const differences = differencesOf(dumped, restored, sameRelease)
  const rows = dumped.level === "exact" && dumped.sameSnapshot ? "rows, " : ""
  const what = `tables, ${rows}${sameRelease ? "definitions, " : ""}sequences and extensions`
  return { differences, said: `${what} of ${name} are those that were dumped` }
}
