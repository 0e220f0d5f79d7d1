// The words of one statement of MySQL or MariaDB, with where each stands. What runs inside a comment of a version counts as if it stood
// outside. Texts are bytes, each a character, so that they can be put together again as they were.

export interface MysqlToken {
  readonly kind: "word" | "name" | "string" | "symbol"
  /** Of a word, in capitals; of a name, without its quotes. */
  readonly value: string
  readonly from: number
  readonly to: number
}

const skipped =
  /(?:[ \t\r\n\f\v]+|--(?=[\s])[^\n]*|#[^\n]*|\/\*M?!999999\\-[^*]*\*\/|\/\*M?!\d*|\*\/|\/\*(?!M?!)[\s\S]*?\*\/)+/y
const name = /`(?:[^`]|``)*`/y
const string = /'(?:[^'\\]|''|\\[\s\S])*'|"(?:[^"\\]|""|\\[\s\S])*"/y
const word = /[A-Za-z0-9_$@\x80-\xff]+/y

/** Of a statement that is cut off, those before. */
export function* tokensOf(text: string): Generator<MysqlToken> {
  let at = 0
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at
    return pattern.exec(text)?.[0]
  }
  while (at < text.length) {
    at += match(skipped)?.length ?? 0
    if (at >= text.length) return
    const from = at
    const [kind, found] = (
      [
        ["name", match(name)],
        ["string", match(string)],
        ["word", match(word)],
      ] as const
    ).find(([, each]) => each !== undefined) ?? ["symbol" as const, text[at] ?? ""]
    const written = found ?? ""
    at += written.length
    const value =
      kind === "name"
        ? inUtf8(written.slice(1, -1).replaceAll("``", "`"))
        : kind === "word"
          ? written.toUpperCase()
          : written
    yield { kind, value, from, to: at }
  }
}

const inUtf8 = (bytes: string) => Buffer.from(bytes, "latin1").toString("utf8")

/** A name as it is, in quotes or not; undefined for what is none. `text`: where the token is from. */
export const nameIn = (token: MysqlToken | undefined, text: string): string | undefined => {
  if (token?.kind === "name") return token.value
  return token?.kind === "word" ? inUtf8(text.slice(token.from, token.to)) : undefined
}
