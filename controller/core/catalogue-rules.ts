// How the catalogue is copied to the destinations, as the settings say.

import { variablesKey } from "./key-settings.ts"
import type { Settings } from "./settings.ts"

export interface CatalogueRules {
  /** How many copies stay at each destination; 0: none is made. */
  readonly keep: number
  /** Cron pattern; null: only when asked. */
  readonly pattern: string | null
  readonly timeZone: string
  /** For whom copies are encrypted; null: they are not. */
  readonly recipients: readonly string[] | null
}

/** The key that jobs use where their labels say nothing, else the one of the variables: who has one wants the list of what there is hidden, too. */
export function catalogueRules({ catalogue, timeZone, keys, defaults }: Settings): CatalogueRules {
  const { schedule } = catalogue
  const key = defaults.encrypt === undefined ? keys.get(variablesKey) : keys.get(defaults.encrypt)
  return {
    keep: catalogue.copies,
    pattern: schedule.kind === "cron" ? schedule.pattern : null,
    timeZone,
    recipients: key?.recipients ?? null,
  }
}
