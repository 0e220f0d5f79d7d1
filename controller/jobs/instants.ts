// How far apart the dumps of one run are: each database has a snapshot of its own.
import type { Snapshot } from "../../schemas/manifest.ts"

/** What a manifest says of a snapshot, given when it was opened. */
export type Instants = (openedAt: Date) => Snapshot

/** For one run. The first one asked for is the first of the run. */
export function instants(): Instants {
  let first: Date | undefined
  return (openedAt) => {
    first ??= openedAt
    return {
      scope: "database",
      openedAt: openedAt.toISOString(),
      secondsAfterFirst: Math.max(0, openedAt.getTime() - first.getTime()) / 1000,
      lockMilliseconds: null,
    }
  }
}
