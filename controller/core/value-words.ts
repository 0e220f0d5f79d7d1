// What the vocabulary says of a key's values: its default, the words it takes, and the nearest value to a mistaken one.
import type { z } from "zod"
import { JobLabels, ServerLabels } from "../../schemas/labels.ts"
import { schedulePresets } from "../../schemas/scalar.ts"
import { nearest } from "./suggest.ts"

const shape: Readonly<Record<string, z.ZodType>> = { ...ServerLabels.shape, ...JobLabels.shape }

/** The parts of a zod definition that are read here. */
interface Definition {
  readonly type: string
  readonly defaultValue?: unknown
  readonly innerType?: { readonly def: Definition }
  readonly entries?: Readonly<Record<string, string>>
}

const definitionOf = (key: string) =>
  Object.hasOwn(shape, key) ? (shape[key]?.def as unknown as Definition | undefined) : undefined

const defaults = new Map(
  Object.keys(shape).map((key) => {
    const definition = definitionOf(key)
    const stated = definition?.type === "prefault" ? definition.defaultValue : undefined
    return [key, typeof stated === "string" ? stated : ""] as const
  }),
)

/** The default in the user's own words, as the schema states it; empty when there is none. */
export function defaultOf(key: string): string {
  return defaults.get(key) ?? ""
}

const truth = ["true", "false"]
/** The words of keys that take other values too. */
const otherWords: Readonly<Record<string, readonly string[]>> = {
  enable: truth,
  globals: truth,
  paused: truth,
  nice: truth,
  schedule: [...Object.keys(schedulePresets), "manual", "@hourly", "@daily", "@weekly", "@monthly"],
  compress: ["zstd", "gzip", "none"],
  encrypt: ["none"],
}

function wordsOf(key: string): readonly string[] {
  if (Object.hasOwn(otherWords, key)) return otherWords[key] ?? []
  let definition = definitionOf(key)
  while (definition?.innerType) definition = definition.innerType.def
  return Object.values(definition?.entries ?? {})
}

const durations = new Set([
  "jitter",
  "timeout",
  "stall-timeout",
  "max-age",
  "lock",
  "retention.within",
  "retention.max-age",
  "hooks.pre.timeout",
  "hooks.post.timeout",
  "hooks.pre-restore.timeout",
  "hooks.post-restore.timeout",
])
const sizes = new Set(["rate-limit", "retention.max-size"])

/** A value the key takes that is near to one it does not; null when none is. */
export function nearestValue(key: string, text: string): string | null {
  const typed = text.trim()
  if (durations.has(key)) return nearestDuration(typed)
  if (sizes.has(key)) return nearestSize(typed)
  if (key === "on-unavailable") {
    const duration = nearestDuration(typed.replace(/^wait\s*=?\s*/, ""))
    return duration && `wait=${duration}`
  }
  if (key === "timezone") return nearestZone(typed)
  if (key === "max-shrink" || key === "max-prune") return /^([1-9]\d?|100)$/.test(typed) ? `${typed}%` : null
  const words = wordsOf(key)
  return nearest(typed, words) ?? (words === truth ? truthOf(typed.toLowerCase()) : null)
}

/** Other languages' words for true and false. */
function truthOf(text: string): string | null {
  if (["on", "y", "t", "enable", "enabled"].includes(text)) return "true"
  return ["off", "n", "f", "disable", "disabled"].includes(text) ? "false" : null
}

/** `Europe/Berln`, `new york` → `Europe/Berlin`, `America/New_York` */
function nearestZone(text: string): string | null {
  if (text.length > 64) return null
  const zones = Intl.supportedValuesOf("timeZone")
  const city = text.toLowerCase().replaceAll(" ", "_")
  return nearest(text, zones) ?? zones.find((zone) => zone.toLowerCase().endsWith(`/${city}`)) ?? null
}

/** `6 hours`, `90 sec`, `2w` → `6h`, `90s`, `14d`. Months and years have no length of their own. */
function nearestDuration(text: string): string | null {
  const match = /^(\d{1,6})\s*([a-z]+)$/i.exec(text)
  const count = Number(match?.[1] ?? 0)
  if (!match || count === 0) return null
  const name = match[2]?.toLowerCase() ?? ""
  if (/^w(eeks?)?$/.test(name)) return count <= 999_999 / 7 ? `${count * 7}d` : null
  const unit = [/^s(ec(ond)?s?)?$/, /^m(in(ute)?s?)?$/, /^h((ou)?rs?)?$/, /^d(ays?)?$/].findIndex((words) =>
    words.test(name),
  )
  return unit < 0 ? null : `${count}${"smhd"[unit]}`
}

/** `50GB`, `512 m` → `50GiB`, `512MiB` */
function nearestSize(text: string): string | null {
  const match = /^([1-9]\d{0,5})\s*([kmgt])(i?b)?(\/s|ps)?$/i.exec(text)
  return match ? `${match[1]}${match[2]?.toUpperCase()}iB` : null
}
