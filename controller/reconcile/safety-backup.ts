// The backup of a database that is about to be replaced: a run of one of its own jobs, in the turn of the restore that waits for it.
import type { BackupId } from "../../schemas/backup.ts"
import { takesAll } from "../../schemas/part-labels.ts"
import type { RestoreId } from "../../schemas/restore.ts"
import type { RunId } from "../../schemas/run.ts"
import type { ServerId, Subject } from "../../schemas/server.ts"
import { Fault } from "../core/fault.ts"
import { databaseIdOf } from "../core/key.ts"
import { isSelected } from "../core/run-plan.ts"
import type { Catalogue, Clock, NewBackup } from "../ports.ts"
import type { Work } from "./work.ts"
import type { World } from "./world.ts"

export type SafetyBackup = (id: RestoreId, signal: AbortSignal) => Promise<void>

/** Throws a Fault `nothing-to-back-up` when no job takes the whole of it. What it returns throws `restore-failed` when the backup is not good. */
export function createSafetyBackup(deps: {
  readonly catalogue: Catalogue
  readonly world: Pick<World, "require" | "insight">
  readonly work: Pick<Work, "backUp">
  readonly clock: Clock
  readonly newId: () => string
}): (serverId: ServerId, name: string) => SafetyBackup {
  const { catalogue, world, work, clock, newId } = deps
  return (serverId, name) => {
    const server = world.require(serverId)
    const job = server.jobs.find(({ spec }) => takesAll(spec) && isSelected(spec.databases, name))
    const engine = server.engine ?? world.insight(serverId).engine
    if (!job || !engine)
      throw new Fault(
        "nothing-to-back-up",
        `no job of ${server.name} takes all of ${name}: it cannot be backed up before`,
        {
          hint: "Let a label take it, or do without that backup: safetyBackup false in the request, --no-safety-backup on the command line.",
        },
      )
    return async (id, signal) => {
      const runId = newId() as RunId
      const queuedAt = clock()
      const subject: Subject = { kind: "database", name }
      const own = { serverId, serverName: server.name, jobId: job.id, trigger: "manual", queuedAt } as const
      const backup: NewBackup = {
        ...{ ...own, id: newId() as BackupId, runId, databaseId: databaseIdOf(serverId, subject) },
        ...{ subject, engine, type: "manual" },
      }
      catalogue.addRun({ ...own, id: runId, attempt: 1, retryOf: null })
      catalogue.addBackup(backup)
      catalogue.safetyBackupOf(id, backup.id)
      catalogue.log(id, clock(), "info", `backing up ${name} first: backup ${backup.id}, run ${runId}`)
      catalogue.log(runId, clock(), "info", `this is the safety backup before restore ${id}`)
      const target = () => world.require(serverId)
      const order = {
        runId,
        trigger: "manual",
        job,
        target,
        only: { subject, backup },
        attempt: 1,
        again: null,
      } as const
      await work.backUp(order, signal, (wait) => wait())
      signal.throwIfAborted()
      const made = catalogue.backup(backup.id)
      if (made?.status === "completed") {
        catalogue.log(id, clock(), "info", `the backup of ${name} is good`)
        return
      }
      const why = made && "error" in made ? `: ${made.error.message}` : ""
      throw new Fault("restore-failed", `${name} could not be backed up before it is replaced${why}`, {
        hint: `Nothing was changed. The run ${runId} says more. Mend that, or do without: safetyBackup false, --no-safety-backup.`,
      })
    }
  }
}
