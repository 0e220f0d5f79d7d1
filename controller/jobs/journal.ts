// What a run or a restore says while it works: kept with it, shown live, and written to the process log.

import type { Problem } from "../../schemas/errors.ts"
import type { RestoreId } from "../../schemas/restore.ts"
import type { LogLevel, RunId } from "../../schemas/run.ts"
import { type Fault, faultIn, problemOf } from "../core/fault.ts"
import type { Catalogue, Clock, Log } from "../ports.ts"

export type Journal = (level: LogLevel, message: string) => void

export function journalOf(
  { catalogue, clock, log }: { readonly catalogue: Catalogue; readonly clock: Clock; readonly log: Log },
  owner: RunId | RestoreId,
  fields: Readonly<Record<string, unknown>>,
): Journal {
  return (level, message) => {
    catalogue.log(owner, clock(), level, message)
    log(level, message, fields)
  }
}

/** The failure as data. An error that is no Fault is a bug: its stack goes to the process log, and the work still ends. */
export function failureOf(error: unknown, log: Log): Problem {
  const fault: Fault | undefined = faultIn(error)
  if (fault) return problemOf(fault)
  log("error", "unexpected error", { stack: error instanceof Error ? error.stack : String(error) })
  return problemOf(error)
}

/** How work that threw has ended: cancelled by a person, interrupted by a shutdown, or failed. */
export function statusOf(problem: Problem): "cancelled" | "interrupted" | "failed" {
  return problem.code === "cancelled" || problem.code === "interrupted" ? problem.code : "failed"
}
