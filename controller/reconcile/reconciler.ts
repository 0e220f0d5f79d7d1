// Brings the picture, the schedule and the prober level with what the labels say and what is paused.
import { resumed, withPauses } from "../core/pause.ts"
import { planSchedule } from "../core/schedule-plan.ts"
import type { DerivedServer } from "../core/server.ts"
import type { EventHub } from "../ports.ts"
import type { Dispatch } from "./dispatch.ts"
import type { Pauses } from "./pauses.ts"
import type { Prober } from "./prober.ts"
import type { Scheduler } from "./scheduler.ts"
import type { World } from "./world.ts"

export interface Reconciler {
  /** Takes in what was derived from a listing of every container. */
  see(servers: readonly DerivedServer[]): void
  /** The same servers again, after a pause has changed. Nothing, as long as none were seen. */
  again(): void
  /** Tries again what is due; to be called every few seconds. Nothing, as long as no servers were seen: all would look removed. */
  retryDue(): void
}

export function createReconciler(deps: {
  readonly world: World
  readonly scheduler: Pick<Scheduler, "apply" | "jobs">
  readonly prober: Pick<Prober, "update">
  readonly dispatch: Pick<Dispatch, "resume" | "retryDue">
  readonly pauses: Pick<Pauses, "by">
  readonly events: Pick<EventHub, "publish">
}): Reconciler {
  const { world, scheduler, prober, dispatch, pauses, events } = deps
  let derived: readonly DerivedServer[] | undefined
  let inForce: readonly DerivedServer[] = []

  const level = () => {
    world.see(inForce)
    const changes = planSchedule({ kind: "seen", jobs: world.wantedJobs() }, scheduler.jobs())
    const back = resumed(changes, scheduler.jobs())
    scheduler.apply(changes)
    prober.update(inForce)
    dispatch.resume(back)
    dispatch.retryDue()
  }

  const withPausesNow = (servers: readonly DerivedServer[]) =>
    servers.map((server) => withPauses(server, pauses.by))

  return {
    see(servers) {
      // The same array is the same servers: nothing is to be worked out again for thousands of them.
      if (servers !== derived) inForce = withPausesNow(servers)
      derived = servers
      level()
    },
    retryDue() {
      if (derived !== undefined) dispatch.retryDue()
    },
    again() {
      if (derived === undefined) return
      const before = inForce
      inForce = withPausesNow(derived)
      level()
      for (const [index, { id, jobs }] of inForce.entries()) {
        const changed = jobs.some((job, j) => job.pausedBy !== before[index]?.jobs[j]?.pausedBy)
        if (changed) events.publish({ name: "server.changed", data: { serverId: id } })
      }
    },
  }
}
