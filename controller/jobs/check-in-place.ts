// What a database holds after a restore into it, against what the backup says: of all of it, or of what the backup holds of it.
import { Fault } from "../core/fault.ts"
import { contentOf } from "../core/in-place-plan.ts"
import { expectedFrom } from "../core/restorable-part.ts"
import type { RestoreOutcome } from "../ports.ts"
import { compareRestored } from "./compare-restored.ts"
import type { InPlaceWork } from "./in-place-work.ts"
import { runTool } from "./tool.ts"
import { must } from "./unfinished-database.ts"

/** Throws a Fault `restore-failed` when nothing is there; what is only different is told in the outcome. */
export async function checkedInPlace(
  { deps, request, options, ready, journal }: InPlaceWork,
  rawBytes: number,
  signal: AbortSignal,
): Promise<RestoreOutcome> {
  const { docker, log } = deps
  const { look } = ready
  const { name } = options
  const { rules, access, place } = look
  const refreshed = await runTool(docker, place, rules.inPlace.refresh(name, access), signal)
  if (refreshed.code !== 0)
    journal("warn", rules.explain(`refreshing the statistics of ${name}`, refreshed, access).message)
  const expected = expectedFrom(request.manifest)
  const found = rules.readFacts(
    await must(docker, look, `checking ${name}`, rules.inspect(name, access), signal),
  )
  if (expected.tables > 0 && found.tables === 0)
    throw new Fault("restore-failed", `the load ended without an error, but ${name} has no tables`, {
      hint: "Look at the log; the server may have lost them.",
    })
  const differences = [
    ...(options.mode === "replace" && expected.tables !== found.tables
      ? [`${found.tables} tables are there, ${expected.tables} were dumped`]
      : []),
    ...(await compareRestored(
      { docker, log },
      comparable(request.manifest, options),
      name,
      { look },
      journal,
      signal,
    )),
  ]
  for (const difference of differences) journal("warn", difference)
  journal("info", `${name} is restored: ${found.tables} tables, ${rawBytes} bytes loaded`)
  return { status: "completed", restoredBytes: rawBytes, tables: found.tables, differences }
}

type Compared = Parameters<typeof compareRestored>[1]

/** Without rows there are none to miss; definitions of all that is there tell nothing of those that the backup holds. */
function comparable({ fingerprint, engine }: Compared, options: InPlaceWork["options"]): Compared {
  if (options.mode === "replace") return { fingerprint, engine }
  if (contentOf(options) === "schema" || fingerprint === undefined) return { engine }
  return { fingerprint, engine: { ...engine, serverVersion: "" } }
}
