// What retention would delete and does not until a person confirms it: what is shown of it, and carrying it out in the server's turn.
import type { DatabaseId } from "../../schemas/server.ts"
import { Fault } from "../core/fault.ts"
import { retentionOf } from "../core/job-retention.ts"
import { braked } from "../core/prune-brake.ts"
import { pruneHalt } from "../core/prune-halt.ts"
import type { DesiredJob } from "../core/schedule-plan.ts"
import type { Catalogue, Clock, HeldPrune } from "../ports.ts"
import type { Queue } from "./queue.ts"
import type { World } from "./world.ts"

export interface HeldPrunes {
  /**
   * Carries out what waits of a database. `backups`: how many deletions the person has seen. Throws a Fault when it is another
   * number by now, none, or when there is a reason not to delete at all.
   */
  confirm(databaseId: DatabaseId, backups: number): void
}

export function createHeldPrunes(deps: {
  readonly catalogue: Catalogue
  readonly world: Pick<World, "derived">
  readonly queue: Pick<Queue, "add">
  readonly clock: Clock
  readonly newId: () => string
  /** Never rejects. */
  readonly prune: (job: DesiredJob, databaseId: DatabaseId, signal: AbortSignal) => Promise<void>
}): HeldPrunes {
  const { catalogue, world, queue, clock, newId, prune } = deps

  return {
    confirm(databaseId, backups) {
      const waiting = waitingPrunes(catalogue, catalogue.heldPrunes(databaseId), world.derived, clock())
      const [first] = waiting
      if (!first)
        throw new Fault("not-found", `nothing of ${databaseId} waits to be deleted`, {
          hint: "GET the database: heldPrune says what waits.",
        })
      const now = waiting.reduce((sum, { held }) => sum + held.backups.length, 0)
      if (now !== backups)
        throw new Fault("prune-held", `${now} backups wait to be deleted by now, not ${backups}`, {
          hint: "Look at it again, and confirm that number.",
        })
      const { serverId } = first.held
      const halt = pruneHalt([], catalogue.doubts(serverId), catalogue.mending())
      if (halt !== null) throw new Fault("prune-held", `nothing is deleted on this server until ${halt}`)
      catalogue.confirmPrunes(databaseId, clock())
      for (const { job } of waiting) {
        const run = (signal: AbortSignal) => prune(job, databaseId, signal)
        queue.add({ id: newId(), serverId, group: null, urgent: true, priority: 0, run })
      }
    },
  }
}

export interface WaitingPrune {
  readonly held: HeldPrune
  readonly job: DesiredJob
}

/** What nobody has confirmed yet, and its job still wants: a label may have been corrected since. A job that is gone wants nothing. */
export function waitingPrunes(
  catalogue: Pick<Catalogue, "goodBackups">,
  held: readonly HeldPrune[],
  derived: World["derived"],
  now: Date,
): readonly WaitingPrune[] {
  return held.flatMap((held) => {
    const job = derived(held.serverId)?.jobs.find(({ id }) => id === held.jobId)
    if (job === undefined || held.confirmedAt !== null) return []
    const plan = retentionOf(catalogue.goodBackups(job.id, held.databaseId), job, now)
    return braked(plan, job.spec["max-prune"], []).waits.length > 0 ? [{ held, job }] : []
  })
}
