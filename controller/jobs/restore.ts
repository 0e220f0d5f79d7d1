// A stored backup into a new database beside the old one: prove the copy ▸ create ▸ load ▸ check; of a swap, ▸ take the place.
import { isInPlace, type RestoreId, type RestoreOptions } from "../../schemas/restore.ts"
import { Fault, inFull, problemOf } from "../core/fault.ts"
import { failedAfterSwap } from "../core/hook-after.ts"
import { selectionOf } from "../core/selection.ts"
import type { RestorableBackup, RestorableManifest } from "../core/source-as-backup.ts"
import { besideOptions } from "../core/swap-plan.ts"
import type {
  Aside,
  Catalogue,
  Clock,
  Destination,
  Docker,
  Identities,
  Log,
  RestoreOutcome,
} from "../ports.ts"
import type { Beside } from "./beside.ts"
import { checked } from "./check-restored.ts"
import { deadline, tookTooLong } from "./deadline.ts"
import { fillDatabase } from "./fill-database.ts"
import { applyGlobals } from "./globals.ts"
import { type HookDeps, hooksAround } from "./hooks.ts"
import { failureOf, type Journal, journalOf, statusOf } from "./journal.ts"
import type { Target } from "./probe.ts"
import { provenBytes } from "./proven-file.ts"
import { type ReadyDeps, whenReady } from "./ready.ts"
import { refreshStatistics } from "./refresh-statistics.ts"
import { specOf } from "./restore-facts.ts"
import { restoreInPlace } from "./restore-in-place.ts"
import { howToLoad, loadingOf } from "./restore-loading.ts"
import { patienceOf, placed, planOf } from "./restore-planning.ts"
import { expectedOf } from "./selected-tables.ts"
import { settleBeside, takePlace } from "./take-place.ts"
import { tellPlan, tellSelected } from "./tell-plan.ts"
import { createUnfinished, type UnfinishedDatabase } from "./unfinished-database.ts"

export interface RestoreDeps extends HookDeps, ReadyDeps {
  readonly docker: Docker
  readonly catalogue: Catalogue
  readonly destinations: ReadonlyMap<string, Destination>
  /** Where files are that were uploaded to be restored. */
  readonly uploads: Destination
  readonly clock: Clock
  readonly log: Log
  readonly identities: Identities
  readonly beside: Beside
}

export interface RestoreRequest {
  /** What is restored: a backup, or a file in the words of one. */
  readonly backup: RestorableBackup
  readonly manifest: RestorableManifest
  readonly options: RestoreOptions
  /** The plan that was confirmed; absent: whatever it is. */
  readonly planHash?: string | undefined
  /** What opens the backup, where it was given with the request. */
  readonly identity: string | undefined
  /** When it was asked for. */
  readonly askedAt: Date
  /** Of a swap: how long what is replaced is kept, unless the options say. */
  readonly keepSeconds: number
  /** Backs up what is about to be replaced, with a job of its server. Throws a Fault when that is not good. Null: not wanted. */
  readonly safetyBackup: ((id: RestoreId, signal: AbortSignal) => Promise<void>) | null
  /** The server to restore on. Throws a Fault when its container is gone. */
  readonly target: () => Target
}

// Long enough for any restore a person waits for; a hung one must end some day.
const restoreLimitSeconds = 24 * 3600

/** Never throws: the restore ends with an outcome, and a database that could not be filled is dropped again. */
export async function runRestore(
  deps: RestoreDeps,
  id: RestoreId,
  request: RestoreRequest,
  outer: AbortSignal,
  aside?: Aside,
): Promise<void> {
  const { catalogue, clock, log } = deps
  const journal = journalOf(deps, id, { restoreId: id, backupId: request.backup.id })
  const limit = deadline(outer, restoreLimitSeconds, () =>
    tookTooLong(
      `restoring ${request.backup.database}`,
      restoreLimitSeconds,
      "Find out what holds the server up.",
    ),
  )
  let outcome: RestoreOutcome
  try {
    catalogue.startRestore(id, clock())
    limit.signal.throwIfAborted()
    outcome = await restoreBetweenHooks(deps, id, request, journal, limit.signal, aside)
  } catch (error) {
    const problem = failureOf(causeOf(error, limit.signal), log)
    journal("error", inFull(problem))
    outcome = { status: statusOf(problem), error: problem }
  } finally {
    limit.clear()
  }
  catalogue.finishRestore(id, clock(), outcome)
}

async function restoreBetweenHooks(
  deps: RestoreDeps,
  id: RestoreId,
  request: RestoreRequest,
  journal: Journal,
  signal: AbortSignal,
  aside: Aside | undefined,
): Promise<RestoreOutcome> {
  const ready = await whenReady(deps, placed(request), patienceOf(request), journal, signal, aside)
  const spec = specOf(request.backup, ready.target)
  const hooks = hooksAround(deps, spec, ["pre-restore", "post-restore"], id, journal)
  hooks.requireAllowed()
  const { options } = request
  if (options.mode === "globals") return await applyGlobals(deps, request, hooks, ready, journal, signal)
  if (isInPlace(options)) return await restoreInPlace(deps, id, request, hooks, ready, journal, signal)
  const plan = await planOf(deps, request, ready, signal)
  tellPlan(plan, request, journal)
  const how = await howToLoad(deps, request, ready, journal, signal)
  const name = options.mode === "swap" ? besideOptions(options, request.askedAt).name : plan.targetDatabase
  const beside = { ...plan, targetDatabase: name }
  const loading = loadingOf(deps, id, request, beside, ready, how, journal, signal)
  const copies = provenBytes(deps, request, loading.end, journal, signal)
  const copy = await copies.next()
  const selection = selectionOf(options)
  const selected = loading.selected()
  tellSelected(selected, plan, journal)
  let made: UnfinishedDatabase | undefined
  try {
    let outcome: RestoreOutcome
    let afterwards: Fault | null = null
    try {
      await hooks.before(ready.target, signal)
      await request.safetyBackup?.(id, signal)
      const { facts, compared } = expectedOf(request.manifest, selection, selected)
      const { target, look } = ready
      const make = async () => {
        const begun = await createUnfinished(deps, id, target, look, name, facts, journal, signal)
        if (options.mode === "swap")
          await settleBeside(deps.docker, look, name, options.name, signal).catch(async (error) => {
            await begun.drop()
            throw error
          })
        return begun
      }
      const filled = await fillDatabase(copies, copy, make, loading.load)
      made = filled.made
      const { rawBytes } = filled
      const refreshing = refreshStatistics(deps.docker, look, name, journal, signal)
      outcome = await checked(deps, compared, name, ready, facts, rawBytes, journal, signal).finally(
        () => refreshing,
      )
      if (options.mode === "swap")
        await takePlace(deps, id, ready, options, name, outcome, made, journal, signal)
    } finally {
      afterwards = await hooks.after(request.target)
    }
    const swap = deps.catalogue.swap(id)
    if (afterwards) throw swap ? failedAfterSwap(afterwards, swap) : afterwards
    if (options.mode === "new") await made.release(signal)
    return outcome
  } catch (error) {
    await made?.drop()
    throw error
  }
}

/** What ended the work; in its own words where it says what came of that. */
function causeOf(error: unknown, { aborted, reason }: AbortSignal): unknown {
  if (!aborted || (error instanceof Fault && error.code === problemOf(reason).code)) return error
  return reason
}
