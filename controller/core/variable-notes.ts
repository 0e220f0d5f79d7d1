// Variables that look meant for this program and have no effect: said aloud, because silence looks like consent.
import { settingVariables } from "../../schemas/setting-fields.ts"
import { nearest } from "./suggest.ts"

/** Read by the command line, not by the controller. */
const ofOthers = ["DBBACKUP_URL"]

/** A sentence for each; facts, lower case. */
export function variableNotes(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  const known = [...settingVariables, ...ofOthers]
  return Object.entries(env).flatMap(([name, value]) => {
    if (!value) return []
    const bare = name.replace(/_FILE$/, "")
    if (!name.startsWith("DBBACKUP_") || known.includes(bare)) return []
    const near = nearest(bare, known)
    return [`${name} is set, but is no setting${near === null ? "" : `: did you mean ${near}?`}`]
  })
}
