// The reconciler as serve.ts puts it together, without the looks inside, on any Docker port; and what one fresh listing would lead to.
import { planSchedule } from "../../controller/core/schedule-plan.ts"
import { deriveServers } from "../../controller/core/server.ts"
import type { ContainerFacts, Docker } from "../../controller/ports.ts"
import { createDerivation } from "../../controller/reconcile/derivation.ts"
import { createWatch, type Pace } from "../../controller/reconcile/loop.ts"
import { createScheduler } from "../../controller/reconcile/scheduler.ts"
import { createWorld } from "../../controller/reconcile/world.ts"
import { guess, operator } from "../core/samples.ts"
import { temporaryCatalogue } from "../state/samples.ts"

/** Jobs and containers as lines of text, to compare. */
export interface Picture {
  readonly scheduled: readonly string[]
  readonly shown: readonly string[]
}

export function reconciling(docker: Docker, pace: Pace, prefix = "dbbackup") {
  const store = temporaryCatalogue()
  const clock = () => new Date("2026-03-01T12:00:00Z")
  const world = createWorld({
    catalogue: store.catalogue,
    events: { publish: () => {}, subscribe: () => () => {} },
    clock,
    prefix,
  })
  const scheduler = createScheduler(clock, () => {})
  const settings = operator({ prefix })
  const derive = createDerivation(
    () => settings,
    world.remembered,
    (image) => guess({ image } as ContainerFacts),
  )
  const stop = new AbortController()
  const watch = createWatch(
    docker,
    (containers) => {
      world.see(derive.from(containers))
      scheduler.apply(planSchedule({ kind: "seen", jobs: world.wantedJobs() }, scheduler.jobs()))
    },
    clock,
    () => {},
    () => {},
    pace,
  )
  const running = watch.run(stop.signal)
  return {
    watch,
    is: (): Picture => ({
      scheduled: jobLines(scheduler.jobs().values()),
      shown: world
        .servers()
        .flatMap(({ container }) => (container ? [containerLine(container)] : []))
        .toSorted(),
    }),
    /** By a derivation that has seen nothing before but the last good labels. */
    wants(containers: readonly ContainerFacts[]): Picture {
      const servers = deriveServers(containers, settings, world.remembered(), guess)
      return {
        scheduled: jobLines(servers.flatMap(({ jobs }) => jobs)),
        shown: servers.map(({ container }) => containerLine(container)).toSorted(),
      }
    },
    async close() {
      stop.abort()
      await running
      scheduler.stop()
      store.remove()
    },
  }
}

const jobLines = (jobs: Iterable<{ readonly id: string; readonly fingerprint: string }>) =>
  [...jobs].map(({ id, fingerprint }) => `${id} ${fingerprint}`).toSorted()

const containerLine = ({
  id,
  name,
  state,
}: {
  readonly id: string
  readonly name: string
  readonly state: string
}) => `${id} ${name} ${state}`
