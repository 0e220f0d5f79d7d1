// Structure first: puts each label of a container where it belongs, whatever it says. What belongs nowhere is a problem.
import type { Problem } from "../../schemas/errors.ts"
import { openName } from "../../schemas/label-values.ts"
import {
  JobName,
  jobKeys,
  maxJobsPerServer,
  maxLabelLength,
  maxOpenNames,
  type OpenKey,
  openKeys,
  serverKeys,
} from "../../schemas/labels.ts"
import { invalid, isUnprintable, maxProblems, short, unknown } from "./label-problems.ts"

/** Texts by key. Without a prototype, since keys are other people's text. */
export type Values = Record<string, string>

/** Of the whole server, or of one job: its values, and the label that each was written as. */
export interface Level {
  readonly values: Values
  /** `dbbackup.default.schedule` writes the flat key `schedule` too. */
  readonly labels: Values
}

export interface SortedLabels {
  readonly server: Level
  readonly flat: Level
  readonly jobs: ReadonlyMap<string, Level>
  readonly problems: readonly Problem[]
  /** How many problems there are besides. */
  readonly untold: number
}

const bare = (): Values => Object.create(null) as Values
export const emptyLevel = (): Level => ({ values: bare(), labels: bare() })

const isServerKey = new Set(serverKeys)
const isJobKey = new Set(jobKeys)
const openNames = Object.keys(openKeys) as OpenKey[]

/** The key that a name of the user's choice ends, `meta` of `meta.owner`. */
export function openKeyOf(key: string): OpenKey | undefined {
  return openNames.find((open) => key.startsWith(`${open}.`))
}

export function sortLabels(own: readonly (readonly [string, string])[], prefix: string): SortedLabels {
  const server = emptyLevel()
  const flat = emptyLevel()
  const jobs = new Map<string, Level>()
  const problems: Problem[] = []
  let untold = 0
  const report = (problem: () => Problem) => {
    if (problems.length < maxProblems) problems.push(problem())
    else untold++
  }
  const give = (level: Level, key: string, label: string, text: string) => {
    const before = level.values[key]
    if (before !== undefined && before !== text)
      report(() => invalid(label, `${short(key)} is given twice with different values`))
    level.values[key] = text
    level.labels[key] = label
  }
  for (const [label, text] of own) {
    const key = label.slice(prefix.length + 1)
    const mistake = valueMistake(text, key)
    if (mistake) {
      report(() => mistake(label))
      continue
    }
    const place = placeOf(key)
    switch (place.kind) {
      case "server":
        give(server, place.key, label, text)
        break
      case "flat":
        give(flat, place.key, label, text)
        break
      case "job": {
        const level = jobs.get(place.job) ?? emptyLevel()
        jobs.set(place.job, level)
        give(level, place.key, label, text)
        break
      }
      case "whole-server":
        report(() =>
          invalid(
            label,
            `${place.key} belongs to the whole server, not to one job`,
            `${prefix}.${place.key}`,
          ),
        )
        break
      case "bad-name":
        report(() =>
          invalid(
            label,
            `what stands after ${place.key} is no name: letters, digits, dots, dashes and underscores, at most 63`,
          ),
        )
        break
      case "nowhere":
        report(() => unknown(label, key, prefix))
    }
  }
  for (const level of [flat, ...jobs.values()])
    for (const open of openNames) {
      const names = Object.keys(level.values).filter((key) => openKeyOf(key) === open)
      if (names.length > maxOpenNames)
        report(() => invalid(`${prefix}.${open}`, `${names.length} names, at most ${maxOpenNames} are read`))
    }
  if (jobs.size >= maxJobsPerServer) {
    const most = maxJobsPerServer - 1
    report(() =>
      invalid(
        prefix,
        `${jobs.size} jobs on one container, at most ${most} besides the default one are allowed`,
      ),
    )
    jobs.clear()
  }
  return { server, flat, jobs, problems, untold }
}

type Place =
  | { readonly kind: "server" | "flat" | "whole-server" | "bad-name"; readonly key: string }
  | { readonly kind: "job"; readonly job: string; readonly key: string }
  | { readonly kind: "nowhere" }

/** A key's place: `schedule`, `hooks.pre.timeout`, `meta.owner`, and each of them after the name of a job. */
function placeOf(key: string): Place {
  if (isServerKey.has(key)) return { kind: "server", key }
  const whole = jobKeyPlace(key)
  if (whole) return { kind: whole === "good" ? "flat" : "bad-name", key: whole === "good" ? key : whole }
  const dot = key.indexOf(".")
  const [job, jobKey] = [key.slice(0, Math.max(dot, 0)), key.slice(dot + 1)]
  if (dot < 0 || !JobName.safeParse(job).success) return { kind: "nowhere" }
  if (isServerKey.has(jobKey)) return { kind: "whole-server", key: jobKey }
  const own = jobKeyPlace(jobKey)
  if (!own) return { kind: "nowhere" }
  if (own !== "good") return { kind: "bad-name", key: own }
  return job === "default" ? { kind: "flat", key: jobKey } : { kind: "job", job, key: jobKey }
}

/** `good` for a key of a job; an open key when what stands after it is no name; undefined for anything else. */
function jobKeyPlace(key: string): "good" | OpenKey | undefined {
  if (isJobKey.has(key)) return "good"
  const open = openKeyOf(key)
  if (open === undefined) return undefined
  return openName.test(key.slice(open.length + 1)) ? "good" : open
}

function valueMistake(text: string, key: string): ((label: string) => Problem) | undefined {
  if (text.trim() === "")
    return (label) => ({
      ...invalid(label, "the value is empty"),
      hint: "Give it a value or remove the label. If the value held a $, compose has replaced it: write $$.",
    })
  if (text.length > maxLabelLength)
    return (label) =>
      invalid(label, `the value has ${text.length} characters, at most ${maxLabelLength} are read`)
  if (isUnprintable(text)) return (label) => invalid(label, "the value holds control characters")
  // Text for people may stand in quotes; names, times and words do not.
  const quoted = /(^|\.)(meta|verify\.query)\./.test(key) ? null : /^\s*(["'])(.*)\1\s*$/.exec(text)
  return quoted
    ? (label) => ({
        ...invalid(label, `the quotes are part of the value ${short(text)}`, quoted[2]),
        hint: "Leave them out, or put them around the whole label: a list in compose keeps those of a value.",
      })
    : undefined
}
