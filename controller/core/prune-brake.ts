// A plan that would delete much of a database's backups at once, after a mistyped label say, waits until a person has confirmed it.
import type { Problem } from "../../schemas/errors.ts"
import type { Database } from "../../schemas/server.ts"
import type { HeldPrune } from "../ports.ts"
import { Fault, problemOf } from "./fault.ts"
import type { JobRetention } from "./job-retention.ts"

/** So many go without a word, however few there are: a small history would ask at every change. */
const mostUnasked = 3

export interface Braked {
  /** Deleted now, oldest first. */
  readonly now: readonly string[]
  /** What waits; empty when nothing does. */
  readonly waits: readonly string[]
}

/**
 * What of a plan may be carried out, by the ids of backups that lose a copy. `maxPrune`: percent of all there are, more than
 * which waits. `confirmed`: what a person has seen and confirmed; what the plan has come to want since is weighed anew.
 */
export function braked(plan: JobRetention, maxPrune: number, confirmed: readonly string[]): Braked {
  const known = new Set(confirmed)
  const prune = [...new Set(plan.prune.map(({ backupId }) => backupId))]
  const asked = prune.filter((id) => !known.has(id))
  const rest = new Set([...plan.keep.map(({ backupId }) => backupId), ...asked]).size
  if (!isTooMuch(asked.length, rest, maxPrune)) return { now: prune, waits: [] }
  return { now: prune.filter((id) => known.has(id)), waits: asked }
}

function isTooMuch(prune: number, of: number, maxPrune: number): boolean {
  return prune > mostUnasked && prune * 100 > of * maxPrune
}

/** What is shown of all that waits of one database; null when nothing does. `server` is its name. */
export function heldPruneOf(
  database: string,
  server: string,
  held: readonly HeldPrune[],
): Database["heldPrune"] {
  const [first] = held
  if (first === undefined) return null
  const sum = (count: (one: HeldPrune) => number) => held.reduce((total, one) => total + count(one), 0)
  const [backups, of] = [sum(({ backups }) => backups.length), sum(({ of }) => of)]
  const heldAt = new Date(Math.min(...held.map(({ heldAt }) => heldAt.getTime()))).toISOString()
  return { heldAt, backups, of, problem: heldProblem(database, server, backups, of) }
}

function heldProblem(database: string, server: string, backups: number, of: number): Problem {
  return problemOf(
    new Fault(
      "prune-held",
      `retention would delete ${backups} of the ${of} backups of ${database} at once, and waits for a person`,
      {
        hint: `If that is wanted, confirm it: on the database's page, or with dbbackup confirm-prune ${server}/${database}. Else correct the label dbbackup.retention. Nothing of this database is deleted until then. How much waits is said by the label dbbackup.max-prune.`,
      },
    ),
  )
}
