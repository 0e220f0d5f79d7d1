// What a database holds after a restore into it, against what the backup says: of all of it, or of what the backup holds of it.
import { Fault } from "../core/fault.ts"
import type { RestoreOutcome } from "../ports.ts"
import { compareRestored } from "./compare-restored.ts"
import type { InPlaceWork } from "./in-place-work.ts"
import { refreshStatistics } from "./refresh-statistics.ts"
import { must } from "./unfinished-database.ts"

/** Throws a Fault `restore-failed` when nothing is there; what is only different is told in the outcome. */
export async function checkedInPlace(
  { deps, expected, options, ready, journal }: InPlaceWork,
  rawBytes: number,
  signal: AbortSignal,
): Promise<RestoreOutcome> {
  const { docker, log } = deps
  const { look } = ready
  const { name } = options
  const { rules, access } = look
  const found = rules.readFacts(
    await must(docker, look, `checking ${name}`, rules.inspect(name, access), signal),
  )
  if (expected.facts.tables > 0 && found.tables === 0)
    throw new Fault("restore-failed", `the load ended without an error, but ${name} has no tables`, {
      hint: "Look at the log; the server may have lost them.",
    })
  // Definitions of all that is there tell nothing of those that the backup holds.
  const compared = options.mode === "clean" ? { ...expected.compared, isPart: true } : expected.compared
  const refreshing = refreshStatistics(docker, look, name, journal, signal)
  const compare = compareRestored({ docker, log }, compared, name, { look }, journal, signal)
  const differences = [
    ...(options.mode === "replace" && expected.facts.tables !== found.tables
      ? [`${found.tables} tables are there, ${expected.facts.tables} were dumped`]
      : []),
    ...(await compare.finally(() => refreshing)),
  ]
  for (const difference of differences) journal("warn", difference)
  journal("info", `${name} is restored: ${found.tables} tables, ${rawBytes} bytes loaded`)
  return { status: "completed", restoredBytes: rawBytes, tables: found.tables, differences }
}
