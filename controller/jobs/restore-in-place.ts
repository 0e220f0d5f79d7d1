// A stored backup into a database that is there: prove the copy ▸ back up what is overwritten ▸ load ▸ check. What a failure leaves is told.
import type { RestoreId } from "../../schemas/restore.ts"
import { Fault } from "../core/fault.ts"
import { failedAfterwards } from "../core/hook-after.ts"
import { requireFree } from "../core/in-place-plan.ts"
import { selectionOf } from "../core/selection.ts"
import type { RestoreOutcome } from "../ports.ts"
import { checkedInPlace } from "./check-in-place.ts"
import type { Hooks } from "./hooks.ts"
import { presentIn } from "./in-place-facts.ts"
import { type InPlaceWork, inPlaceOptions, orderOf } from "./in-place-work.ts"
import type { Journal } from "./journal.ts"
import { loadAtOnce } from "./load-at-once.ts"
import { loadInTurns } from "./load-in-turns.ts"
import type { Look } from "./probe.ts"
import { provenBytes } from "./proven-file.ts"
import type { Ready } from "./ready.ts"
import type { RestoreDeps, RestoreRequest } from "./restore.ts"
import { howToLoad, loadingOf } from "./restore-loading.ts"
import { planOf } from "./restore-planning.ts"
import { expectedOf } from "./selected-tables.ts"
import { tellPlan, tellSelected } from "./tell-plan.ts"
import { must } from "./unfinished-database.ts"

/** Throws a Fault that says what has become of the database. */
export async function restoreInPlace(
  deps: RestoreDeps,
  id: RestoreId,
  request: RestoreRequest,
  hooks: Hooks,
  ready: Ready,
  journal: Journal,
  signal: AbortSignal,
): Promise<RestoreOutcome> {
  const plan = await planOf(deps, request, ready, signal)
  tellPlan(plan, request, journal)
  const options = inPlaceOptions(request)
  const present = await presentIn(deps.docker, ready.look, options.name, signal)
  const how = await howToLoad(deps, request, ready, journal, signal)
  const loading = loadingOf(deps, id, request, plan, ready, how, journal, signal, present)
  const copies = provenBytes(deps, request, loading.end, journal, signal)
  const copy = await copies.next()
  const selected = loading.selected()
  tellSelected(selected, plan, journal)
  const expected = expectedOf(request.manifest, selectionOf(options, present), selected)
  const work = { deps, id, request, options, order: orderOf(id, options), plan, expected, ready, journal }
  let outcome: RestoreOutcome
  let afterwards: Fault | null = null
  try {
    await hooks.before(ready.target, signal)
    await request.safetyBackup?.(id, signal)
    await stillFree(work, ready.look, signal)
    const load = ready.look.rules.inPlace.atomic ? loadAtOnce : loadInTurns
    outcome = await load(
      work,
      { copies, copy, load: loading.load },
      (rawBytes, under) => checkedInPlace(work, rawBytes, under),
      signal,
    )
  } finally {
    afterwards = await hooks.after(request.target)
  }
  if (afterwards) {
    const safety = deps.catalogue.restore(id)?.safetyBackupId
    const hint = safety ? `What it was before is in the backup ${safety}.` : "No backup was made before."
    throw failedAfterwards(afterwards, `${options.name} is restored`, hint)
  }
  return outcome
}

async function stillFree({ deps, options }: InPlaceWork, look: Look, signal: AbortSignal): Promise<void> {
  const { name, endConnections } = options
  const { inPlace } = look.rules
  const answer = await must(
    deps.docker,
    look,
    `looking at ${name}`,
    inPlace.occupied(name, look.access),
    signal,
  )
  const occupied = inPlace.readOccupied(answer)
  if (!occupied)
    throw new Fault("database-gone", `there is no database ${name} any more`, {
      hint: "It was dropped or renamed by somebody else. Nothing was changed.",
    })
  requireFree(name, occupied, endConnections)
}
