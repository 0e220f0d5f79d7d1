// What stands above every job's own schedule, as the operator's settings have it.
import type { BlackoutWindow } from "../../schemas/window.ts"
import { postponed } from "./blackout.ts"
import { labelRules, type Rules } from "./schedule-plan.ts"

/** @param now asked each time, because settings can change */
export function rulesOf(
  now: () => { readonly blackout: readonly BlackoutWindow[]; readonly timeZone: string },
): Rules {
  return { ...labelRules, postpone: (at) => postponed(at, now().blackout, now().timeZone) }
}
