// What a statement of a dump or script needs that the server must have, and what it makes: by its text with the names in it.
import type { Engine } from "../../schemas/scalar.ts"

export interface TextNeeds {
  readonly roles: readonly string[]
  readonly extensions: readonly string[]
  /** What it makes, by the kind's plural; null when that is nothing that is counted. */
  readonly makes: string | null
}

const none: TextNeeds = { roles: [], extensions: [], makes: null }
const word = '(?:"(?:[^"]|"")+"|[\\w$\\x80-\\xff]+)'
const owner = new RegExp(`^alter\\b[\\s\\S]*\\bowner\\s+to\\s+(${word})\\s*;?$`, "i")
const grant = new RegExp(
  `^grant\\b[\\s\\S]*\\bto\\s+(${word}(?:\\s*,\\s*${word})*)\\s*(?:with\\s+grant\\s+option)?\\s*;?$`,
  "i",
)
const ofRole = new RegExp(
  `^(?:alter\\s+default\\s+privileges\\s+for\\s+(?:role|user)|create\\s+schema\\b.*\\bauthorization|set\\s+session\\s+authorization)\\s+(${word})`,
  "i",
)
const extension = new RegExp(`^create\\s+extension\\s+(?:if\\s+not\\s+exists\\s+)?(${word})`, "i")
const everybody = ["public", "current_user", "session_user", "current_role", "default"]
const definer = /\bdefiner\s*=\s*(`(?:[^`]|``)*`|[\w$]+)@(`(?:[^`]|``)*`|[\w$.%:]+)/gi
const made =
  /^create\s+(?:or\s+replace\s+)?(?:algorithm\s*=\s*\w+\s+)?(?:definer\s*=\s*\S+\s+)?(?:sql\s+security\s+\w+\s+)?(?:constraint\s+|unlogged\s+|aggregate\s+)?(table|view|materialized\s+view|sequence|function|procedure|trigger|event)\b/i

/** @param named as `Heard.statement` has it */
export function needsOfText(engine: Engine, named: string): TextNeeds {
  const first = /^[a-z]+/i.exec(named)?.[0].toLowerCase()
  if (first === "insert" || first === "copy" || first === "replace") return none
  const kind = made.exec(named.replaceAll(/\*\/|\b\d{5,6}\s/g, " ").trim())?.[1]?.toLowerCase()
  const makes = kind === undefined ? null : `${kind.replace(/\s+/, " ")}s`
  if (engine !== "postgres") {
    const roles = [...named.matchAll(definer)].map(
      ([, user = "", host = ""]) => `${bare(user)}@${bare(host)}`,
    )
    return { ...none, roles, makes }
  }
  const names = [
    ...(owner.exec(named) ?? ofRole.exec(named) ?? []).slice(1),
    ...(grant.exec(named)?.[1] ?? "").split(","),
  ]
  return {
    roles: names.map((name) => bare(name.trim())).filter((name) => name !== "" && !everybody.includes(name)),
    extensions: [...(extension.exec(named) ?? []).slice(1)].map(bare),
    makes,
  }
}

/** As the server keeps it: what is not quoted in lower case, which changes nothing in MySQL's, where definers are always quoted. */
function bare(name: string): string {
  const quote = name.charAt(0)
  if (quote !== '"' && quote !== "`") return name.toLowerCase()
  return Buffer.from(name.slice(1, -1).replaceAll(quote + quote, quote), "latin1").toString()
}
