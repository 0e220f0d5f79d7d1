// One rebuild of the catalogue at a time, followed while it runs, its outcome kept until the next.
import type { Rebuild, RebuildReport } from "../../schemas/rebuild.ts"
import { Fault, problemOf } from "../core/fault.ts"
import type { Clock, Destination, Log } from "../ports.ts"

export interface Rebuilding {
  /** Begins. Throws a Fault: `destination-unknown`, or `already-running` while one runs. */
  begin(destination: string, withCatalogue?: boolean): Rebuild
  state(): Rebuild
  /** Resolves once none runs, which an aborted signal brings about. */
  ended(): Promise<void>
}

export function createRebuilding(deps: {
  readonly destinations: ReadonlyMap<string, Destination>
  readonly work: (
    destination: Destination,
    signal: AbortSignal,
    onProgress: (found: number, read: number) => void,
    withCatalogue: boolean,
  ) => Promise<RebuildReport>
  readonly clock: Clock
  readonly log: Log
  readonly signal: AbortSignal
}): Rebuilding {
  const { destinations, work, clock, log, signal } = deps
  let state: Rebuild = { status: "never" }
  let running: Promise<void> = Promise.resolve()

  async function run(destination: Destination, startedAt: string, withCatalogue: boolean): Promise<void> {
    const begun = { destination: destination.name, startedAt }
    const onProgress = (found: number, read: number) => {
      state = { status: "running", ...begun, found, read }
    }
    try {
      const report = await work(destination, signal, onProgress, withCatalogue)
      state = { status: "completed", ...begun, finishedAt: clock().toISOString(), report }
      log("info", `the catalogue was compared with ${destination.name}`, { ...report, refused: undefined })
    } catch (error) {
      const problem = problemOf(error)
      state = { status: "failed", ...begun, finishedAt: clock().toISOString(), error: problem }
      log("error", `the catalogue could not be rebuilt from ${destination.name}: ${problem.message}`)
    }
  }

  return {
    begin(name, withCatalogue = false) {
      const destination = destinations.get(name)
      if (!destination)
        throw new Fault("destination-unknown", `there is no destination named ${name}`, {
          hint: `There are ${[...destinations.keys()].join(", ")}.`,
        })
      if (state.status === "running")
        throw new Fault(
          "already-running",
          `the catalogue is being rebuilt from ${state.destination} already`,
          {
            hint: "GET /api/system/rebuild tells how far it is.",
          },
        )
      const startedAt = clock().toISOString()
      state = { status: "running", destination: name, startedAt, found: 0, read: 0 }
      running = run(destination, startedAt, withCatalogue)
      return state
    },
    state: () => state,
    ended: () => running,
  }
}
