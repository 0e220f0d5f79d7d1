// The variables that were given, each by itself or as `X_FILE`, the name of a file that holds it (a secret, say).
import { settingVariables } from "../../schemas/setting-fields.ts"
import { problemOf } from "../core/fault.ts"
import type { SettingMistake } from "../core/setting-mistakes.ts"
import { inEnvironment, type Variables } from "../core/settings.ts"
import { readTextFile } from "./text-file.ts"

const longestBytes = 64 * 1024

export interface GivenVariables {
  readonly variables: Variables
  readonly mistakes: readonly SettingMistake[]
}

/**
 * An empty variable counts as not set, as compose leaves it.
 * @param machineName the machine's own host name: Docker and shells put it into `HOSTNAME` unasked, so it counts as not set
 */
export function readVariables(
  env: Readonly<Record<string, string | undefined>>,
  machineName: string,
): GivenVariables {
  const variables: Record<string, string> = {}
  const mistakes: SettingMistake[] = []
  for (const name of settingVariables) {
    const itself = env[name] === machineName && name === "HOSTNAME" ? "" : (env[name] ?? "")
    const file = env[`${name}_FILE`] ?? ""
    if (itself !== "" && file !== "")
      mistakes.push(inEnvironment(name, `is set, and so is ${name}_FILE: one of them must go`))
    else if (itself !== "") variables[name] = itself
    else if (file !== "") {
      const content = contentOf(file)
      if ("text" in content) variables[name] = content.text
      else mistakes.push(inEnvironment(`${name}_FILE`, content.reason))
    }
  }
  return { variables, mistakes }
}

/** Without the newline that editors and `echo` put at the end. */
function contentOf(path: string): { readonly text: string } | { readonly reason: string } {
  try {
    const text = readTextFile(path, longestBytes)?.replace(/\r?\n$/, "")
    if (text === undefined) return { reason: `there is no file ${path}` }
    return text === "" ? { reason: `${path} is empty` } : { text }
  } catch (error) {
    return { reason: problemOf(error).message }
  }
}
