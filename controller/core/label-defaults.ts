// The operator's defaults for labels, checked as labels are.
import { JobLabels, jobKeys } from "../../schemas/labels.ts"
import type { RetentionPolicy } from "../../schemas/retention.ts"
import { List } from "../../schemas/scalar.ts"
import type { SettingMistake } from "./setting-mistakes.ts"
import { nearest } from "./suggest.ts"

/** What is wrong with the defaults, by the labels' own checks. A policy of the operator's counts as a retention. */
export function mistakesInDefaults(
  defaults: Readonly<Record<string, string>>,
  policies: ReadonlyMap<string, RetentionPolicy>,
  destinations: readonly string[],
): readonly SettingMistake[] {
  const { retention, ...others } = defaults
  const named = retention !== undefined && policies.has(retention)
  const issues = JobLabels.safeParse(named ? others : defaults).error?.issues ?? []
  const mistakes = issues.flatMap((issue) =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map(unknownLabel)
      : [mistake(String(issue.path[0]), "value", issue.message)],
  )
  const unknown = (List.safeParse(defaults.destinations).data ?? []).filter(
    (name) => !destinations.includes(name),
  )
  for (const name of unknown)
    mistakes.push(
      mistake(
        "destinations",
        "value",
        `there is no destination named ${name}`,
        `There is ${destinations.join(", ")}.`,
      ),
    )
  return mistakes
}

function unknownLabel(key: string): SettingMistake {
  const near = nearest(key, jobKeys)
  return mistake(
    key,
    "key",
    "no label of a job has this key",
    near === null ? "The README lists every label." : `Did you mean defaults.${near}?`,
  )
}

const mistake = (key: string, at: "key" | "value", message: string, hint: string | null = null) =>
  ({ from: "file", path: ["defaults", key], at, message, hint }) satisfies SettingMistake
