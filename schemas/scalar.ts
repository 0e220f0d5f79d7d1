// The small values that labels, settings and requests are made of: strict text in, typed values out.
import { Cron } from "croner"
import { z } from "zod"
import { hasHash, resolveHash } from "./cron-hash.ts"

export const engineNames = ["postgres", "mysql", "mariadb"] as const
export const Engine = z.enum(engineNames)
export type Engine = z.output<typeof Engine>

const trueWords = ["true", "1", "yes"]
const falseWords = ["false", "0", "no"]

/** `true` or `false`; `1/0/yes/no` are accepted. */
export const Bool = z
  .string()
  .refine((text) => [...trueWords, ...falseWords].includes(text.toLowerCase()), "write true or false")
  .transform((text) => trueWords.includes(text.toLowerCase()))

const secondsPer = { s: 1, m: 60, h: 3600, d: 86_400 } as const

/** `90s 15m 36h 7d` → seconds, at least 1. */
export const Duration = z
  .string()
  .regex(/^[1-9]\d{0,6}[smhd]$/, "write a duration such as 90s, 15m, 36h or 7d")
  .transform((text) => Number(text.slice(0, -1)) * secondsPer[text.slice(-1) as keyof typeof secondsPer])

/** The same, or `0` for none. */
export const DurationOrNone = z.union([z.literal("0").transform(() => 0), Duration], {
  error: "write a duration such as 90s, 15m, 36h or 7d, or 0",
})

/** Seconds as a duration that reads back as the same, in the largest unit that fits. */
export function formatDuration(seconds: number): string {
  const unit = (["d", "h", "m"] as const).find((name) => seconds % secondsPer[name] === 0) ?? "s"
  return `${seconds / secondsPer[unit]}${unit}`
}

const bytesPer = { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 } as const

/** `512MiB 50GiB` → bytes, at least 1024. */
export const Size = z
  .string()
  .regex(/^[1-9]\d{0,5}[KMGT]iB$/, "write a size such as 512MiB or 50GiB")
  .transform((text) => Number(text.slice(0, -3)) * bytesPer[text.slice(-3) as keyof typeof bytesPer])

/** Bytes as a size that reads back as the same, in the largest unit that fits. */
export function formatSize(bytes: number): string {
  const unit = (["TiB", "GiB", "MiB"] as const).find((name) => bytes % bytesPer[name] === 0) ?? "KiB"
  return `${bytes / bytesPer[unit]}${unit}`
}

/** An IANA zone such as `Europe/Berlin`. */
export const TimeZone = z.string().refine(isTimeZone, "write an IANA time zone such as Europe/Berlin or UTC")

function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z0-9_+\-/]{1,64}$/.test(name)) return false
  try {
    new Intl.DateTimeFormat("en", { timeZone: name })
    return true
  } catch {
    return false
  }
}

/** A list separated by commas, or a JSON array of strings where an item may hold a comma. Items are trimmed and not empty. */
export const List = z.string().transform((text, context): readonly string[] => {
  const items = text.trimStart().startsWith("[")
    ? jsonStrings(text)
    : text.split(",").map((item) => item.trim())
  if (items === undefined || items.length === 0 || items.some((item) => item === "")) {
    context.addIssue({
      code: "custom",
      message: 'write a list such as a,b or ["a","b"], without empty items',
    })
    return z.NEVER
  }
  return items
})

/** The strings of a JSON array; undefined when the text is none. */
export function jsonStrings(text: string): string[] | undefined {
  try {
    const parsed = z.array(z.string()).safeParse(JSON.parse(text))
    return parsed.success ? parsed.data : undefined
  } catch {
    return undefined
  }
}

/** The presets and the cron patterns they stand for (specification, 5.4.2). */
export const schedulePresets = {
  hourly: "0 * * * *",
  daily: "0 2 * * *",
  weekly: "0 3 * * 0",
  monthly: "0 4 1 * *",
} as const

const cronNicknames = ["@hourly", "@daily", "@weekly", "@monthly", "@yearly", "@annually"]

