// What is not accounted for at destinations, by name: looked at as often as one likes, changed by one request at a time.
import type { AdoptedOrphans, Cleaned, Mended, Orphans, ToClean } from "../../schemas/orphans.ts"
import { Fault } from "../core/fault.ts"
import type { Account } from "../core/orphans.ts"
import type { Destination } from "../ports.ts"

type Work<Asked, Done> = (destination: Destination, asked: Asked, signal: AbortSignal) => Promise<Done>

/** Each rejects with a Fault: `destination-unknown`, what the destination says, `already-running` while another one changes there. */
export interface OrphanCare {
  look(destination: string, signal: AbortSignal): Promise<Orphans>
  adopt(destination: string, keys: readonly string[], signal: AbortSignal): Promise<AdoptedOrphans>
  clean(destination: string, asked: ToClean, signal: AbortSignal): Promise<Cleaned>
  mend(destination: string, keys: readonly string[], signal: AbortSignal): Promise<Mended>
}

const shown = 1000
const shownForeign = 100

export function createOrphanCare(deps: {
  readonly destinations: ReadonlyMap<string, Destination>
  readonly look: (destination: Destination, signal: AbortSignal) => Promise<Account>
  readonly adopt: Work<readonly string[], AdoptedOrphans>
  readonly clean: Work<ToClean, Cleaned>
  readonly mend: Work<readonly string[], Mended>
}): OrphanCare {
  const { destinations } = deps
  const changing = new Set<string>()

  const named = (name: string): Destination => {
    const destination = destinations.get(name)
    if (destination) return destination
    throw new Fault("destination-unknown", `there is no destination named ${name}`, {
      hint: `There are ${[...destinations.keys()].join(", ")}.`,
    })
  }
  const alone = async <T>(name: string, work: (destination: Destination) => Promise<T>): Promise<T> => {
    const destination = named(name)
    if (changing.has(name))
      throw new Fault("already-running", `what stands at ${name} is being changed already`, {
        hint: "Try again when that has ended.",
      })
    changing.add(name)
    try {
      return await work(destination)
    } finally {
      changing.delete(name)
    }
  }

  return {
    async look(name, signal) {
      const { orphans, missing, foreign, ...account } = await deps.look(named(name), signal)
      return {
        ...account,
        orphans: orphans.slice(0, shown),
        orphansTotal: orphans.length,
        missing: missing.slice(0, shown),
        missingTotal: missing.length,
        foreign: foreign.slice(0, shownForeign),
        foreignTotal: foreign.length,
        foreignBytes: foreign.reduce((sum, { bytes }) => sum + bytes, 0),
      }
    },
    adopt: (name, keys, signal) => alone(name, (at) => deps.adopt(at, keys, signal)),
    clean: (name, asked, signal) => alone(name, (at) => deps.clean(at, asked, signal)),
    mend: (name, keys, signal) => alone(name, (at) => deps.mend(at, keys, signal)),
  }
}
