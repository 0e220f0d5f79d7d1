// What is in a database that was just restored, against what its backup says.
import type { DatabaseFacts } from "../../schemas/manifest.ts"
import { Fault } from "../core/fault.ts"
import type { RestorableManifest } from "../core/source-as-backup.ts"
import type { Docker, Log, RestoreOutcome } from "../ports.ts"
import { type Comparable, compareRestored } from "./compare-restored.ts"
import type { Journal } from "./journal.ts"
import type { Ready } from "./ready.ts"
import { must } from "./unfinished-database.ts"

/** Throws a Fault `restore-failed` when nothing is there; what is only different is told in the outcome. */
export async function checked(
  deps: { readonly docker: Docker; readonly log: Log },
  manifest: Comparable & Pick<RestorableManifest, "reading">,
  name: string,
  ready: Ready,
  facts: DatabaseFacts,
  rawBytes: number,
  journal: Journal,
  signal: AbortSignal,
): Promise<RestoreOutcome> {
  const { look } = ready
  const inspect = look.rules.inspect(name, look.access)
  const found = look.rules.readFacts(await must(deps.docker, look, `checking ${name}`, inspect, signal))
  if (facts.tables > 0 && found.tables === 0) {
    throw new Fault("restore-failed", `the load ended without an error, but ${name} has no tables`, {
      hint: "Look at the log; the server may have lost them.",
    })
  }
  const { reading } = manifest
  if (reading && found.tables === 0 && !holdsSome(found)) throw madeNothing(name)
  const differences = [
    ...(reading && facts.tables === 0 ? [] : compare(facts, found)),
    ...(await compareRestored(deps, manifest, name, ready, journal, signal)),
  ]
  for (const difference of differences) journal("warn", difference)
  journal("info", `${name} is restored: ${found.tables} tables, ${rawBytes} bytes loaded`)
  return { status: "completed", restoredBytes: rawBytes, tables: found.tables, differences }
}

const holdsSome = ({ objects }: DatabaseFacts): boolean =>
  Object.entries(objects ?? {}).some(([kind, count]) => kind !== "schemas" && count > 0)

function madeNothing(name: string): Fault {
  return new Fault("restore-failed", `the load ended without an error, and there is nothing in ${name}`, {
    hint: "Look at the file: it holds nothing for an empty database, or puts it elsewhere.",
  })
}

function compare(wanted: DatabaseFacts, found: DatabaseFacts): string[] {
  return wanted.tables === found.tables
    ? []
    : [`${found.tables} tables were restored, ${wanted.tables} were dumped`]
}