/**
 * When a job runs by itself: a preset, a cron pattern of 5 or 6 fields, `@daily` and its like, or only on request. As labels
 * write it, a pattern may hold `H`; as a job carries it (`desiredJob`), each `H` has its value.
 */
export type Schedule =
  | { readonly kind: "cron"; readonly text: string; readonly pattern: string }
  | { readonly kind: "manual"; readonly text: string }

/** `hourly daily weekly monthly manual`, a cron pattern, or a nickname. A pattern that never fires is refused. */
export const Schedule = z.string().transform((raw, context): Schedule => {
  const text = raw.trim().replace(/\s+/g, " ")
  if (text === "manual") return { kind: "manual", text }
  // Not `in`: a label that says "constructor" must not find what every object inherits.
  const isPreset = Object.hasOwn(schedulePresets, text)
  const pattern = isPreset ? schedulePresets[text as keyof typeof schedulePresets] : text
  const mistake = cronMistake(pattern)
  if (mistake === undefined) return { kind: "cron", text, pattern }
  context.addIssue({ code: "custom", message: mistake })
  return z.NEVER
})

function cronMistake(pattern: string): string | undefined {
  const fields = pattern.split(" ")
  if (!(cronNicknames.includes(pattern) || fields.length === 5 || fields.length === 6)) {
    return "write hourly, daily, weekly, monthly, manual, or a cron pattern of 5 or 6 fields such as 0 2 * * *"
  }
  try {
    return everyResolution(pattern, fields.at(-2) ?? "").every(fires)
      ? undefined
      : "this cron pattern never fires"
  } catch (error) {
    return `this is not a cron pattern: ${error instanceof Error ? error.message : String(error)}`
  }
}

const fires = (pattern: string) => nextRuns(pattern, "UTC", new Date(), 1).length > 0

/** What `H` may become, as far as it decides whether the pattern ever fires: only a month can lack a day. */
function everyResolution(pattern: string, month: string): readonly string[] {
  if (!hasHash(pattern)) return [pattern]
  return Array.from({ length: hasHash(month) ? 12 : 1 }, (_, picked) => resolveHash(pattern, () => picked))
}

/** The next `count` times a cron pattern fires after `from`, in the given IANA zone. Empty when it never fires. */
export function nextRuns(pattern: string, timeZone: string, from: Date, count: number): readonly Date[] {
  return new Cron(pattern, { timezone: timeZone, paused: true }).nextRuns(count, from)
}

/** The last `count` times it fired before `from`, the latest first. */
export function previousRuns(pattern: string, timeZone: string, from: Date, count: number): readonly Date[] {
  return new Cron(pattern, { timezone: timeZone, paused: true }).previousRuns(count, from)
}

export const compressionNames = ["zstd", "gzip", "none"] as const
export type Compression = { readonly algorithm: (typeof compressionNames)[number]; readonly level: number }

const levels = {
  zstd: { default: 3, min: 1, max: 19 },
  gzip: { default: 6, min: 1, max: 9 },
  none: { default: 0, min: 0, max: 0 },
} as const

/** `zstd[:1-19] gzip[:1-9] none` */
export const Compress = z.string().transform((text, context): Compression => {
  const match = /^(zstd|gzip|none)(?::(\d{1,2}))?$/.exec(text)
  const algorithm = match?.[1] as Compression["algorithm"] | undefined
  const range = algorithm && levels[algorithm]
  const level = match?.[2] === undefined ? range?.default : Number(match[2])
  if (!algorithm || !range || level === undefined || level < range.min || level > range.max) {
    context.addIssue({
      code: "custom",
      message: "write zstd, zstd:1 to zstd:19, gzip, gzip:1 to gzip:9, or none",
    })
    return z.NEVER
  }
  return { algorithm, level }
})

/** A moment: ISO 8601 in UTC on the wire. */
export const Instant = z.iso.datetime()
export const Bytes = z.number().int().nonnegative()
export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/)
