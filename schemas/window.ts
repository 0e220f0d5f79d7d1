// A blackout window of the settings: days of the week and a span of local time in which no scheduled run starts.
import { z } from "zod"
import { TimeZone } from "./scalar.ts"

const dayNames: readonly string[] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
const daysUsage = "write days such as mon-fri, sat,sun or daily"

/** `mon-fri`, `sat,sun`, `fri-mon`, `daily` → 1 for Monday to 7 for Sunday, ascending. */
const Days = z.string().transform((text, context): readonly number[] => {
  const days = text.toLowerCase().split(",").flatMap(daysOf)
  if (days.length > 0 && days.every((day) => day > 0)) return [...new Set(days)].sort((a, b) => a - b)
  context.addIssue({ code: "custom", message: daysUsage })
  return z.NEVER
})

/** Zero stands for a word that names no day. */
function daysOf(word: string): readonly number[] {
  if (word.trim() === "daily") return [1, 2, 3, 4, 5, 6, 7]
  const ends = word.split("-").map((name) => dayNames.indexOf(name.trim()) + 1)
  const [first = 0, last = first] = ends
  if (ends.length > 2 || first === 0 || last === 0) return [0]
  const count = ((last - first + 7) % 7) + 1
  return Array.from({ length: count }, (_, i) => ((first - 1 + i) % 7) + 1)
}

/** `08:00` → minutes after midnight. `24:00` is the end of the day. */
const TimeOfDay = z
  .string()
  .regex(/^(?:[01]?\d|2[0-3]):[0-5]\d$|^24:00$/, "write a time of day such as 08:00, at most 24:00")
  .transform((text) => {
    const [hours = 0, minutes = 0] = text.split(":").map(Number)
    return hours * 60 + minutes
  })

/** A window that ends before it begins goes over midnight, and belongs to the day on which it begins. */
export const BlackoutWindow = z
  .strictObject({
    days: Days.prefault("daily").meta({
      description: "Days on which it begins: `mon-fri`, `sat,sun`, `daily`.",
    }),
    from: TimeOfDay.meta({ description: "Time of day at which it begins, such as `08:00`." }),
    to: TimeOfDay.meta({ description: "Time of day at which it ends; before `from`: on the next day." }),
    timezone: TimeZone.optional().meta({ description: "IANA zone of the times (`scheduler.timezone`)." }),
  })
  .refine(({ from, to }) => from !== to && from < 24 * 60, {
    path: ["to"],
    message: "from and to must differ: write from 00:00 to 24:00 for the whole day",
  })
export type BlackoutWindow = z.output<typeof BlackoutWindow>

/** `mon-fri 22:00-06:00 Europe/Berlin` */
export function windowText({ days, from, to, timezone }: BlackoutWindow): string {
  const clock = (minutes: number) =>
    [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, "0")).join(":")
  const [first = 1, last = first] = [days[0], days.at(-1)]
  const name = (day: number) => dayNames[day - 1]
  const inARow = days.length > 2 && last - first === days.length - 1
  const which =
    days.length === 7 ? "daily" : inARow ? `${name(first)}-${name(last)}` : days.map(name).join(",")
  return `${which} ${clock(from)}-${clock(to)}${timezone === undefined ? "" : ` ${timezone}`}`
}
