// The plan that a restore is about to carry out: whether it is the one that was confirmed, and what the log says of it.
import type { RestorePlan } from "../../schemas/restore.ts"
import { requirePlan } from "../core/plan-hash.ts"
import type { Selected } from "../core/selection.ts"
import type { Journal } from "./journal.ts"
import type { RestoreRequest } from "./restore.ts"

/** Throws a Fault, `plan-stale`, when another one was confirmed. */
export function tellPlan(
  plan: RestorePlan,
  { planHash }: Pick<RestoreRequest, "planHash">,
  journal: Journal,
): void {
  requirePlan(plan, planHash, undefined)
  for (const step of plan.steps) journal("debug", `plan: ${step}`)
  for (const warning of plan.warnings) journal("warn", warning)
}

/** What was only seen as the copy was read. */
export function tellSelected(selected: Selected | null, { warnings }: RestorePlan, journal: Journal): void {
  for (const sentence of selected?.said ?? []) if (!warnings.includes(sentence)) journal("warn", sentence)
}
