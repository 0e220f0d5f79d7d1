// Sizes, durations, ages and times as people read them. Times are in the viewer's zone unless a zone is given.
const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] as const

/** `812 B`, `1.2 KiB`, `37 MiB`: two significant digits below ten, whole numbers above. */
export function formatBytes(bytes: number): string {
  let value = bytes
  let unit = 0
  // 1023.5 would be shown as "1024": it belongs to the next unit.
  while (value >= 1023.5 && unit < units.length - 1) {
    value /= 1024
    unit += 1
  }
  const text = unit > 0 && value < 9.95 ? value.toFixed(1) : String(Math.round(value))
  return `${text} ${units[unit]}`
}

/** The exact number, grouped, for titles: `1,288,490,188 bytes`. */
export function formatExactBytes(bytes: number): string {
  return `${bytes.toLocaleString("en-US")} ${bytes === 1 ? "byte" : "bytes"}`
}

/** `0.4 s`, `12 s`, `3 min 12 s`, `1 h 4 min`, `2 d 3 h`. */
export function formatDuration(seconds: number): string {
  if (seconds < 9.95) return `${Math.max(0, seconds).toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  const pair = (large: number, small: number, unit: string, rest: string) => {
    const remainder = Math.floor((whole % large) / small)
    return `${Math.floor(whole / large)} ${unit}${remainder > 0 ? ` ${remainder} ${rest}` : ""}`
  }
  if (whole < 3600) return pair(60, 1, "min", "s")
  if (whole < 86_400) return pair(3600, 60, "h", "min")
  return pair(86_400, 3600, "d", "h")
}

const steps = [
  { unit: "d", seconds: 86_400, from: 48 * 3600 },
  { unit: "h", seconds: 3600, from: 3600 },
  { unit: "min", seconds: 60, from: 60 },
] as const

function roughly(seconds: number): string {
  const step = steps.find(({ from }) => seconds >= from)
  return step ? `${Math.floor(seconds / step.seconds)} ${step.unit}` : `${Math.floor(seconds)} s`
}

/** `now`, `40 s ago`, `5 min ago`, `26 h ago`, `3 d ago`; a moment to come is `in 4 h`. */
export function formatAge(at: Date, now: Date): string {
  const seconds = (now.getTime() - at.getTime()) / 1000
  if (Math.abs(seconds) < 5) return "now"
  return seconds > 0 ? `${roughly(seconds)} ago` : `in ${roughly(-seconds)}`
}

/** `Mon 24 Nov 2025, 14:32`; with `withZone` also the zone's short name; the year only when it is not this one. */
export function formatMoment(
  at: Date,
  options: { readonly now: Date; readonly timeZone?: string; readonly withZone?: boolean },
): string {
  const { now, timeZone, withZone } = options
  const part = (format: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat("en-GB", { ...(timeZone ? { timeZone } : {}), ...format })
  const year = part({ year: "numeric" })
  const sameYear = year.format(at) === year.format(now)
  const day = part({
    weekday: "short",
    day: "numeric",
    month: "short",
    ...(sameYear ? {} : { year: "numeric" }),
  }).format(at)
  const time = part({ hour: "2-digit", minute: "2-digit" }).format(at)
  return `${day.replaceAll(",", "")}, ${time}${withZone ? ` ${zoneAbbreviation(at, timeZone)}` : ""}`
}

/** `CET`, `EST`. British English knows Europe's short names, American English America's; others are `GMT+5:30`. */
function zoneAbbreviation(at: Date, timeZone: string | undefined): string {
  const [british, american] = ["en-GB", "en-US"].map(
    (locale) =>
      new Intl.DateTimeFormat(locale, { ...(timeZone ? { timeZone } : {}), timeZoneName: "short" })
        .formatToParts(at)
        .find(({ type }) => type === "timeZoneName")?.value,
  )
  return (british?.startsWith("GMT") ? american : british) ?? ""
}

/** `14:32` in the viewer's zone. */
export function formatClock(at: Date, withSeconds = false): string {
  return new Intl.DateTimeFormat("en-GB", {
    hour: "2-digit",
    minute: "2-digit",
    ...(withSeconds ? { second: "2-digit" } : {}),
  }).format(at)
}

/** `2025-11-24 13:32:05 UTC`. */
export function formatUtc(at: Date): string {
  return `${at.toISOString().slice(0, 19).replace("T", " ")} UTC`
}

/** The viewer's IANA zone, such as `Europe/Berlin`. */
export function viewerZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone
}

/** `1 database`, `3 databases`. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString("en-US")} ${n === 1 ? one : many}`
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`
}
