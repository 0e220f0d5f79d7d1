// What is known of a restore before its plan, whatever its mode: the target, its tools, its hooks, how long it may take.
import type { CompletedBackup } from "../../schemas/backup.ts"
import { hookOf, type JobLabels } from "../../schemas/labels.ts"
import { nearestFirst } from "../core/copy-order.ts"
import { Fault } from "../core/fault.ts"
import type { CommonFacts } from "../core/restore-plan.ts"
import { identityFor } from "./identity-for.ts"
import { timeGuessFor } from "./past-work.ts"
import type { Target } from "./probe.ts"
import type { Ready } from "./ready.ts"
import type { RestoreDeps, RestoreRequest } from "./restore.ts"

/** Throws a Fault, `restore-unsupported`, where the engine is another one. */
export function commonFacts(
  deps: RestoreDeps,
  request: RestoreRequest,
  { look, target }: Ready,
): CommonFacts {
  const { manifest } = request
  const backup = nearestFirst(request.backup, (name) => deps.destinations.get(name)?.kind)
  if (look.rules.engine !== manifest.engine.name) {
    throw new Fault(
      "restore-unsupported",
      `the backup is of ${manifest.engine.name}, the server is ${look.rules.engine}`,
      {
        hint: "Restore it on a server of its own engine.",
      },
    )
  }
  const { serverVersion, toolVersion, sourceZstd: zstd } = look.probe
  const spec = specOf(backup, target)
  const hooks = {
    before: spec ? hookOf(spec, "pre-restore") : null,
    after: spec ? hookOf(spec, "post-restore") : null,
  }
  const { id, name } = target
  return {
    ...{ backup, manifest, hooks },
    identity: identityFor(deps, request),
    target: { id, name },
    tools: { serverVersion, toolVersion, zstd },
    timeGuess: timeGuessFor(deps.catalogue, id, backup),
  }
}

/** Hooks and patience are those of the job that made the backup; of the first one, when that is gone. */
export function specOf(backup: CompletedBackup, { jobs }: Target): JobLabels | undefined {
  return (jobs.find(({ id }) => id === backup.jobId) ?? jobs[0])?.spec
}
