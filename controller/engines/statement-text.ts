// The statement that a walk is in, as far as it is kept: without what is quoted, with the names alone, and its last characters.

const mostCode = 256 * 1024
const mostNamed = 8 * 1024
/** As long as MySQL's client lets it be. */
export const longestDelimiter = 15

export interface StatementText {
  add(text: string): void
  /** What is in a quoted name. */
  name(text: string): void
  /** Takes off what was added last. */
  cut(length: number): void
  clear(): void
  code(): string
  named(): string
  /** Its last characters, however long it is: asked for each, and cheap. */
  recent(): string
  /** Without the delimiter that ends it. */
  upTo(delimiter: string): string
}

export function statementText(): StatementText {
  let [code, named, recent] = ["", "", ""]
  const name = (text: string) => {
    if (named.length < mostNamed) named += text
  }
  return {
    name,
    add(text) {
      name(text)
      if (code.length < mostCode) code += text
      recent = (recent + text).slice(-longestDelimiter)
    },
    cut(length) {
      if (code.length < mostCode) code = code.slice(0, -length)
      if (named.length < mostNamed) named = named.slice(0, -length)
      recent = recent.slice(0, -length)
    },
    clear() {
      code = named = recent = ""
    },
    code: () => code,
    named: () => named.trim(),
    recent: () => recent,
    upTo: (delimiter) => (code.length < mostCode ? code.slice(0, -delimiter.length) : code).trim(),
  }
}
