// Composes the jobs that the dispatch sets off.
import { type BackupDeps, runBackup } from "./jobs/backup.ts"
import { deleteCopies } from "./jobs/prune.ts"
import { type RestoreDeps, runRestore } from "./jobs/restore.ts"
import { makeRestorePlan } from "./jobs/restore-planning.ts"
import { checkUndo, undoSwap } from "./jobs/undo.ts"
import type { Work } from "./reconcile/work.ts"

// Somebody waits for the answer.
const askMilliseconds = 60_000

export function workOf(deps: BackupDeps & RestoreDeps, stop: AbortSignal): Work {
  const soon = () => AbortSignal.any([stop, AbortSignal.timeout(askMilliseconds)])
  return {
    backUp: (order, signal, aside) => runBackup(deps, order, signal, aside),
    planRestore: (order) => makeRestorePlan(deps, order, soon()),
    restore: (id, order, signal, aside) => runRestore(deps, id, order, signal, aside),
    checkUndo: (order) => checkUndo(deps, order, soon()),
    undo: (order, signal, aside) => undoSwap(deps, order, signal, aside),
    deleteBackup: (backup) => deleteCopies(deps, backup, stop),
  }
}
