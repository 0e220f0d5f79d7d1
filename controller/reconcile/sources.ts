// Files that people hand in or choose to be restored: taken, listed, and forgotten when their time is over.
import { Fault } from "../core/fault.ts"
import type { Catalogue, Destination, Sources } from "../ports.ts"

const sweepMilliseconds = 5 * 60_000
const pageLength = 200

export interface SourceKeeping {
  readonly services: Sources
  follow(): void
}

export function createSources(deps: {
  readonly catalogue: Pick<Catalogue, "sources" | "source">
  readonly destinations: ReadonlyMap<string, Destination>
  readonly upload: Sources["upload"]
  readonly choose: Sources["choose"]
  readonly forget: (id: string, signal: AbortSignal) => Promise<Date>
  /** Never rejects. */
  readonly sweep: (signal: AbortSignal) => Promise<void>
  readonly signal: AbortSignal
}): SourceKeeping {
  const { catalogue, destinations, signal } = deps
  const within = (one: AbortSignal) => AbortSignal.any([one, signal])
  return {
    services: {
      upload: (asked, file, taking) => deps.upload(asked, file, within(taking)),
      choose: (asked, choosing) => deps.choose(asked, within(choosing)),
      list: () => catalogue.sources(),
      source: (id) => catalogue.source(id)?.source,
      forget: (id) => deps.forget(id, signal),
      async browse(name, folder, after, browsing) {
        const destination = destinations.get(name)
        if (!destination)
          throw new Fault("not-found", `there is no destination ${name}`, {
            hint: `There are: ${[...destinations.keys()].join(", ")}.`,
          })
        if (folder !== "" && !folder.endsWith("/"))
          throw new Fault("request-invalid", `${folder} is no folder`, {
            hint: "The name of a folder ends with /.",
          })
        return await destination.browse(folder, after, pageLength, within(browsing))
      },
    },
    follow() {
      const timer = setInterval(() => void deps.sweep(signal), sweepMilliseconds)
      signal.addEventListener("abort", () => clearInterval(timer), { once: true })
    },
  }
}
