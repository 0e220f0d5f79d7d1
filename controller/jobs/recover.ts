// After a crash, before anything new starts: what is whole is adopted, what is half-made is removed, nothing stays "running".
import type { BackupId, Copy } from "../../schemas/backup.ts"
import type { Problem } from "../../schemas/errors.ts"
import type { Manifest } from "../../schemas/manifest.ts"
import { isInPlace } from "../../schemas/restore.ts"
import { Fault, problemOf } from "../core/fault.ts"
import { isStoodFor, retryDelaySeconds } from "../core/retry-plan.ts"
import type { Catalogue, Clock, Destination, Log, PlannedCopy } from "../ports.ts"
import { hintInPlace } from "./in-place-state.ts"
import { deleteCopy } from "./prune.ts"
import { storedManifest } from "./stored-manifest.ts"

export interface RecoverDeps {
  readonly catalogue: Catalogue
  readonly destinations: ReadonlyMap<string, Destination>
  readonly clock: Clock
  readonly log: Log
}

type Unfinished = ReturnType<Catalogue["unfinished"]>["backups"][number]

/** Rejects with nothing: a destination that is away keeps its leftovers, and says so in the log. */
export async function recover(deps: RecoverDeps, signal: AbortSignal): Promise<void> {
  const { catalogue, clock, log } = deps
  const { runs, backups, restores, deletions } = catalogue.unfinished()
  for (const { backupId, destination, key } of deletions)
    await deleteOn(deps, backupId, destination, key, signal)
  const adopted = new Map<string, number>()
  for (const backup of backups) {
    const outcome = await settle(deps, backup, signal)
    catalogue.finishBackup(backup.id, clock(), outcome)
    if (outcome.status === "completed") adopted.set(backup.runId, (adopted.get(backup.runId) ?? 0) + 1)
    log(
      "warn",
      `a backup of ${backup.databaseId} was under way when the controller stopped: ${outcome.status}`,
      { backupId: backup.id },
    )
  }
  // A tool of a run that had begun may still be at work in its container, with its locks: ended at the first look at the server.
  for (const { id, serverId, status } of [...runs, ...restores])
    if (status === "running") catalogue.addLooseEnd({ owner: id, serverId, kind: "tools", detail: null })
  for (const run of runs) {
    const wholeRun = catalogue.backups({ runId: run.id }, { page: 1, limit: 500 }).rows
    const complete =
      wholeRun.length > 0 && wholeRun.every(({ status }) => status === "completed") && adopted.has(run.id)
    const error = interrupted("the controller stopped during the run")
    // Whether its job still allows another try is asked when the time comes: its labels are not known yet.
    const settled = run.trigger === "manual" || isStoodFor(run, catalogue.lastRunOf(run.jobId))
    const retryAt = settled ? null : afterCrash(run.attempt, clock())
    catalogue.finishRun(
      run.id,
      clock(),
      complete ? { status: "completed" } : { status: "interrupted", error, retryAt },
    )
  }
  for (const restore of restores) {
    const name = restore.targetDatabase
    const hint = isInPlace(restore)
      ? hintInPlace(catalogue, restore)
      : restore.swap
        ? `If ${name} was put in place already is found out at the next look at the server: the log and the restore say so. Otherwise ${name} is as it was, and what was restored beside it is dropped.`
        : `If a half-restored database ${name} is on ${restore.serverName} and has this restore's mark, it is dropped at the next look; the log says so. Otherwise look at it yourself before you restore again.`
    catalogue.finishRestore(restore.id, clock(), {
      status: "interrupted",
      error: interrupted("the controller stopped during the restore", hint),
    })
  }
}

/** The delay grows with each try, so that a run which ends the controller each time does not do so for ever. */
const afterCrash = (attempt: number, now: Date) =>
  new Date(now.getTime() + retryDelaySeconds(attempt, 0.5) * 1000)

/** What a crash broke off is deleted to the end; where the destination is away, at a later start or by the next prune. */
async function deleteOn(deps: RecoverDeps, id: BackupId, name: string, key: string, signal: AbortSignal) {
  const destination = deps.destinations.get(name)
  if (!destination) return
  try {
    await deleteCopy(deps, id, destination, key, signal)
  } catch (error) {
    deps.log("warn", `could not go on deleting ${key} at ${name}: ${problemOf(error).message}`)
  }
}

function interrupted(
  message: string,
  hint = "What a schedule began is tried again soon by itself; nothing half-made was kept.",
): Problem {
  return problemOf(new Fault("interrupted", message, { hint }))
}

/** Bytes with their manifest are a backup, whoever was told; bytes without one are swept. */
async function settle(deps: RecoverDeps, backup: Unfinished, signal: AbortSignal) {
  const copies: Copy[] = []
  let manifest: Manifest | undefined
  for (const planned of backup.copies) {
    const destination = deps.destinations.get(planned.destination)
    if (!destination) continue
    try {
      const found = await wholeCopy(destination, planned, backup, signal)
      if (found) {
        manifest = found
        copies.push({
          state: "stored",
          destination: planned.destination,
          key: planned.key,
          storedAt: found.finishedAt,
        })
      } else {
        await destination.remove(planned.key, signal)
      }
    } catch (error) {
      deps.log(
        "warn",
        `could not look for leftovers at ${planned.destination}: ${error instanceof Error ? error.message : String(error)}`,
        { key: planned.key },
      )
    }
  }
  if (manifest) return { status: "completed", manifest, copies } as const
  return { status: "interrupted", error: interrupted("the controller stopped during the backup") } as const
}

async function wholeCopy(
  destination: Destination,
  { key }: PlannedCopy,
  backup: Unfinished,
  signal: AbortSignal,
): Promise<Manifest | undefined> {
  const manifest = await storedManifest(destination, key, signal)
  if (manifest === undefined) return undefined
  const whole =
    manifest.id === backup.id && (await destination.size(key, signal)) === manifest.proof.storedBytes
  return whole ? manifest : undefined
}
