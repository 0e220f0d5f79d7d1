// The operator's defaults for labels, checked as labels are.
import { z } from "zod"
import { JobLabels, jobKeys } from "../../schemas/labels.ts"
import { List } from "../../schemas/scalar.ts"
import type { SettingMistake } from "./setting-mistakes.ts"
import { type Tree, valueAt } from "./setting-tree.ts"
import { nearest } from "./suggest.ts"

/**
 * What is wrong with the defaults of a file, by the labels' own checks. A policy of the operator's counts as a retention.
 * @param destinations names of those there are
 */
export function mistakesInDefaults(tree: Tree, destinations: readonly string[]): readonly SettingMistake[] {
  const defaults = z.record(z.string(), z.string()).safeParse(valueAt(tree, ["defaults"])).data ?? {}
  const { retention, ...others } = defaults
  const named = retention !== undefined && valueAt(tree, ["retention", "policies", retention]) !== undefined
  const issues = JobLabels.safeParse(named ? others : defaults).error?.issues ?? []
  const mistakes = issues.flatMap((issue) =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map(unknownLabel)
      : [mistake(String(issue.path[0]), "value", issue.message)],
  )
  const known = `There is ${destinations.join(", ")}.`
  for (const name of List.safeParse(defaults.destinations).data ?? [])
    if (!destinations.includes(name))
      mistakes.push(mistake("destinations", "value", `there is no destination named ${name}`, known))
  if (defaults.compress !== undefined && valueAt(tree, ["backup", "defaultCompression"]) !== undefined)
    mistakes.push(
      mistake("compress", "value", "says the same as backup.defaultCompression", "Remove one of them."),
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

/** What a label is for, in the words of its documentation. */
export function labelMeaning(key: string): string {
  const labels: Readonly<Record<string, z.ZodType>> = JobLabels.shape
  return (Object.hasOwn(labels, key) ? labels[key]?.meta()?.description : undefined) ?? ""
}
