// What is wrong with a label, in words: which label, what it says, and the nearest that it could mean.
import type { Problem } from "../../schemas/errors.ts"
import { openName } from "../../schemas/label-values.ts"
import { JobName, jobKeys, keyHeads, labelKeys, openKeys } from "../../schemas/labels.ts"
import { nearest } from "./suggest.ts"

/** More are counted, not told: labels are other people's text, and nobody reads a thousand mistakes. */
export const maxProblems = 50

/** Labels and values that would write over a person's screen or turn its text around. */
const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/u

export function isUnprintable(text: string): boolean {
  return unprintable.test(text)
}

/** Enough of somebody's text to recognise it, and nothing that is not fit to be printed. */
export function short(text: string, length = 80): string {
  const cut = text.length > length ? `${text.slice(0, length - 3)}...` : text
  return cut.replace(new RegExp(unprintable, "gu"), "\uFFFD")
}

/** A label's name for a `key`, by which it is found again: as it is, unless no person wrote it. */
export const keyOf = (label: string) => (label.length > 256 ? short(label, 256) : label)

export function invalid(label: string, message: string, suggestion: string | null = null): Problem {
  const hint = suggestion === null ? null : `Write ${suggestion}.`
  return {
    code: "label-invalid",
    message: `${short(label)}: ${message}`,
    hint,
    key: keyOf(label),
    suggestion,
  }
}

/** @param key the label without its prefix */
export function unknown(label: string, key: string, prefix: string): Problem {
  const suggested = nearestKey(key)
  const suggestion = suggested === null ? null : `${prefix}.${suggested}`
  const job = key.includes(".") ? key.slice(0, key.indexOf(".")) : ""
  const named = jobKeys.includes(key.slice(job.length + 1)) && !JobName.safeParse(job).success
  const message = named
    ? `"${short(job)}" cannot name a job: lower-case letters, digits and dashes, at most 32, and no key`
    : "unknown label"
  const hint =
    suggestion !== null
      ? `Did you mean ${suggestion}?`
      : named
        ? "Choose another name for the job."
        : (explained(key, prefix) ?? "schemas/labels.md lists every label.")
  return {
    code: "label-unknown",
    message: `${short(label)}: ${message}`,
    hint,
    key: keyOf(label),
    suggestion,
  }
}

/** What is right about a key that lacks its second half. */
function explained(key: string, prefix: string): string | null {
  if (Object.hasOwn(openKeys, key)) {
    return `Write ${prefix}.${key}.${openKeys[key as keyof typeof openKeys]} with a name of your own.`
  }
  if (!keyHeads.includes(key)) {
    return JobName.safeParse(key).success
      ? `No key is called so: schemas/labels.md lists every one. If it is to be a job, write ${prefix}.${key}.schedule or another key of it.`
      : null
  }
  const whole = labelKeys.find((other) => other.startsWith(`${key}.`)) ?? key
  return `Write the whole key, such as ${prefix}.${whole}.`
}

/** Words of other tools for what a key of ours says. */
const otherWords = new Map([
  ["cron", "schedule"],
  ["interval", "schedule"],
  ["keep", "retention"],
  ["tz", "timezone"],
  ["engine", "type"],
  ["username", "user"],
  ["compression", "compress"],
  ["encryption", "encrypt"],
  ["storage", "destinations"],
  ["notifications", "notify"],
  ["pre-hook", "hooks.pre"],
  ["post-hook", "hooks.post"],
])

/** The nearest key of the whole vocabulary, else the nearest of the job that it seems to name; null when none is near. */
function nearestKey(key: string): string | null {
  const direct = nearest(key, labelKeys) ?? nearestOpen(key) ?? otherWords.get(key) ?? null
  const dot = key.indexOf(".")
  if (direct !== null || dot < 0) return direct
  const job = jobNear(key.slice(0, dot))
  const jobKey = nearest(key.slice(dot + 1), jobKeys) ?? nearestOpen(key.slice(dot + 1))
  return job === null || jobKey === null ? null : `${job}.${jobKey}`
}

/** `mata.owner` → `meta.owner` */
function nearestOpen(key: string): string | null {
  const dot = key.lastIndexOf(".")
  const head = dot < 0 ? null : nearest(key.slice(0, dot), Object.keys(openKeys))
  return head === null || !openName.test(key.slice(dot + 1)) ? null : `${head}${key.slice(dot)}`
}

/** `My_Job` → `my-job` */
function jobNear(job: string): string | null {
  if (job.length > 64) return null
  const name = job
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "")
  return JobName.safeParse(name).success ? name : null
}

/** All problems in a row, or the first of many and how many more there are. */
export function capped(problems: readonly Problem[], untold: number, prefix: string): readonly Problem[] {
  const told = problems.slice(0, maxProblems)
  const more = problems.length - told.length + untold
  if (more === 0) return told
  return [...told, { ...invalid(prefix, `${more} more mistakes`), hint: "Correct those above first." }]
}
