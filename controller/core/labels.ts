// A container's labels → the spec of its jobs, or everything that is wrong with them. Structure first, meaning second.
import type { z } from "zod"
import type { Problem } from "../../schemas/errors.ts"
import {
  JobLabels,
  JobName,
  jobKeys,
  labelKeys,
  maxJobsPerServer,
  maxLabelLength,
  ServerLabels,
  serverKeys,
} from "../../schemas/labels.ts"
import type { SettingInForce } from "../../schemas/server.ts"
import { nearest } from "./suggest.ts"

export interface JobSpec {
  readonly name: string
  readonly labels: JobLabels
  /** Every key of the vocabulary with the value in force, as text, and where it comes from. */
  readonly settings: readonly SettingInForce[]
}

/** What a container asks for. `absent`: it has no key of ours. `not-enabled`: keys, but no `enable`. */
export type ParsedLabels =
  | { readonly kind: "absent" }
  | { readonly kind: "disabled" }
  | { readonly kind: "not-enabled"; readonly problems: readonly Problem[] }
  | { readonly kind: "bad"; readonly problems: readonly Problem[] }
  | { readonly kind: "good"; readonly server: ServerLabels; readonly jobs: readonly JobSpec[] }

type Values = Record<string, string>
type Sorted = {
  readonly server: Values
  readonly flat: Values
  /** The label that each flat key was written as: `dbbackup.default.schedule` is one too. */
  readonly flatLabels: Values
  readonly jobs: Map<string, Values>
  readonly problems: Problem[]
}

/**
 * @param enabledByDefault a container without `enable` counts as enabled (automatic discovery)
 */
export function parseLabels(
  labels: Readonly<Record<string, string>>,
  prefix: string,
  enabledByDefault: boolean,
): ParsedLabels {
  const own = Object.entries(labels).filter(([key]) => key === prefix || key.startsWith(`${prefix}.`))
  if (own.length === 0 && !enabledByDefault) return { kind: "absent" }
  const sorted = sortKeys(own, prefix)
  // Asked by itself: a mistake in another label must not outweigh the wish to be left alone.
  if (ServerLabels.shape.enable.safeParse(sorted.server.enable).data === false) return { kind: "disabled" }
  // An `enable` whose value is lost (empty, say) is a mistake, and no reason to stop what ran well before.
  const saysEnable = own.some(([label]) => label === `${prefix}.enable`)
  if (!saysEnable && !enabledByDefault) {
    return { kind: "not-enabled", problems: [notEnabled(prefix, own[0]?.[0] ?? prefix), ...sorted.problems] }
  }
  const server = ServerLabels.safeParse(sorted.server)
  const flat = JobLabels.safeParse(sorted.flat)
  const problems = [
    ...sorted.problems,
    ...problemsOf(server, sorted.server, (key) => `${prefix}.${key}`),
    ...problemsOf(flat, sorted.flat, (key) => sorted.flatLabels[key] ?? `${prefix}.${key}`),
  ]
  const jobs: JobSpec[] = flat.success
    ? [{ name: "default", labels: flat.data, settings: settingsOf(sorted.flat) }]
    : []
  for (const [name, values] of sorted.jobs) {
    problems.push(...problemsOf(JobLabels.safeParse(values), values, (key) => `${prefix}.${name}.${key}`))
    const merged = JobLabels.safeParse({ ...sorted.flat, ...values })
    if (merged.success)
      jobs.push({ name, labels: merged.data, settings: settingsOf({ ...sorted.flat, ...values }) })
  }
  if (problems.length > 0 || !server.success) return { kind: "bad", problems }
  return { kind: "good", server: server.data, jobs }
}

/** Puts each label where it belongs, and names those that belong nowhere. */
function sortKeys(own: readonly (readonly [string, string])[], prefix: string): Sorted {
  const sorted: Sorted = { server: bare(), flat: bare(), flatLabels: bare(), jobs: new Map(), problems: [] }
  for (const [label, text] of own) {
    const key = label.slice(prefix.length + 1)
    const mistake = valueMistake(label, text)
    if (mistake) sorted.problems.push(mistake)
    else if (serverKeys.includes(key)) sorted.server[key] = text
    else if (jobKeys.includes(key)) giveFlat(sorted, key, label, text)
    else sortJobKey(sorted, key, label, text, prefix)
  }
  if (sorted.jobs.size >= maxJobsPerServer) {
    sorted.problems.push(
      invalid(
        prefix,
        `${sorted.jobs.size} jobs on one container, at most ${maxJobsPerServer - 1} besides the default one are allowed`,
      ),
    )
    sorted.jobs.clear()
  }
  return sorted
}

