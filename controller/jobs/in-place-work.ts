// What the parts of a restore into a database have in common.
import {
  type CleanOptions,
  isInPlace,
  type ReplaceOptions,
  type RestoreId,
  type RestorePlan,
} from "../../schemas/restore.ts"
import { Fault } from "../core/fault.ts"
import { contentOf } from "../core/in-place-plan.ts"
import type { InPlaceOrder } from "../engines/in-place.ts"
import type { Journal } from "./journal.ts"
import type { Ready } from "./ready.ts"
import type { RestoreDeps, RestoreRequest } from "./restore.ts"
import type { expectedOf } from "./selected-tables.ts"

export interface InPlaceWork {
  readonly deps: RestoreDeps
  readonly id: RestoreId
  readonly request: RestoreRequest
  readonly options: CleanOptions | ReplaceOptions
  readonly order: InPlaceOrder
  readonly plan: RestorePlan
  /** What the database, or what the backup holds of it, must be like afterwards. */
  readonly expected: ReturnType<typeof expectedOf>
  readonly ready: Ready
  readonly journal: Journal
}

export function inPlaceOptions({ options }: Pick<RestoreRequest, "options">): CleanOptions | ReplaceOptions {
  if (isInPlace(options)) return options
  throw new Fault("internal", "a restore beside a database was planned as one into it")
}

export function orderOf(id: string, options: CleanOptions | ReplaceOptions): InPlaceOrder {
  const tables = options.mode === "clean" ? (options.tables ?? null) : null
  const { mode, endConnections } = options
  return { restoreId: id, mode, content: contentOf(options), tables, endConnections }
}
