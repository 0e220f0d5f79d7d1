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
  /** The same servers again, after a pause has changed; or what is derived of them now. Nothing, as long as none were seen. */
  again(servers?: readonly DerivedServer[]): void
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
    again(servers = derived) {
      if (servers === undefined) return
      const before = new Map(inForce.map((server) => [server.id, server]))
      derived = servers
      inForce = withPausesNow(servers)
      level()
      for (const { id, jobs } of inForce) {
        const changed = jobs.some((job, j) => job.pausedBy !== before.get(id)?.jobs[j]?.pausedBy)
        if (changed) events.publish({ name: "server.changed", data: { serverId: id } })
      }
    },
  }
}
