// Turns requests into runs and restores: checks, makes the record, queues the work. The work itself is a job's.
import type { BackupId } from "../../schemas/backup.ts"
import { isOver, type Restore, type RestoreId } from "../../schemas/restore.ts"
import type { RunId } from "../../schemas/run.ts"
import type { DatabaseId, Subject } from "../../schemas/server.ts"
import { Fault } from "../core/fault.ts"
import { databaseIdOf } from "../core/key.ts"
import { requirePlan } from "../core/plan-hash.ts"
import { requireRestorable } from "../core/restorable.ts"
import type { Rules } from "../core/schedule-plan.ts"
import { keptSeconds } from "../core/swap-plan.ts"
import type { Actions, Catalogue, Clock, Log, NewBackup, RestoreFrom } from "../ports.ts"
import { createDue, type Due } from "./due.ts"
import type { Pauses } from "./pauses.ts"
import { manualBackupOf, restoreInto, restoreOf } from "./pending.ts"
import type { Queue } from "./queue.ts"
import { whatIsRestored } from "./restored.ts"
import { createSafetyBackup } from "./safety-backup.ts"
import { createShownPlans } from "./shown-plans.ts"
import { createUndo } from "./undo.ts"
import type { Work } from "./work.ts"
import type { World } from "./world.ts"

export interface Dispatch extends Actions, Omit<Due, "begin" | "giveUpRetry"> {}

