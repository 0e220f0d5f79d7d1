// A container's labels → the spec of its jobs, or everything that is wrong with them. Structure first (label-sort), meaning second.
import type { z } from "zod"
import type { Problem } from "../../schemas/errors.ts"
import { JobLabels, jobKeys, ServerLabels } from "../../schemas/labels.ts"
import {
  formatRetention,
  PolicyName,
  type RetentionPolicy,
  refinedRetention,
} from "../../schemas/retention.ts"
import type { SettingInForce } from "../../schemas/server.ts"
import { capped, invalid, short } from "./label-problems.ts"
import { emptyLevel, type Level, openKeyOf, sortLabels, type Values } from "./label-sort.ts"
import { nearest } from "./suggest.ts"
import { defaultOf, nearestValue } from "./value-words.ts"

export interface JobSpec {
  readonly name: string
  readonly labels: JobLabels
  /** Every key that has a value in force, as text, and where it comes from. */
  readonly settings: readonly SettingInForce[]
  /** The label, or the operator's default, that each value not its own default was written as. */
  readonly writtenAs: Readonly<Values>
}

/** What the operator lets labels refer to. */
export interface OperatorWords {
  /** Named retention policies; null when nobody knows them here (the linter), and any name may be one. */
  readonly policies: ReadonlyMap<string, RetentionPolicy> | null
  /** What labels say where a container does not, by key of a job. */
  readonly defaults: Readonly<Record<string, string>>
}
export const noWords: OperatorWords = { policies: new Map(), defaults: {} }

/** What a container asks for. `absent`: it has no key of ours. `not-enabled`: keys, but no `enable`. */
export type ParsedLabels =
  | { readonly kind: "absent" }
  | { readonly kind: "disabled" }
  | { readonly kind: "not-enabled"; readonly problems: readonly Problem[] }
  | { readonly kind: "bad"; readonly problems: readonly Problem[] }
  | { readonly kind: "good"; readonly server: ServerLabels; readonly jobs: readonly JobSpec[] }

/**
 * A value of a job is its own label's, else the flat label's, else the operator's default, else the vocabulary's.
 * @param enabledByDefault a container without `enable` counts as enabled (automatic discovery)
 */
export function parseLabels(
  labels: Readonly<Record<string, string>>,
  prefix: string,
  enabledByDefault: boolean,
  operator: OperatorWords = noWords,
): ParsedLabels {
  const own = Object.entries(labels).filter(([key]) => key === prefix || key.startsWith(`${prefix}.`))
  if (own.length === 0 && !enabledByDefault) return { kind: "absent" }
  const sorted = sortLabels(own, prefix)
  // Asked by itself: a mistake in another label must not outweigh the wish to be left alone.
  if (ServerLabels.shape.enable.safeParse(sorted.server.values.enable).data === false)
    return { kind: "disabled" }
  // An `enable` whose value is lost (empty, say) is a mistake, and no reason to stop what ran well before.
  const saysEnable = own.some(([label]) => label === `${prefix}.enable`)
  if (!saysEnable && !enabledByDefault) {
    const problems = [notEnabled(prefix, own[0]?.[0] ?? prefix), ...sorted.problems]
    return { kind: "not-enabled", problems: capped(problems, sorted.untold, prefix) }
  }
  const server = ServerLabels.safeParse(sorted.server.values)
  const defaults = defaultLevel(operator)
  const flat = inherit(defaults, sorted.flat)
  const parsedFlat = JobLabels.safeParse(inputOf(flat.values, operator))
  const problems = [
    ...sorted.problems,
    ...problemsOf(server, sorted.server, operator),
    ...problemsOf(parsedFlat, flat, operator),
  ]
  const jobs = parsedFlat.success ? [specOf("default", parsedFlat.data, flat, defaults)] : []
  for (const [name, level] of sorted.jobs) {
    problems.push(...problemsOf(JobLabels.safeParse(inputOf(level.values, operator)), level, operator))
    const merged = inherit(flat, level)
    const parsed = JobLabels.safeParse(inputOf(merged.values, operator))
    if (parsed.success) jobs.push(specOf(name, parsed.data, merged, defaults))
  }
  if (problems.length + sorted.untold > 0 || !server.success)
    return { kind: "bad", problems: capped(problems, sorted.untold, prefix) }
  return { kind: "good", server: server.data, jobs }
}

