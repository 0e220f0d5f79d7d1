// One attempt at the settings: a text of the file, with the variables → settings, or a problem with line and column.
import type { Problem } from "../../schemas/errors.ts"
import type { FileMistake } from "../../schemas/settings-view.ts"
import { problemOf } from "../core/fault.ts"
import type { SettingMistake } from "../core/setting-mistakes.ts"
import type { Tree } from "../core/setting-tree.ts"
import { readSettings, type Settings, type Variables } from "../core/settings.ts"
import { readTextFile } from "./text-file.ts"
import { parseYaml } from "./yaml.ts"

// Hundreds of times what the longest settings need.
export const longestFileBytes = 256 * 1024
const mostMistakesTold = 10
const longestText = 200

/** `text` is null when there is no file. */
export interface GoodAttempt {
  readonly kind: "good"
  readonly text: string | null
  readonly tree: Tree
  readonly settings: Settings
}
export interface BadAttempt {
  readonly kind: "bad"
  readonly problem: Problem
  readonly mistakes: readonly FileMistake[]
}
export type Attempt = GoodAttempt | BadAttempt

/** The file as it is now. A file that is not there is as good as an empty one, unless it must be. */
export function attemptFile(path: string, mustExist: boolean, variables: Variables): Attempt {
  try {
    const text = readTextFile(path, longestFileBytes)
    if (text === null && mustExist) return gone(path)
    return attemptText(path, text, variables)
  } catch (error) {
    return { kind: "bad", problem: problemOf(error), mistakes: [] }
  }
}

export function attemptText(path: string, text: string | null, variables: Variables): Attempt {
  const parsed = parseYaml(text ?? "")
  if (parsed.kind === "bad") return bad(path, parsed.mistakes)
  const reading = readSettings(variables, parsed.tree)
  if (reading.kind === "good") return { kind: "good", text, tree: parsed.tree, settings: reading.settings }
  const placed = reading.mistakes.map(
    (mistake): FileMistake => ({
      ...parsed.place(mistake.path, mistake.at),
      key: mistake.path.join("."),
      message: mistake.message,
      hint: mistake.hint,
    }),
  )
  return bad(path, placed)
}

function bad(path: string, mistakes: readonly FileMistake[]): BadAttempt {
  const inOrder = mistakes.map(cut).sort((a, b) => a.line - b.line || a.column - b.column)
  const told = inOrder.slice(0, mostMistakesTold).map(inWords)
  const more = inOrder.length > told.length ? `; and ${inOrder.length - told.length} more` : ""
  const problem: Problem = {
    code: "settings-invalid",
    message: `${path} is not valid: ${told.join("; ")}${more}`,
    hint: "Correct the file.",
    key: null,
    suggestion: null,
  }
  return { kind: "bad", problem, mistakes: inOrder.slice(0, 100) }
}

/** A file that is no settings file may have keys of any length, and names that steer a terminal. */
function cut(mistake: FileMistake): FileMistake {
  const short = (text: string) =>
    (text.length > longestText ? `${text.slice(0, longestText - 3)}...` : text).replace(/\p{Cc}/gu, "�")
  return { ...mistake, key: short(mistake.key), message: short(mistake.message) }
}

function inWords({ line, column, key, message, hint }: FileMistake): string {
  const advice = hint === null ? "" : ` (${hint.replace(/\.$/, "")})`
  return `line ${line}, column ${column}: ${key === "" ? "" : `${key}: `}${message}${advice}`
}

export function gone(path: string): BadAttempt {
  const problem: Problem = {
    code: "settings-invalid",
    message: `${path} is not there`,
    hint: "Put the file back; an empty one sets nothing.",
    key: null,
    suggestion: null,
  }
  return { kind: "bad", problem, mistakes: [] }
}

/** Mistakes of the environment, in one line. */
export const environmentInWords = (mistakes: readonly SettingMistake[]) =>
  `the environment is not valid: ${mistakes.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ")}`
