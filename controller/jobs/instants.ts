// How far apart the dumps of one run are: each database has a snapshot of its own.
import type { Snapshot } from "../../schemas/manifest.ts"
import type { Held } from "./same-instant.ts"

/** What a manifest says of a snapshot, given when it was opened, and how long writers were held up for that, if they were. */
export type Instants = (openedAt: Date, held?: Held | null) => Snapshot

/** For one run. The first one asked for is the first of the run. */
export function instants(): Instants {
  let first: Date | undefined
  return (opened, held = null) => {
    const openedAt = held?.at ?? opened
    first ??= openedAt
    return {
      scope: "database",
      openedAt: openedAt.toISOString(),
      secondsAfterFirst: Math.max(0, openedAt.getTime() - first.getTime()) / 1000,
      lockMilliseconds: held?.milliseconds ?? null,
    }
  }
}
