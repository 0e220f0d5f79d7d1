// The steps of the restore dialog. `confirm`, the only step with the button that restores, cannot exist without the server's plan.
import type { RestorePlan } from "../../../../schemas/restore.ts"
import type { SwapChoice } from "../../lib/queries/restores.ts"

export type RestoreStep =
  | { readonly step: "choose"; readonly name: string; readonly swap: SwapChoice | null }
  | {
      readonly step: "confirm"
      readonly plan: RestorePlan
      readonly swap: SwapChoice | null
      readonly typedName: string
    }
  | { readonly step: "running"; readonly restoreId: string }

/** Longest name any of the engines' servers takes, in characters (PostgreSQL). */
const longestName = 63
const suffix = "_restored"

/** A name for a new database, to begin with. */
export const nameBeside = (database: string) => `${database.slice(0, longestName - suffix.length)}${suffix}`

export const firstSwap: SwapChoice = { endConnections: false, safetyBackup: true }

export function firstStep(database: string): RestoreStep {
  return { step: "choose", name: nameBeside(database), swap: null }
}

/** What is wrong with a name for the new database, before the server is asked. Undefined when nothing is. */
export function nameMistake(name: string, database: string): string | undefined {
  if (name === "") return "Write a name for the new database."
  if (name.length > longestName) return `Write at most ${longestName} characters; this has ${name.length}.`
  if (name !== name.trim()) return "Remove the space at the beginning or the end."
  if (name === database) return "A restore goes beside the old database. Choose another name."
  return undefined
}

/** Whether the person has shown that they mean this target. */
export function isConfirmed(step: Extract<RestoreStep, { step: "confirm" }>): boolean {
  return step.typedName === step.plan.targetDatabase
}
