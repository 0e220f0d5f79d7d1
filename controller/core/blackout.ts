// When a tick that falls into blackout windows may start: at their end. By the wall clock of each window's zone.
import type { BlackoutWindow } from "../../schemas/window.ts"

const minute = 60_000
const day = 24 * 60
// Windows repeat weekly. One week may lose its only gap to daylight saving; two in a row do not.
const longestSearch = 15 * day * minute

/**
 * The moment itself, or the end of the window it is in, and of those that join it. A window's end is the first minute that
 * the zone's clocks show outside of it: where they jump over the end, it ends with the jump.
 * @param zone IANA zone of windows that name none
 */
export function postponed(at: Date, windows: readonly BlackoutWindow[], zone: string): Date {
  const limit = at.getTime() + longestSearch
  for (let moment = at.getTime(); moment <= limit; ) {
    const window = windowAt(new Date(moment), windows, zone)
    if (window === undefined) return new Date(moment)
    moment = nextLook(moment, window, window.timezone ?? zone)
  }
  // They cover all time, which the settings refuse. A backup at a bad time is better than none ever.
  return at
}

/** The first window that the moment is in; undefined outside all of them. */
export function windowAt(
  at: Date,
  windows: readonly BlackoutWindow[],
  zone: string,
): BlackoutWindow | undefined {
  return windows.find((window) => {
    const local = wallClock(at.getTime(), window.timezone ?? zone)
    return isIn(window, local.weekday, local.minutes)
  })
}

// Neither has a change of offset within the days that are searched from it, in any zone.
const probes = ["2026-01-05T00:00:00Z", "2026-06-29T00:00:00Z"]

/** Whether the windows leave no minute of the week in which a scheduled run could start. */
export function coversAllTime(windows: readonly BlackoutWindow[], zone: string): boolean {
  return probes.some(
    (probe) => windowAt(postponed(new Date(probe), windows, zone), windows, zone) !== undefined,
  )
}

function isIn({ days, from, to }: BlackoutWindow, weekday: number, minutes: number): boolean {
  const yesterday = weekday === 1 ? 7 : weekday - 1
  if (from < to) return days.includes(weekday) && minutes >= from && minutes < to
  return (days.includes(weekday) && minutes >= from) || (days.includes(yesterday) && minutes < to)
}

/** The window's end by this moment's offset, or the change of offset that comes before it. */
function nextLook(moment: number, { from, to }: BlackoutWindow, zone: string): number {
  const start = Math.floor(moment / minute) * minute
  const { minutes, offset } = wallClock(start, zone)
  const left = from > to && minutes >= from ? to + day - minutes : to - minutes
  const end = start + left * minute
  if (wallClock(end, zone).offset === offset) return end
  let [before, after] = [0, left]
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2)
    if (wallClock(start + middle * minute, zone).offset === offset) before = middle
    else after = middle
  }
  return start + after * minute
}

interface WallClock {
  /** 1 for Monday to 7 for Sunday. */
  readonly weekday: number
  /** After midnight. */
  readonly minutes: number
  /** Milliseconds that the zone is ahead of UTC. */
  readonly offset: number
}

function wallClock(moment: number, zone: string): WallClock {
  const offset = offsetAt(moment, zone)
  const local = new Date(moment + offset)
  return {
    weekday: local.getUTCDay() || 7,
    minutes: local.getUTCHours() * 60 + local.getUTCMinutes(),
    offset,
  }
}

// Zones change their offset at quarters of an hour (the last that did not was Antarctica/Casey in 2022, by a minute). Thousands
// of jobs ask about the same few days.
const quarter = 15 * minute
const mostRemembered = 10_000
const offsets = new Map<string, number>()

function offsetAt(moment: number, zone: string): number {
  const start = Math.floor(moment / quarter) * quarter
  const key = `${zone} ${start}`
  const known = offsets.get(key)
  if (known !== undefined) return known
  const parts = new Map(
    formatOf(zone)
      .formatToParts(start)
      .map(({ type, value }) => [type, Number(value)]),
  )
  const part = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? 0
  const local = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"))
  if (offsets.size >= mostRemembered) offsets.clear()
  offsets.set(key, local - start)
  return local - start
}

// Making one takes longer than using it a hundred times; zones are few, the operator names them.
const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known) return known
  const format = new Intl.DateTimeFormat("en-CA", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
  })
  formats.set(zone, format)
  return format
}
