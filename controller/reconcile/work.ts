// The jobs as functions, as the dispatch is handed them. Types only: reconcile does not know how work is done.
import type { CompletedBackup } from "../../schemas/backup.ts"
import type { RestoreId, RestoreOptions, RestorePlan } from "../../schemas/restore.ts"
import type { RunId, Trigger } from "../../schemas/run.ts"
import type { Subject } from "../../schemas/server.ts"
import type { DesiredJob } from "../core/schedule-plan.ts"
import type { DerivedServer } from "../core/server.ts"
import type { RestorableBackup, RestorableManifest } from "../core/source-as-backup.ts"
import type { Aside, NewBackup } from "../ports.ts"

export interface BackupOrder {
  readonly runId: RunId
  readonly trigger: Trigger
  readonly job: DesiredJob
  readonly target: () => DerivedServer
  readonly only: { readonly subject: Subject; readonly backup: NewBackup } | null
  readonly attempt: number
  /** What a retry is of; null for all that the job takes. */
  readonly again: readonly Subject[] | null
}

export interface RestoreOrder {
  readonly backup: RestorableBackup
  readonly manifest: RestorableManifest
  readonly options: RestoreOptions
  readonly identity: string | undefined
  readonly planHash?: string | undefined
  readonly askedAt: Date
  readonly keepSeconds: number
  readonly safetyBackup: ((id: RestoreId, signal: AbortSignal) => Promise<void>) | null
  readonly target: () => DerivedServer
}

export interface UndoOrder {
  readonly id: RestoreId
  readonly endConnections: boolean
  readonly target: () => DerivedServer
}

export interface Work {
  /** Records its own outcome and never rejects. */
  backUp(order: BackupOrder, signal: AbortSignal, aside: Aside): Promise<void>
  planRestore(order: RestoreOrder): Promise<RestorePlan>
  restore(id: RestoreId, order: RestoreOrder, signal: AbortSignal, aside: Aside): Promise<void>
  /** Rejects with a Fault that says why it cannot be undone now. */
  checkUndo(order: UndoOrder): Promise<void>
  /** Records its own outcome and never rejects. */
  undo(order: UndoOrder, signal: AbortSignal, aside: Aside): Promise<void>
  deleteBackup(backup: CompletedBackup): Promise<void>
}
