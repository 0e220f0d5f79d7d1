// The last step of a restore that takes the place of a database: only when what was restored is what was dumped.
import type { RestoreId, SwapOptions } from "../../schemas/restore.ts"
import { Fault } from "../core/fault.ts"
import type { Docker, RestoreOutcome } from "../ports.ts"
import { type ExchangeDeps, exchange, swappingOf } from "./exchange.ts"
import type { Journal } from "./journal.ts"
import type { Look } from "./probe.ts"
import type { Ready } from "./ready.ts"
import { must, type UnfinishedDatabase } from "./unfinished-database.ts"

/** Puts the new, empty database where the files of the other one are. */
export async function settleBeside(
  docker: Docker,
  look: Look,
  name: string,
  other: string,
  signal: AbortSignal,
): Promise<void> {
  const script = swappingOf(look).settleBeside(name, other, look.access)
  await must(docker, look, `moving ${name} to the tablespace of ${other}`, script, signal)
}

/** Throws a Fault, `restore-failed` or `in-use`, with nothing changed, when it does not get there. */
export async function takePlace(
  deps: ExchangeDeps,
  id: RestoreId,
  ready: Ready,
  { name, endConnections }: SwapOptions,
  incoming: string,
  outcome: RestoreOutcome,
  made: UnfinishedDatabase,
  journal: Journal,
  signal: AbortSignal,
): Promise<void> {
  const differences = outcome.status === "completed" ? outcome.differences : []
  if (differences.length > 0)
    throw new Fault("restore-failed", `what was restored is not what was dumped: ${differences.join("; ")}`, {
      hint: `${name} is as it was. Restore into a new database to look at the difference.`,
    })
  try {
    await exchange(deps, id, ready.look, { name, incoming, endConnections }, journal, signal)
  } catch (error) {
    if (deps.catalogue.swap(id)?.state === "exchanging") made.leave()
    throw error
  }
  made.forget()
}
