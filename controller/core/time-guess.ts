// How long loading may take, by the bytes per second of what was done before.
import type { PlanDetails } from "../../schemas/restore-details.ts"

/** Bytes before compression, and how long that took. */
export interface Done {
  readonly bytes: number
  readonly seconds: number
}
export interface Pasts {
  readonly ofServer: readonly Done[]
  readonly ofEngine: readonly Done[]
  readonly dumps: readonly Done[]
}

/** Starting and checking take so long, however few bytes there are. */
const leastSeconds = 1

/** Null when there is nothing to go by. Small ones, which are all start and end, count for little beside large ones. */
export function guessTime(bytes: number, { ofServer, ofEngine, dumps }: Pasts): PlanDetails["timeGuess"] {
  const from = [
    [ofServer, "restores of this server"],
    [ofEngine, "restores of this engine"],
    [dumps, "dumps of its server"],
  ] as const
  for (const [past, words] of from) {
    const total = past.reduce((sum, done) => sum + done.bytes, 0)
    const seconds = past.reduce((sum, done) => sum + done.seconds, 0)
    if (total > 0 && seconds > 0)
      return { seconds: Math.max(leastSeconds, (bytes / total) * seconds), from: words }
  }
  return null
}
