// Splits short texts of statements into statements and their words. Not for dumps of data, which do not fit into memory.
import { Fault } from "../core/fault.ts"

export interface Token {
  readonly kind: "word" | "name" | "string" | "symbol"
  /** As it is written. */
  readonly text: string
  /** Of a name or a string, without its quotes; otherwise the text. */
  readonly value: string
}
export interface Statement {
  readonly text: string
  readonly tokens: readonly Token[]
}

const space = /\s+|--[^\n]*/y
const word = /[^\s'"`;(),@.*]+/y
const doubled = /"(?:[^"]|"")*"/y
const backticked = /`(?:[^`]|``)*`/y
const plainString = /'(?:[^']|'')*'/y
const escapedString = /'(?:[^'\\]|''|\\[\s\S])*'/y
const letterString = /[eE]'(?:[^'\\]|''|\\[\s\S])*'/y

/** Throws a Fault, `restore-unsupported`, where a quote never ends. Lines that begin with a backslash are psql's, and left out. */
export function statementsOf(source: string, engine: "postgres" | "mysql"): Statement[] {
  const text = engine === "postgres" ? source.replaceAll(/^\\.*$/gm, "") : source
  const patterns: readonly (readonly [RegExp, Token["kind"]])[] =
    engine === "postgres"
      ? [
          [letterString, "string"],
          [plainString, "string"],
          [doubled, "name"],
          [word, "word"],
        ]
      : [
          [escapedString, "string"],
          [backticked, "name"],
          [word, "word"],
        ]
  const statements: Statement[] = []
  let tokens: Token[] = []
  let begin = 0
  let at = 0
  const match = (pattern: RegExp) => {
    pattern.lastIndex = at
    return pattern.exec(text)?.[0]
  }
  while (at < text.length) {
    const skipped = match(space)
    if (skipped !== undefined) {
      at += skipped.length
      continue
    }
    if (tokens.length === 0) begin = at
    if (text[at] === ";") {
      if (tokens.length > 0) statements.push({ text: text.slice(begin, at).trim(), tokens })
      tokens = []
      at++
      continue
    }
    const token = nextToken(patterns, match) ?? symbol(text, at)
    tokens.push(token)
    at += token.text.length
  }
  if (tokens.length > 0) throw unreadable("its last statement does not end")
  return statements
}

function nextToken(
  patterns: readonly (readonly [RegExp, Token["kind"]])[],
  match: (pattern: RegExp) => string | undefined,
): Token | undefined {
  for (const [pattern, kind] of patterns) {
    const text = match(pattern)
    if (text === undefined) continue
    const quote = text.at(-1) ?? ""
    const inner = text.slice(text.indexOf(quote) + 1, -1)
    const value =
      kind === "word" ? text : inner.replaceAll(quote + quote, quote).replaceAll(/\\(['\\])/g, "$1")
    return { kind, text, value }
  }
  return undefined
}

function symbol(text: string, at: number): Token {
  const found = text[at] ?? ""
  if (`'"\``.includes(found)) throw unreadable("a quote in it does not end")
  return { kind: "symbol", text: found, value: found }
}

/** Whether a statement begins with these words. */
export const begins = ({ tokens }: Statement, ...words: readonly string[]): boolean =>
  words.every((each, i) => tokens[i]?.kind === "word" && tokens[i].text.toUpperCase() === each)

/** Where the word stands, from the end or from the beginning; -1 when nowhere. */
export const lastWord = ({ tokens }: Statement, each: string): number =>
  tokens.findLastIndex(({ kind, text }) => kind === "word" && text.toUpperCase() === each)
export const firstWord = ({ tokens }: Statement, each: string): number =>
  tokens.findIndex(({ kind, text }) => kind === "word" && text.toUpperCase() === each)

function unreadable(why: string): Fault {
  return new Fault("restore-unsupported", `the backup of the globals cannot be read: ${why}`, {
    hint: "Apply it by hand with the commands in its manifest.",
  })
}
