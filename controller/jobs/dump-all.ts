// Every backup of a run, between the hooks: those of one instant together, the others one after the other. A server that goes away under one of them is waited for before the next.
import type { Problem } from "../../schemas/errors.ts"
import type { Fault } from "../core/fault.ts"
import type { NewBackup } from "../ports.ts"
import type { BackupDeps, BackupRun } from "./backup.ts"
import { dumpSubject, recordFailure } from "./dump-subject.ts"
import { dumpTogether } from "./dump-together.ts"
import { groupsOf } from "./groups.ts"
import type { Hooks } from "./hooks.ts"
import { instants } from "./instants.ts"
import { failureOf, type Journal } from "./journal.ts"
import { meansAway } from "./probe.ts"
import type { Ask, Ready } from "./ready.ts"

export interface Dumped {
  readonly good: readonly NewBackup[]
  /** What the hook after the dumps failed with, if that counts. */
  readonly afterwards: Fault | null
}

/**
 * Adds to `problems` what each failed with. Throws when the server could not be prepared for the first dump; the backups have
 * no outcome then.
 */
export async function dumpAll(
  deps: BackupDeps,
  run: BackupRun,
  found: Ready,
  ask: Ask,
  backups: readonly NewBackup[],
  hooks: Hooks,
  problems: Problem[],
  journal: Journal,
  signal: AbortSignal,
): Promise<Dumped> {
  const good: NewBackup[] = []
  let afterwards: Fault | null = null
  /** The server as it answers now: perhaps in another container, which the hook has not prepared yet. */
  const again = async (): Promise<Ready> => {
    const next = await ask()
    await hooks.before(next.target, signal)
    return next
  }
  try {
    await hooks.before(found.target, signal)
    let ready = found
    let hopeless: Problem | undefined
    const opened = instants()
    const queue = [...groupsOf(backups, found.look, run.job)]
    for (let group = queue.shift(); group; group = queue.shift()) {
      const last = problems.at(-1)
      if (hopeless === undefined && last !== undefined && meansAway(last.code) && !signal.aborted) {
        try {
          ready = await again()
        } catch (error) {
          hopeless = failureOf(signal.aborted ? signal.reason : error, deps.log)
        }
        // Databases may have come, gone or changed.
        if (hopeless === undefined && group.backups.length > 1) {
          queue.unshift(...groupsOf(group.backups, ready.look, run.job, group.tries))
          group = queue.shift() ?? group
        }
      }
      if (hopeless === undefined && group.backups.length > 1) {
        const together = await dumpTogether(deps, run.job, ready, group, opened, journal, signal)
        good.push(...together.good)
        problems.push(...together.problems)
        queue.unshift(...together.left)
        continue
      }
      for (const backup of group.backups) {
        const problem =
          hopeless === undefined
            ? await dumpSubject(deps, run.job, ready.target, ready.look, backup, opened, journal, signal)
            : recordFailure(deps, backup, hopeless, journal)
        if (problem) problems.push(problem)
        else good.push(backup)
      }
    }
  } finally {
    afterwards = await hooks.after(run.target)
  }
  return { good, afterwards }
}
