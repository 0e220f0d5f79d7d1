// Looks at the server that a restore is to go to, and plans with what is found there.
import { isInPlace, type RestorePlan } from "../../schemas/restore.ts"
import { planInPlace } from "../core/in-place-plan.ts"
import { planRestore } from "../core/restore-plan.ts"
import { planSwap } from "../core/swap-plan.ts"
import { placesOf, swappingOf } from "./exchange.ts"
import { planForGlobals } from "./globals.ts"
import { foundInPlace } from "./in-place-facts.ts"
import { asJobSays } from "./place.ts"
import { type Ready, whenReady } from "./ready.ts"
import type { RestoreDeps, RestoreRequest } from "./restore.ts"
import { commonFacts, specOf } from "./restore-facts.ts"
import { selectedAhead } from "./selected-ahead.ts"
import { surveyIfPossible } from "./survey.ts"

// Somebody looks at a dialogue meanwhile.
const planWaitSeconds = 10
// That of the label dbbackup.on-unavailable.
const usualWaitSeconds = 300

/** Looks inside the server and plans. Throws a Fault that says why the restore must not begin. */
export async function makeRestorePlan(
  deps: RestoreDeps,
  request: RestoreRequest,
  signal: AbortSignal,
): Promise<RestorePlan> {
  const ready = await whenReady(deps, placed(request), planWaitSeconds, () => undefined, signal)
  return planOf(deps, request, ready, signal)
}

export async function planOf(
  deps: RestoreDeps,
  request: RestoreRequest,
  ready: Ready,
  signal: AbortSignal,
): Promise<RestorePlan> {
  const { options } = request
  const facts = commonFacts(deps, request, ready)
  if (options.mode === "globals")
    return (await planForGlobals(deps, request, facts, ready, () => undefined, signal)).plan
  const { look } = ready
  const survey = await surveyIfPossible(deps, look, options.name, signal)
  const present = look.probe.databases.map(({ name }) => name)
  const all = { ...facts, survey, present, nameMistake: look.rules.nameMistake(options.name) }
  if (isInPlace(options)) {
    const there = await foundInPlace(deps, request, options, ready, signal)
    const selected = await selectedAhead(deps, request, look.rules, signal, there.relationsThere)
    return planInPlace({ ...all, ...there, selected }, options)
  }
  if (options.mode === "new")
    return planRestore({ ...all, selected: await selectedAhead(deps, request, look.rules, signal) }, options)
  const place = (await placesOf(deps.docker, look, [options.name], signal)).get(options.name)
  const { keepSeconds, askedAt: now } = request
  const { words } = swappingOf(look)
  return planSwap({ ...all, place, keepSeconds, words, now }, options)
}

export const placed = (request: RestoreRequest) => () => {
  const target = request.target()
  return asJobSays(target, specOf(request.backup, target))
}

/** In seconds. The labels of a container that is gone cannot be asked. */
export function patienceOf({ backup, target }: RestoreRequest): number {
  try {
    return specOf(backup, target())?.["on-unavailable"] ?? usualWaitSeconds
  } catch {
    return usualWaitSeconds
  }
}
