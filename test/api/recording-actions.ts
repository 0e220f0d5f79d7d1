// What begins long work, as far as its first record: enough for the API to answer with, and nothing is dumped.

import { Fault } from "../../controller/core/fault.ts"
import type { Actions, RestoreFrom } from "../../controller/ports.ts"
import type { OpenCatalogue } from "../../controller/state/open.ts"
import type { JobId } from "../../schemas/server.ts"
import { plainDetails } from "../core/records.ts"
import { aBackup, aProblem, aRestore, aRun, minute, server } from "../state/samples.ts"

export function actionsOn(catalogue: OpenCatalogue): Actions {
  let count = 0
  return {
    backUp() {
      const id = `new${++count}`
      catalogue.addRun(aRun(`run-${id}`, { trigger: "manual" }))
      catalogue.addBackup(aBackup(id, `run-${id}`, { type: "manual", trigger: "manual" }))
      return catalogue.backup(id) ?? never()
    },
    overrideSchedule(jobId, enabled) {
      if (enabled === null) catalogue.removeOverride(jobId)
      else catalogue.saveOverride({ jobId, enabled, at: minute(11) })
    },
    pauseAll(paused) {
      const all = "*" as JobId
      if (paused) catalogue.saveOverride({ jobId: all, enabled: false, at: minute(11) })
      else catalogue.removeOverride(all)
    },
    cancelRun(runId) {
      if (catalogue.retries().some(({ id }) => id === runId)) return catalogue.clearRetry(runId)
      const { rows } = catalogue.backups({ runId }, { page: 1, limit: 10 })
      const error = aProblem({ code: "cancelled", message: "cancelled on request" })
      for (const { id } of rows) catalogue.finishBackup(id, minute(11), { status: "cancelled", error })
      catalogue.finishRun(runId, minute(11), { status: "cancelled", error })
    },
    async deleteBackup(id) {
      catalogue.copyDeleted(id, "local", minute(12))
      return minute(12)
    },
    async planRestore(from, _databaseId, options) {
      return {
        ...restoredFrom(from),
        serverId: server,
        serverName: "shop/db",
        engine: "postgres",
        sourceDatabase: "shop",
        targetDatabase: options.mode === "new" ? options.name : "globals",
        mode: options.mode,
        destination: "local",
        storedBytes: 1000,
        rawBytes: 1000,
        backupFinishedAt: minute(2).toISOString(),
        steps: ["Create the database."],
        warnings: [],
        ...plainDetails,
      }
    },
    async restore(from, _databaseId, options, _identity, planHash) {
      const name = options.mode === "new" ? options.name : "globals"
      if (planHash !== undefined && planHash !== plainDetails.hash)
        throw new Fault("plan-stale", "the plan is not the one that was confirmed any more", {
          hint: "Look at the plan again, and confirm that one.",
        })
      if (name === "shop")
        throw new Fault("target-exists", "shop exists already", { hint: "Choose another name." })
      const restore = aRestore(`s${++count}`, restoredFrom(from).backupId, { targetDatabase: name })
      catalogue.addRestore(restore)
      return catalogue.restore(restore.id) ?? never()
    },
    async undoRestore() {
      throw new Fault("restore-unsupported", "the restore went into a new database: there is nothing to undo")
    },
    cancelRestore(id) {
      const error = aProblem({ code: "cancelled", message: "cancelled on request" })
      catalogue.finishRestore(id, minute(11), { status: "cancelled", error })
    },
  }
}

function restoredFrom(from: RestoreFrom) {
  if ("sourceId" in from) throw new Error("these actions restore backups")
  return { backupId: from.backupId, source: null }
}

function never(): never {
  throw new Error("the record was just added")
}
