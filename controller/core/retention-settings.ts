// What the operator's settings say of retention above the labels: policies of destinations, and the longest age.
import { Retention, type RetentionPolicy } from "../../schemas/retention.ts"
import type { SettingsFile } from "../../schemas/settings.ts"
import type { OperatorRetention } from "./job-retention.ts"
import type { SettingMistake } from "./setting-mistakes.ts"
import { isTreeMap, type Tree, valueAt } from "./setting-tree.ts"
import { nearest } from "./suggest.ts"

const daySeconds = 86_400

/** Of settings that are valid. */
export function operatorRetentionOf(file: SettingsFile["retention"]): OperatorRetention {
  const { destinations, policies, maxRetentionDays: days } = file
  const at = Object.entries(destinations).flatMap(([name, text]) => {
    const policy = policyFrom(text, policies)
    return policy ? [[name, policy] as const] : []
  })
  return { at: Object.fromEntries(at), mostAgeSeconds: days === undefined ? null : days * daySeconds }
}

/** A policy by its name, or as the short form says it; undefined for what is neither. */
function policyFrom(
  text: string,
  policies: Readonly<Record<string, RetentionPolicy>>,
): RetentionPolicy | undefined {
  const name = text.trim()
  return Object.hasOwn(policies, name) ? policies[name] : Retention.safeParse(text).data
}

/** Names of destinations and policies that are not there. @param destinations names of those there are */
export function mistakesInRetention(tree: Tree, destinations: readonly string[]): readonly SettingMistake[] {
  const section = ["retention", "destinations"]
  const written = valueAt(tree, section)
  const policies = valueAt(tree, ["retention", "policies"])
  const names = isTreeMap(policies ?? "") ? Object.keys(policies as object) : []
  if (written === undefined || !isTreeMap(written)) return []
  return Object.entries(written).flatMap(([name, text]): SettingMistake[] => {
    if (typeof text !== "string" || text === "") return []
    const at = (place: "key" | "value", message: string, hint: string | null): SettingMistake[] => [
      { from: "file", path: [...section, name], at: place, message, hint },
    ]
    if (!destinations.includes(name))
      return at("key", `there is no destination named ${name}`, `There is ${destinations.join(", ")}.`)
    if (names.includes(text.trim())) return []
    const [issue] = Retention.safeParse(text).error?.issues ?? []
    if (!issue) return []
    const near = nearest(text.trim(), names)
    const known = near === null ? null : `Did you mean ${near}?`
    return at("value", `"${text}" is no policy: ${issue.message}`, known)
  })
}
