// The ticks of a cron pattern around a moment. Answers are remembered, because thousands of jobs share a few patterns and are asked
// about the same hours again and again; what is remembered changes no answer.
import { nextRuns, previousRuns } from "../../schemas/scalar.ts"

/** Up to two ticks at or before the moment, and up to two after it, each in order. Fewer only where the pattern has no more. */
export interface Ticks {
  readonly before: readonly Date[]
  readonly after: readonly Date[]
}

const behind = 2
const ahead = 6
// Jobs ask about now, and about when their backups were made: a few stretches of time per pattern.
const stretchesPerPattern = 4
const mostPatterns = 4096

/** Consecutive ticks in milliseconds, soonest first. */
type Stretch = readonly number[]
const stretches = new Map<string, Stretch[]>()

export function ticksAround(pattern: string, timeZone: string, at: Date): Ticks {
  const key = `${timeZone} ${pattern}`
  const known = stretches.get(key) ?? []
  const moment = at.getTime()
  for (const stretch of known) {
    const later = stretch.findIndex((tick) => tick > moment)
    if (later >= 2 && stretch.length - later >= 2) return cut(stretch, later)
  }
  const before = previousRuns(pattern, timeZone, new Date(moment + 1), behind).toReversed()
  const after = nextRuns(pattern, timeZone, at, ahead)
  const stretch = [...before, ...after].map((tick) => tick.getTime())
  if (stretches.size >= mostPatterns && !stretches.has(key))
    stretches.delete(stretches.keys().next().value ?? "")
  stretches.set(key, [stretch, ...known].slice(0, stretchesPerPattern))
  return cut(stretch, before.length)
}

function cut(stretch: Stretch, later: number): Ticks {
  const dates = (from: number, to: number) => stretch.slice(from, to).map((tick) => new Date(tick))
  return { before: dates(Math.max(0, later - 2), later), after: dates(later, later + 2) }
}
