// The care of the catalogue that a person asks for: what is old goes, the file is made compact, or checked.
import type { Maintenance, MaintenanceTask } from "../../schemas/catalogue.ts"
import { Fault } from "../core/fault.ts"
import type { CatalogueFile, Clock, Log } from "../ports.ts"
import type { Queue } from "./queue.ts"

/** Of copies from before migrations, and of damaged files, so many stay. */
const keptFiles = 3

/** @param logSeconds log lines of what ended longer ago go, asked each time */
export function createMaintenance(deps: {
  readonly catalogue: Pick<CatalogueFile, "vacuum" | "verify" | "cleanUp">
  readonly queue: Pick<Queue, "counts">
  readonly logSeconds: () => number
  readonly clock: Clock
  readonly log: Log
}): (task: MaintenanceTask) => Promise<Maintenance> {
  const { catalogue, queue, logSeconds, clock, log } = deps

  const carryOut = async (task: MaintenanceTask) => {
    switch (task) {
      case "cleanup":
        return { task, ...catalogue.cleanUp(new Date(clock().getTime() - logSeconds() * 1000), keptFiles) }
      case "vacuum": {
        const { running } = queue.counts()
        if (running > 0)
          throw new Fault("in-use", `${running} runs are at work, and would stand still meanwhile`, {
            hint: "Ask again once they have ended. A large catalogue takes seconds: 6 for 600 MiB.",
          })
        log("warn", "making the catalogue compact: nothing is answered meanwhile")
        return { task, ...catalogue.vacuum() }
      }
      case "verify": {
        const problems = await catalogue.verify()
        return { task, ok: problems.length === 0, problems }
      }
    }
  }

  return async (task) => {
    const begun = performance.now()
    const done = await carryOut(task)
    const milliseconds = Math.round(performance.now() - begun)
    log("info", `maintenance of the catalogue: ${task}`, { ...done, milliseconds })
    return { ...done, milliseconds } as Maintenance
  }
}
