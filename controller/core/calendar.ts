// Dates and hours on a zone's clocks. Asking the system takes long, so it is asked how far the clocks are from UTC, once for each hour.

/** The date and hour on the zone's clocks, and how far these are from UTC: it tells the two hours of an autumn night apart. */
export type LocalTime = {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly offsetMinutes: number
}

const minute = 60_000
const hour = 60 * minute
/** Before, some clocks were not a whole number of minutes from UTC (Monrovia's until 1972). */
const wholeMinutesSince = Date.UTC(1973, 0)
/** Of one zone: eleven years of hours. */
const mostHours = 100_000

type Calendar = (at: Date) => LocalTime
const calendars = new Map<string, Calendar>()

/** Throws a RangeError for a zone that there is none of. */
export function calendarOf(timeZone: string): Calendar {
  const known = calendars.get(timeZone)
  if (known) return known
  const calendar = remembering(asking(timeZone))
  calendars.set(timeZone, calendar)
  return calendar
}

function remembering(ask: Calendar): Calendar {
  /** By the hour since 1970, in minutes; null when the clocks change within it. No change of clocks was ever undone within an hour. */
  const offsets = new Map<number, number | null>()
  const offsetIn = (number: number): number | null => {
    const known = offsets.get(number)
    if (known !== undefined) return known
    const [first, last] = [number * hour, (number + 1) * hour - 1]
    const { offsetMinutes } = ask(new Date(first))
    const offset = ask(new Date(last)).offsetMinutes === offsetMinutes ? offsetMinutes : null
    if (offsets.size >= mostHours) offsets.clear()
    offsets.set(number, offset)
    return offset
  }
  return (at) => {
    const time = at.getTime()
    const offsetMinutes = time >= wholeMinutesSince ? offsetIn(Math.floor(time / hour)) : null
    if (offsetMinutes === null) return ask(at)
    const local = new Date(time + offsetMinutes * minute)
    return {
      year: local.getUTCFullYear(),
      month: local.getUTCMonth() + 1,
      day: local.getUTCDate(),
      hour: local.getUTCHours(),
      offsetMinutes,
    }
  }
}

function asking(timeZone: string): Calendar {
  const format = new Intl.DateTimeFormat("en-CA", {
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  })
  return (at) => {
    const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]))
    const field = (name: string) => parts.get(name as Intl.DateTimeFormatPartTypes) ?? 0
    const [year, month, day, hour] = [field("year"), field("month"), field("day"), field("hour")]
    const local = Date.UTC(year, month - 1, day, hour, field("minute"))
    const offsetMinutes = local / 60_000 - Math.floor(at.getTime() / 60_000)
    return { year, month, day, hour, offsetMinutes }
  }
}
