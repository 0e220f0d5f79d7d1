// The settings one by one, as people read them: value, where it is from, and what waits for a restart. Never a secret.
import { type SettingField, settingFields } from "../../schemas/setting-fields.ts"
import type { SettingView } from "../../schemas/settings-view.ts"
import { BlackoutWindow, windowText } from "../../schemas/window.ts"
import { labelMeaning } from "./label-defaults.ts"
import { isTreeMap, settledTree, type Tree, type TreeMap, valueAt } from "./setting-tree.ts"
import { type Settings, textOf, type Variables } from "./settings.ts"

/** Every setting in the file's order; policies and label defaults each on a line of its own. Of settings that are valid. */
export function settingLines(variables: Variables, file: Tree): readonly SettingView[] {
  const tree = settledTree(file)
  return settingFields.flatMap((field) => linesOf(field, variables, tree))
}

function linesOf(field: SettingField, variables: Variables, tree: Tree): readonly SettingView[] {
  const { path, variable, secret, needsRestart, description } = field
  const key = path?.join(".") ?? variable ?? ""
  const base = { key, variable, needsRestart, afterRestart: null, description }
  const fromVariable = variable === null ? undefined : textOf(variable, variables)
  if (fromVariable !== undefined) {
    const value = secret ? "set" : withoutUser(fromVariable)
    return [{ ...base, variable: nameUsed(variable, variables), value, source: "environment" }]
  }
  const written = path && valueAt(tree, path)
  if (written === undefined || written === null)
    return [{ ...base, value: field.default ?? "", source: "default" }]
  if (typeof written === "string") return [{ ...base, value: withoutUser(written), source: "file" }]
  if (Array.isArray(written)) return [{ ...base, value: written.map(entryText).join("; "), source: "file" }]
  const entries = Object.entries(written as TreeMap).map(([name, value]) => [name, wordsOf(value)] as const)
  if (entries.length === 0) return [{ ...base, value: "", source: "default" }]
  return entries.map(([name, value]) => {
    const meaning = key === "defaults" ? labelMeaning(name) : ""
    return { ...base, key: `${key}.${name}`, value, source: "file", description: meaning }
  })
}

/** `type: s3, tls.mode: require`: of a map, each of its keys. Secrets are not among them, only where these are. */
const wordsOf = (value: Tree, path = ""): string =>
  isTreeMap(value)
    ? Object.entries(value)
        .map(([key, inner]) => wordsOf(inner, path === "" ? key : `${path}.${key}`))
        .join(", ")
    : `${path === "" ? "" : `${path}: `}${withoutUser(String(value))}`

const nameUsed = (variable: string | null, variables: Variables) =>
  variable === "DBBACKUP_DISCOVERY" && variables[variable] === undefined ? "AUTO_DISCOVER" : variable

const entryText = (window: Tree) => windowText(BlackoutWindow.parse(window))

/** A URL may name a user with a password. */
const withoutUser = (text: string) => text.replace(/:\/\/[^/@\s]*@/, "://…@")

/** What is read at any time, of `now`; the rest as it was at the start. */
export function settingsInForce(start: Settings, now: Settings): Settings {
  const { port, hostname, databasePath, storagePath, labelPrefix, dockerHost, s3, destinations } = start
  return { ...now, port, hostname, databasePath, storagePath, labelPrefix, dockerHost, s3, destinations }
}

/** The lines of `now`, but what needs a restart as it was at the start, with what it will be. */
export function linesInForce(
  start: readonly SettingView[],
  now: readonly SettingView[],
): readonly SettingView[] {
  const [before, after] = [byKey(start), byKey(now)]
  const inForce = now.map((line): SettingView => {
    const was = before.get(line.key) ?? { ...line, value: "", source: "default" }
    if (!line.needsRestart || was.value === line.value) return line
    return { ...was, afterRestart: line.value }
  })
  // A destination that the file names no more is in force as long as the process.
  const leaving = start.filter(
    ({ key, needsRestart, value }) => needsRestart && value !== "" && !after.has(key),
  )
  return [...inForce, ...leaving.map((line) => ({ ...line, afterRestart: "" }))]
}

/** What differs, each in a sentence, for the log: `backup.maxConcurrent is 5, was 3`. */
export function changesBetween(
  before: readonly SettingView[],
  after: readonly SettingView[],
): readonly string[] {
  const [was, is] = [byKey(before), byKey(after)]
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((key) => {
    const [old, now] = [was.get(key), is.get(key)]
    const waits = now?.afterRestart ?? null
    if (waits !== null && old?.afterRestart !== waits)
      return [`${key} will be ${waits || "unset"} after a restart, is ${now?.value || "unset"}`]
    if ((old?.value ?? "") === (now?.value ?? "")) return []
    return [`${key} is ${now?.value || "unset"}, was ${old?.value || "unset"}`]
  })
}

const byKey = (lines: readonly SettingView[]) => new Map(lines.map((line) => [line.key, line]))
