// What statements of MySQL and MariaDB refer to: foreign keys in CREATE TABLE, which can be taken out, and tables that a view reads.
import { type MysqlToken, nameIn, tokensOf } from "./mysql-tokens.ts"

export interface ForeignKey {
  readonly name: string | undefined
  readonly refersTo: string
}

/** The statement without the foreign keys that refer to other tables than these, and which those are. */
export function withoutForeignKeys(
  text: string,
  isThere: (table: string) => boolean,
): { readonly text: string; readonly leftOut: readonly ForeignKey[] } {
  const { open, items } = definitionsIn(text)
  const keys = items.map(({ tokens }) => foreignKeyIn(tokens, text))
  const leftOut = keys.filter((key) => key !== undefined).filter(({ refersTo }) => !isThere(refersTo))
  const [first, last] = [items[0], items.at(-1)]
  if (leftOut.length === 0 || !first || !last) return { text, leftOut: [] }
  const stays = items.filter((_, index) => !leftOut.includes(keys[index] as ForeignKey))
  const kept = stays.map(({ from, to }) => text.slice(from, to)).join(",")
  return { text: `${text.slice(0, open + 1)}${kept}${text.slice(last.to)}`, leftOut }
}

interface Definition {
  readonly from: number
  readonly to: number
  readonly tokens: readonly MysqlToken[]
}

/** What stands between the outermost parentheses of CREATE TABLE, and where these open. */
function definitionsIn(text: string): { readonly open: number; readonly items: readonly Definition[] } {
  const items: Definition[] = []
  let depth = 0
  let open = -1
  let from = 0
  let tokens: MysqlToken[] = []
  for (const token of tokensOf(text)) {
    const { value, kind } = token
    const mark = kind === "symbol" ? value : ""
    if (mark === ")") depth--
    if (depth === 0 && mark === ")") {
      items.push({ from, to: token.from, tokens })
      break
    }
    if (depth === 1 && mark === ",") {
      items.push({ from, to: token.from, tokens })
      from = token.to
      tokens = []
    } else if (depth > 0) tokens.push(token)
    if (mark === "(" && ++depth === 1) {
      open = token.from
      from = token.to
    }
  }
  return { open, items }
}

const isWord = (token: MysqlToken | undefined, value: string): boolean =>
  token?.kind === "word" && token.value === value

/** Of another database: none. */
function foreignKeyIn(tokens: readonly MysqlToken[], text: string): ForeignKey | undefined {
  const isNamed = isWord(tokens[0], "CONSTRAINT")
  const at = tokens.findIndex((token) => isWord(token, "FOREIGN"))
  if (at < 0 || at > (isNamed ? 2 : 0) || !isWord(tokens[at + 1], "KEY")) return undefined
  const refers = tokens.findIndex((token, index) => index > at && isWord(token, "REFERENCES"))
  const refersTo = nameIn(tokens[refers + 1], text)
  if (refers < 0 || refersTo === undefined || tokens[refers + 2]?.value === ".") return undefined
  return { name: at === 2 ? nameIn(tokens[1], text) : undefined, refersTo }
}

/** Of a view, as the server writes it: names before a parenthesis. Those of the server itself stand in no quotes. */
export function functionsCalled(text: string): readonly string[] {
  const found = new Set<string>()
  let before: string | undefined
  for (const { kind, value } of tokensOf(text)) {
    if (before !== undefined && kind === "symbol" && value === "(") found.add(before)
    before = kind === "name" ? value : undefined
  }
  return [...found]
}

/** Of a view, as the server writes it: FROM and JOIN stand before each table, a database's name before none of this one. */
export function tablesRead(text: string): readonly string[] {
  const found = new Set<string>()
  let expects = false
  let before: string | undefined
  for (const token of tokensOf(text)) {
    const { kind, value } = token
    if (before !== undefined) {
      if (value !== ".") found.add(before)
      before = undefined
    }
    if (kind === "name" && expects) before = value
    const isOpening = kind === "symbol" && value === "("
    expects = (kind === "word" && (value === "FROM" || value.endsWith("JOIN"))) || (expects && isOpening)
  }
  if (before !== undefined) found.add(before)
  return [...found]
}
