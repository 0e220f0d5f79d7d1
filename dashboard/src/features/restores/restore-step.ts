// The steps of the restore dialog. `confirm`, the only step with the button that restores, cannot exist without the server's plan.
import type { RestorePlan } from "../../../../schemas/restore.ts"
import type { ChosenOptions, SwapChoice } from "../../lib/queries/restores.ts"

export interface Chosen {
  readonly step: "choose"
  readonly name: string
  /** In the place of a database that is there; null: beside it. */
  readonly swap: SwapChoice | null
  /** Empty: the server that was backed up. */
  readonly serverId: string
}

export type RestoreStep =
  | Chosen
  | {
      readonly step: "confirm"
      readonly plan: RestorePlan
      /** What the plan is of. */
      readonly options: ChosenOptions
      /** To go back to. */
      readonly chosen: Chosen
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
  return { step: "choose", name: nameBeside(database), swap: null, serverId: "" }
}

export function optionsOf({ name, swap, serverId }: Chosen, kind: "database" | "globals"): ChosenOptions {
  const where = serverId === "" ? {} : { serverId }
  if (kind === "database" && swap) return { mode: "swap", name, ...where, ...swap }
  return kind === "globals" ? { mode: "globals", ...where } : { mode: "new", name, ...where }
}

/** What is wrong with a name for the new database, before the server is asked. Undefined when nothing is. @param database there already */
export function nameMistake(name: string, database: string | undefined): string | undefined {
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
