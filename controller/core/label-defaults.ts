// The operator's defaults for labels, checked as labels are.
import { z } from "zod"
import type { Problem } from "../../schemas/errors.ts"
import { JobLabels } from "../../schemas/labels.ts"
import { noRetention, Retention } from "../../schemas/retention.ts"
import { List } from "../../schemas/scalar.ts"
import { definedKeys } from "./encryption-asked.ts"
import { openKeyOf } from "./label-sort.ts"
import { defaultsMistakes } from "./labels.ts"
import type { SettingMistake } from "./setting-mistakes.ts"
import { type Tree, valueAt } from "./setting-tree.ts"

const Texts = z.record(z.string(), z.string())
/** A policy that is wrong itself is told as such, and not once more by who names it. */
const standIn = { ...noRetention, last: 1 }

/**
 * What is wrong with the defaults of a file, by the labels' own checks. A policy of the operator's counts as a retention.
 * @param destinations names of those there are
 * @param keys the same of encryption keys
 */
export function mistakesInDefaults(
  tree: Tree,
  destinations: readonly string[],
  keys: readonly string[],
): readonly SettingMistake[] {
  const defaults = Texts.safeParse(valueAt(tree, ["defaults"])).data ?? {}
  const written = Object.entries(Texts.safeParse(valueAt(tree, ["retention", "policies"])).data ?? {})
  const policies = new Map(written.map(([name, text]) => [name, Retention.safeParse(text).data ?? standIn]))
  const mistakes = defaultsMistakes({ policies, defaults }).map(mistakeOf)
  const known = `There is ${destinations.join(", ")}.`
  for (const name of List.safeParse(defaults.destinations).data ?? [])
    if (!destinations.includes(name))
      mistakes.push(inDefaults("destinations", `there is no destination named ${name}`, known))
  const key = defaults.encrypt ?? "none"
  if (key !== "none" && !keys.includes(key))
    mistakes.push(inDefaults("encrypt", `there is no encryption key named ${key}`, definedKeys(keys)))
  if (defaults.compress !== undefined && valueAt(tree, ["backup", "defaultCompression"]) !== undefined)
    mistakes.push(inDefaults("compress", "says the same as backup.defaultCompression", "Remove one of them."))
  return mistakes
}

/** The place says already which key it is about. */
function mistakeOf({ code, key, message, hint }: Problem): SettingMistake {
  const about = `${key}: `
  const path = (key ?? "defaults").split(/\.(.*)/s).filter((part) => part !== "")
  return {
    from: "file",
    path,
    at: code === "label-unknown" ? "key" : "value",
    message: message.startsWith(about) ? message.slice(about.length) : message,
    hint,
  }
}

const inDefaults = (key: string, message: string, hint: string | null) =>
  ({ from: "file", path: ["defaults", key], at: "value", message, hint }) satisfies SettingMistake

/** What a label is for, in the words of its documentation. */
export function labelMeaning(key: string): string {
  const labels: Readonly<Record<string, z.ZodType>> = JobLabels.shape
  const name = openKeyOf(key) ?? key
  return (Object.hasOwn(labels, name) ? labels[name]?.meta()?.description : undefined) ?? ""
}