export function createDispatch(deps: {
  readonly catalogue: Catalogue
  readonly world: World
  readonly queue: Queue
  readonly work: Work
  readonly pauses: Pauses
  readonly rules?: Rules
  /** How long what a swap replaces is kept, when nobody says. */
  readonly keepReplacedSeconds: () => number
  readonly clock: Clock
  readonly newId: () => string
  readonly log: Log
}): Dispatch {
  const { catalogue, world, queue, work, pauses, clock, newId, log } = deps
  const due = createDue(deps)
  const shown = createShownPlans()
  const safetyBackup = createSafetyBackup(deps)

  const restoreRequest = (
    from: RestoreFrom,
    databaseId: DatabaseId | undefined,
    options: Parameters<Actions["restore"]>[2],
    identity: string | undefined,
    planHash?: string,
  ) => {
    const { backup, manifest } = whatIsRestored({ catalogue, world }, from, databaseId, options)
    const serverId = options.serverId ?? backup.serverId
    if (
      databaseId !== undefined &&
      databaseId !== backup.databaseId &&
      !world.databases().some(({ id }) => id === databaseId)
    ) {
      throw new Fault("not-found", `there is no database ${databaseId}`, {
        hint: "List them with GET /api/databases.",
      })
    }
    if (databaseId !== undefined && !databaseId.startsWith(`${serverId}:`)) {
      throw new Fault("restore-unsupported", "the backup is of another server than that database", {
        hint: "Name the server to restore on as serverId in the options.",
      })
    }
    if (serverId !== backup.serverId && !world.derived(serverId))
      throw new Fault("not-found", `there is no server ${serverId}`, {
        hint: "List them with GET /api/servers.",
      })
    requireRestorable(world.derived(serverId), options.mode)
    const backsUp = isOver(options) && options.safetyBackup
    return {
      ...{ backup, manifest, options, identity, planHash, askedAt: clock() },
      keepSeconds: deps.keepReplacedSeconds(),
      safetyBackup: backsUp ? safetyBackup(serverId, options.name) : null,
      target: () => world.require(serverId),
    }
  }

  return {
    tick: due.tick,
    settleDebts: due.settleDebts,
    resume: due.resume,
    retryDue: due.retryDue,

    backUp(databaseId) {
      const database = world.databases().find(({ id }) => id === databaseId)
      if (!database)
        throw new Fault("not-found", `there is no database ${databaseId}`, {
          hint: "List them with GET /api/databases.",
        })
      const server = world.require(database.server.id)
      const job = server.jobs.find(({ name }) => name === database.jobs[0])
      if (!job) {
        throw new Fault("nothing-to-back-up", `no job of ${server.name} takes ${database.name}`, {
          hint: "Its label dbbackup.databases leaves it out.",
        })
      }
      const busy = manualBackupOf(catalogue, databaseId)
      if (busy)
        throw new Fault(
          "already-running",
          `a backup of ${database.name} is ${busy.status} already: ${busy.id}`,
          { hint: "Follow that one, or cancel it first." },
        )
      const subject: Subject =
        database.kind === "globals" ? { kind: "globals" } : { kind: "database", name: database.name }
      const engine = database.engine
      if (!engine)
        throw new Fault("engine-unknown", `the engine of ${server.name} is not known yet`, {
          hint: "Wait until it has been looked into, or set the label dbbackup.type.",
        })
      const runId = newId() as RunId
      const backup: NewBackup = {
        id: newId() as BackupId,
        runId,
        jobId: job.id,
        serverId: server.id,
        serverName: server.name,
        databaseId: databaseIdOf(server.id, subject),
        subject,
        engine,
        type: "manual",
        trigger: "manual",
        queuedAt: clock(),
      }
      due.begin(job, "manual", { runId, only: { subject, backup } })
      return required(catalogue.backup(backup.id))
    },

    cancelRun(runId) {
      const reason = new Fault("cancelled", "cancelled on request")
      if (queue.cancel(runId, reason)) return
      if (!due.giveUpRetry(runId, reason.message))
        throw new Fault("not-found", `no run ${runId} is queued or running, or waits to be tried again`)
    },

    overrideSchedule: pauses.overrideSchedule,
    pauseAll: pauses.pauseAll,

    async deleteBackup(id) {
      const backup = catalogue.backup(id)
      if (!backup) throw new Fault("not-found", `there is no backup ${id}`)
      if (backup.status !== "completed")
        throw new Fault("in-use", `a ${backup.status} backup has nothing to delete`)
      const ofJob = () => catalogue.newestGood(backup.jobId, backup.databaseId)
      if ((catalogue.lastGood(backup.databaseId) ?? ofJob())?.id === id) {
        throw new Fault("in-use", `this is the newest good backup of ${backup.database}`, {
          hint: "Make a newer one first: the last good backup is never deleted.",
        })
      }
      if (backup.pinned !== null)
        throw new Fault("in-use", `this backup of ${backup.database} is pinned: ${backup.pinned.reason}`, {
          hint: "Unpin it first: on its page, or with dbbackup unpin BACKUP.",
        })
      const reader = restoreOf(catalogue, id)
      if (reader)
        throw new Fault("in-use", `a restore reads this backup: ${reader.id}`, {
          hint: "Wait until it has ended, or cancel it first.",
        })
      await work.deleteBackup(backup)
      log("info", `deleted backup ${id} on request`)
      return clock()
    },

    async planRestore(from, databaseId, options, identity) {
      return shown.keep(await work.planRestore(restoreRequest(from, databaseId, options, identity)))
    },

    async restore(from, databaseId, options, identity, planHash) {
      const request = restoreRequest(from, databaseId, options, identity, planHash)
      const plan = await work.planRestore(request)
      requirePlan(plan, planHash, shown.of(planHash))
      const busy = restoreInto(catalogue, plan.serverId, plan.targetDatabase)
      if (busy)
        throw new Fault(
          "already-running",
          `a restore into ${plan.targetDatabase} is ${busy.status} already: ${busy.id}`,
        )
      const id = newId() as RestoreId
      const { serverId, serverName, sourceDatabase, targetDatabase, mode } = plan
      const swap = isOver(options) && {
        keepSeconds: options.mode === "swap" ? keptSeconds(options, request.keepSeconds) : 0,
        endConnections: options.endConnections,
      }
      catalogue.addRestore({
        ...(swap && { swap }),
        ...{ id, backupId: request.backup.id, source: request.backup.source ?? null },
        databaseId: request.backup.databaseId,
        serverId,
        serverName,
        sourceDatabase,
        targetDatabase,
        mode,
        queuedAt: clock(),
      })
      queue.add({
        id,
        serverId,
        group: null,
        urgent: true,
        priority: 0,
        run: (signal, aside) => work.restore(id, request, signal, aside),
      })
      return required<Restore>(catalogue.restore(id))
    },

    undoRestore: createUndo(deps),

    cancelRestore(id) {
      if (!queue.cancel(id, new Fault("cancelled", "cancelled on request")))
        throw new Fault("not-found", `no restore ${id} is queued or running`)
    },
  }
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Fault("internal", "a record that was just written is not there")
  return value
}
