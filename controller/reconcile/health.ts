// Whether the controller can do its work: each thing it depends on, asked now.
import type { HealthCheck } from "../../schemas/api.ts"
import type { Catalogue, Destination, Health } from "../ports.ts"
import type { Watch } from "./loop.ts"
import type { Queue } from "./queue.ts"

export function createHealth(deps: {
  readonly catalogue: Catalogue
  readonly destinations: ReadonlyMap<string, Destination>
  readonly queue: Queue
  readonly watch: Pick<Watch, "status">
  readonly schedulerRuns: () => boolean
}): Health {
  const destinations = (signal: AbortSignal) =>
    Promise.all([...deps.destinations.values()].map((destination) => destination.check(signal)))
  return {
    docker: () => deps.watch.status(),
    destinations,
    queue: () => deps.queue.counts(),
    async ready(signal) {
      const docker = deps.watch.status()
      const stores = await destinations(signal)
      const up = stores.filter(({ state }) => state === "up")
      const down = stores
        .filter(({ state }) => state === "down")
        .map(({ name, problem }) => `${name}: ${problem?.message ?? "down"}`)
      return [
        sqlite(deps.catalogue),
        { name: "docker", ok: docker.state === "connected", detail: docker.problem?.message ?? docker.state },
        {
          name: "destination",
          ok: up.length > 0,
          detail: down.length > 0 ? down.join("; ") : `${up.map(({ name }) => name).join(", ")} writable`,
        },
        { name: "scheduler", ok: deps.schedulerRuns(), detail: deps.schedulerRuns() ? "running" : "stopped" },
      ]
    },
  }
}

function sqlite(catalogue: Catalogue): HealthCheck {
  try {
    catalogue.check()
    // It works, and the process must not be restarted for it.
    const again = catalogue.mending() === null ? "" : ", being made again after damage"
    return { name: "sqlite", ok: true, detail: `writable${again}` }
  } catch (error) {
    return { name: "sqlite", ok: false, detail: error instanceof Error ? error.message : String(error) }
  }
}
