// Compares a database that was just restored with the fingerprint of the one that was dumped.
import type { Manifest } from "../../schemas/manifest.ts"
import { differencesOf, isSameRelease } from "../core/fingerprint.ts"
import type { Docker, Log } from "../ports.ts"
import { failureOf, type Journal } from "./journal.ts"
import type { Ready } from "./ready.ts"
import { runTool } from "./tool.ts"

/** Differences as sentences: also that they could not be looked for. None for a backup without a fingerprint. Throws when aborted. */
export async function compareRestored(
  { docker, log }: { readonly docker: Docker; readonly log: Log },
  { fingerprint: dumped, engine }: Pick<Manifest, "fingerprint" | "engine">,
  name: string,
  { look: { rules, access, probe, place } }: Ready,
  journal: Journal,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (!dumped || !rules.fingerprint || !rules.readFingerprint) return []
  try {
    const script = rules.fingerprint(name, dumped.level, access)
    const outcome = await runTool(docker, place, script, signal)
    if (outcome.code !== 0) throw rules.explain(`taking the fingerprint of ${name}`, outcome, access)
    const restored = rules.readFingerprint(outcome)
    const sameRelease = isSameRelease(engine.name, engine.serverVersion, probe.serverVersion)
    const differences = differencesOf(dumped, restored, sameRelease)
    const rows = dumped.level === "exact" && dumped.sameSnapshot ? "rows, " : ""
    const what = `tables, ${rows}${sameRelease ? "definitions, " : ""}sequences and extensions`
    if (differences.length === 0) journal("info", `${what} of ${name} are those that were dumped`)
    return differences
  } catch (error) {
    signal.throwIfAborted()
    return [`it could not be compared with what was dumped: ${failureOf(error, log).message}`]
  }
}