/** What is wrong with defaults that the operator writes for every job; `key` is the default's. */
export function defaultsMistakes(operator: OperatorWords): readonly Problem[] {
  const entries = Object.entries(operator.defaults).map(([key, text]) => [`defaults.${key}`, text] as const)
  const { server, flat, jobs, problems, untold } = sortLabels(entries, "defaults")
  const misplaced = [server, ...jobs.values()].flatMap(({ labels }) => Object.values(labels))
  const found = [
    ...problems,
    ...misplaced.map((label) => invalid(label, "only keys of a job have a default for every job")),
    ...problemsOf(JobLabels.safeParse(inputOf(flat.values, operator)), flat, operator),
  ]
  return capped(found, untold, "defaults")
}

/** The operator's defaults, those that are keys of a job: what else there is was refused when they were read. */
function defaultLevel({ defaults }: OperatorWords): Level {
  const level = emptyLevel()
  for (const [key, text] of Object.entries(defaults)) {
    if (!jobKeys.includes(key) && openKeyOf(key) === undefined) continue
    level.values[key] = text
    level.labels[key] = `defaults.${key}`
  }
  return level
}

/** A job's own values before those it inherits. A retention of its own is not refined by what refined another. */
function inherit(from: Level, own: Level): Level {
  const kept = Object.keys(from.values).filter(
    (key) => own.values.retention === undefined || !key.startsWith("retention."),
  )
  const level = emptyLevel()
  for (const key of kept) {
    level.values[key] = from.values[key] ?? ""
    level.labels[key] = from.labels[key] ?? ""
  }
  Object.assign(level.values, own.values)
  Object.assign(level.labels, own.labels)
  return level
}

/** The values as the schema takes them: open keys gathered, and the name of a policy replaced by what it stands for. */
function inputOf(values: Values, { policies }: OperatorWords): Record<string, unknown> {
  const input: Record<string, unknown> = {}
  const gathered = new Map<string, Record<string, string>>()
  for (const [key, text] of Object.entries(values)) {
    const open = openKeyOf(key)
    if (open === undefined) input[key] = text
    else {
      const names = gathered.get(open) ?? {}
      gathered.set(open, names)
      names[key.slice(open.length + 1)] = text
    }
  }
  for (const [open, names] of gathered) input[open] = names
  const name = policyName(values.retention)
  const policy = name === undefined ? undefined : policies?.get(name)
  if (policy) input.retention = formatRetention(policy)
  else if (name !== undefined && policies === null) delete input.retention
  return input
}

/** The policy that a retention names, if it is a name. */
export function policyName(retention: string | undefined): string | undefined {
  return retention === undefined ? undefined : PolicyName.safeParse(retention.trim()).data
}

function specOf(name: string, data: JobLabels, level: Level, defaults: Level): JobSpec {
  const labels = { ...data, retention: refinedRetention(data.retention, data) }
  return { name, labels, settings: settingsOf(level, defaults), writtenAs: level.labels }
}

function settingsOf({ values, labels }: Level, defaults: Level): SettingInForce[] {
  const named = Object.keys(values).filter((key) => openKeyOf(key) !== undefined)
  return [...jobKeys, ...named.sort()].flatMap((key): SettingInForce[] => {
    const text = values[key]
    if (text !== undefined) {
      const source = labels[key] === defaults.labels[key] ? "settings" : "label"
      return [{ key, value: text, source }]
    }
    const value = defaultOf(key)
    // How to run a hook that there is not is no value in force.
    const hook = /^(hooks\.[a-z-]+)\./.exec(key)?.[1]
    return value === "" || (hook !== undefined && values[hook] === undefined)
      ? []
      : [{ key, value, source: "default" }]
  })
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

function problemsOf(
  result: z.ZodSafeParseResult<unknown>,
  { values, labels }: Level,
  { policies }: OperatorWords,
): Problem[] {
  return (result.error?.issues ?? []).map((issue) => {
    const key = issue.path.join(".")
    const text = values[key] ?? ""
    const label = labels[key] ?? key
    const name = key === "retention" ? policyName(text) : undefined
    const names = [...(policies?.keys() ?? [])]
    if (name !== undefined && names.length > 0) {
      const near = nearest(name, names)
      const hint = near === null ? `Defined are: ${names.join(", ")}.` : `Did you mean ${near}?`
      return { ...invalid(label, `there is no retention policy named ${name}`), hint, suggestion: near }
    }
    const near = nearestValue(key, text)
    const problem = invalid(label, `"${short(text)}" is not valid: ${issue.message}`)
    return near === null ? problem : { ...problem, hint: `Did you mean ${near}?`, suggestion: near }
  })
}