function sortJobKey(sorted: Sorted, key: string, label: string, text: string, prefix: string): void {
  const dot = key.indexOf(".")
  const job = dot < 0 ? "" : key.slice(0, dot)
  const jobKey = key.slice(dot + 1)
  if (dot >= 0 && serverKeys.includes(jobKey) && JobName.safeParse(job).success) {
    sorted.problems.push(
      invalid(label, `${jobKey} belongs to the whole server, not to one job`, `${prefix}.${jobKey}`),
    )
  } else if (job === "default" && jobKeys.includes(jobKey)) {
    giveFlat(sorted, jobKey, label, text)
  } else if (dot >= 0 && jobKeys.includes(jobKey) && JobName.safeParse(job).success) {
    const values = sorted.jobs.get(job) ?? bare()
    sorted.jobs.set(job, values)
    values[jobKey] = text
  } else {
    sorted.problems.push(unknown(label, key, job, jobKey, prefix))
  }
}

/** `dbbackup.schedule` and `dbbackup.default.schedule` are the same key, and must not contradict each other. */
function giveFlat({ flat, flatLabels, problems }: Sorted, key: string, label: string, text: string): void {
  const before = flat[key]
  if (before !== undefined && before !== text)
    problems.push(invalid(label, `${key} is given twice with different values`))
  flat[key] = text
  flatLabels[key] = label
}

function valueMistake(label: string, text: string): Problem | undefined {
  if (text.trim() === "") {
    return {
      ...invalid(label, "the value is empty"),
      hint: "Give it a value or remove the label. If the value held a $, compose has replaced it: write $$.",
    }
  }
  if (text.length > maxLabelLength)
    return invalid(label, `the value has ${text.length} characters, at most ${maxLabelLength} are read`)
  return /\p{Cc}/u.test(text) ? invalid(label, "the value holds control characters") : undefined
}

const bare = (): Values => Object.create(null) as Values

function invalid(key: string, message: string, suggestion: string | null = null): Problem {
  const hint = suggestion === null ? null : `Write ${suggestion}.`
  return { code: "label-invalid", message: `${short(key)}: ${message}`, hint, key, suggestion }
}

function unknown(label: string, key: string, job: string, jobKey: string, prefix: string): Problem {
  const badName = job !== "" && jobKeys.includes(jobKey)
  const nearKey = job === "" ? nearest(key, labelKeys) : nearest(jobKey, jobKeys)
  const near = badName ? jobNameNear(job) : job
  const suggestion =
    near === null || nearKey === null ? null : `${prefix}.${near === "" ? "" : `${near}.`}${nearKey}`
  const message = badName
    ? `${short(label)}: "${short(job)}" cannot name a job: lower-case letters, digits and dashes, at most 32, and no key`
    : `${short(label)}: unknown label`
  const hint =
    suggestion !== null
      ? `Did you mean ${suggestion}?`
      : badName
        ? "Choose another name for the job."
        : "The README lists every label."
  return { code: "label-unknown", message, hint, key: label, suggestion }
}

/** `My_Job` → `my-job` */
function jobNameNear(job: string): string | null {
  const name = job
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "")
  return JobName.safeParse(name).success ? name : null
}

function notEnabled(prefix: string, key: string): Problem {
  return {
    code: "not-enabled",
    message: `looks configured (${short(key)}), but is not enabled`,
    hint: `Add ${prefix}.enable=true to back it up, or ${prefix}.enable=false to say that it needs no backup.`,
    key: `${prefix}.enable`,
    suggestion: `${prefix}.enable=true`,
  }
}

const truth = ["true", "false"]
/** The words that a key takes, to suggest one for a mistyped value. */
const valueWords: Readonly<Record<string, readonly string[]>> = {
  enable: truth,
  globals: truth,
  paused: truth,
  schedule: ["hourly", "daily", "weekly", "monthly", "manual", "@hourly", "@daily", "@weekly", "@monthly"],
  type: ["postgres", "mysql", "mariadb"],
  "on-missed": ["run-once", "skip"],
  compress: ["zstd", "gzip", "none"],
}

function problemsOf(
  result: z.ZodSafeParseResult<unknown>,
  values: Values,
  labelOf: (key: string) => string,
): Problem[] {
  return (result.error?.issues ?? []).map((issue) => {
    const key = String(issue.path[0] ?? "")
    const text = values[key] ?? ""
    const near = nearest(text, valueWords[key] ?? [])
    const problem = invalid(labelOf(key), `"${short(text)}" is not valid: ${issue.message}`)
    return near === null ? problem : { ...problem, hint: `Did you mean ${near}?`, suggestion: near }
  })
}

/** Labels are other people's text: enough of one to recognise it. */
function short(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}...` : text
}

function settingsOf(given: Values): SettingInForce[] {
  return jobKeys.map((key) => {
    const text = given[key]
    if (text !== undefined) return { key, value: text, source: "label" }
    return { key, value: defaultOf(key), source: "default" }
  })
}

/** The default in the user's own words, as the schema states it. */
export function defaultOf(key: string): string {
  const field = JobLabels.shape[key as keyof typeof JobLabels.shape]
  const definition = field.def as { readonly type: string; readonly defaultValue?: unknown }
  return definition.type === "prefault" ? String(definition.defaultValue) : ""
}
