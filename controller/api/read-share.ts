// How much of what each destination holds was read again lately, for those who look at the destinations.
import type { DestinationStatus } from "../../schemas/api.ts"
import type { Catalogue, Clock } from "../ports.ts"

const shownDays = 30
const dayMilliseconds = 24 * 3600 * 1000
/** It adds up a whole catalogue, and moves slowly. */
const keptMilliseconds = 60_000

/** Adds it to what a look at a destination gave. */
export function withReadShare({
  catalogue,
  clock,
}: {
  readonly catalogue: Pick<Catalogue, "readShare">
  readonly clock: Clock
}): (status: DestinationStatus) => DestinationStatus {
  const known = new Map<string, { readonly at: number; readonly share: DestinationStatus["reading"] }>()
  return (status) => {
    const now = clock().getTime()
    const last = known.get(status.name)
    if (last && Math.abs(now - last.at) < keptMilliseconds) return { ...status, reading: last.share }
    const since = new Date(now - shownDays * dayMilliseconds)
    const { copies, readCopies, oldestReadAt } = catalogue.readShare(status.name, since)
    const share = { copies, readCopies, days: shownDays, oldestReadAt }
    known.set(status.name, { at: now, share })
    return { ...status, reading: share }
  }
}
