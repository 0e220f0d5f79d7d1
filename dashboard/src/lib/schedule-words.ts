// A cron pattern as a sentence. Says only what it is sure of: any other pattern is shown as it is written.
import { listed } from "./format.ts"

const nicknames: Readonly<Record<string, string>> = {
  "@hourly": "0 * * * *",
  "@daily": "0 0 * * *",
  "@weekly": "0 0 * * 0",
  "@monthly": "0 0 1 * *",
}
const dayNames = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"] as const
const dayCodes = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]

/** `every day at 02:00`; for a pattern without plain words: `by the cron pattern 0 2 1-7 * 1`. */
export function cronSentence(cron: string): string {
  return inWords(nicknames[cron] ?? cron) ?? `by the cron pattern ${cron}`
}

function inWords(pattern: string): string | undefined {
  const fields = pattern.split(" ")
  if (fields.length === 6 && fields.shift() !== "0") return undefined
  const [minute = "", hour = "", dayOfMonth = "", month = "", dayOfWeek = ""] = fields
  const times = timesOf(minute, hour)
  const days = daysOf(dayOfMonth, month, dayOfWeek)
  if (!times || days === undefined) return undefined
  if (times.kind === "interval") return days === "every day" ? times.text : `${times.text}, ${days}`
  return `${days} at ${listed(times.clock)}`
}

type Times =
  | { readonly kind: "interval"; readonly text: string }
  | { readonly kind: "clock"; readonly clock: readonly string[] }

function timesOf(minute: string, hour: string): Times | undefined {
  const everyMinutes = stepOf(minute, 60)
  if (hour === "*") {
    if (minute === "*") return { kind: "interval", text: "every minute" }
    if (everyMinutes) return { kind: "interval", text: `every ${everyMinutes} minutes` }
    const at = numbers(minute, 0, 59)
    return at && { kind: "interval", text: `every hour at ${listed(at.map((m) => `:${twoDigits(m)}`))}` }
  }
  const minutes = numbers(minute, 0, 59)
  if (minutes?.length !== 1) return undefined
  const past = twoDigits(minutes[0] ?? 0)
  const everyHours = stepOf(hour, 24)
  if (everyHours && everyHours < 6) return { kind: "interval", text: `every ${everyHours} hours at :${past}` }
  const hours = everyHours
    ? Array.from({ length: 24 / everyHours }, (_, i) => i * everyHours)
    : numbers(hour, 0, 23)
  return hours && { kind: "clock", clock: hours.map((h) => `${twoDigits(h)}:${past}`) }
}

function daysOf(dayOfMonth: string, month: string, dayOfWeek: string): string | undefined {
  if (month !== "*") return undefined
  if (dayOfMonth === "*") return dayOfWeek === "*" ? "every day" : weekdays(dayOfWeek)
  if (dayOfWeek !== "*") return undefined
  const days = numbers(dayOfMonth, 1, 31)
  return days && `on day ${listed(days.map(String))} of every month`
}

function weekdays(field: string): string | undefined {
  const names = field.split(",").map((item) => item.split("-").map(dayName))
  if (names.some((range) => range.length > 2 || range.includes(undefined))) return undefined
  return `every ${listed(names.map((range) => range.join(" to ")))}`
}

function dayName(text: string): string | undefined {
  const code = dayCodes.indexOf(text.toUpperCase())
  if (code >= 0) return dayNames[code]
  return /^[0-7]$/.test(text) ? dayNames[Number(text) % 7] : undefined
}

/** A step such as `*`+`/15` that divides the whole evenly, so that its sentence is true around the clock. */
function stepOf(field: string, whole: number): number | undefined {
  const step = Number(/^\*\/(\d{1,2})$/.exec(field)?.[1] ?? 0)
  return step > 1 && whole % step === 0 ? step : undefined
}

function numbers(field: string, min: number, max: number): number[] | undefined {
  if (!/^\d{1,2}(,\d{1,2})*$/.test(field)) return undefined
  const values = field.split(",").map(Number)
  return values.every((n) => n >= min && n <= max) ? values.sort((a, b) => a - b) : undefined
}

function twoDigits(n: number): string {
  return String(n).padStart(2, "0")
}
