// What a statement in a dump of mysqldump or mariadb-dump is, and of which table or view: told by its words, whatever stands in its rows.
import { type MysqlToken, nameIn, tokensOf } from "./mysql-tokens.ts"

export type MysqlStatement =
  /** Settings of the session, and what else is of no table. */
  | { readonly kind: "setting" | "transaction" | "database" }
  /** Procedures, events, packages. */
  | { readonly kind: "program" }
  /** `lock`: only holds the table, or its keys back, while rows come. */
  | { readonly kind: "rows" | "lock"; readonly name: string }
  | { readonly kind: "drop" | "table" | "view" | "trigger" | "sequence" | "function"; readonly name: string }
  | { readonly kind: "unknown"; readonly words: string }

// The head of a statement with rows is enough: a name has 64 characters, each of four bytes, or two where it is a quote.
export const headBytes = 2048

/** Of the bytes of a statement, each as a character. */
export function statementIn(text: string): MysqlStatement {
  const tokens = lookAhead(text)
  const word = (at: number) => (tokens.at(at)?.kind === "word" ? tokens.at(at)?.value : undefined)
  const name = (at: number) => nameIn(tokens.at(at), text)
  /** Where the words stand that come before a name, some of which may be missing. */
  const after = (from: number, ...optional: readonly string[]): number => {
    let at = from
    while (optional.includes(word(at) ?? "")) at++
    return at
  }
  const named = (
    kind: "rows" | "lock" | "drop" | "table" | "sequence" | "function",
    at: number,
  ): MysqlStatement => {
    const found = name(at)
    return found === undefined ? unknown() : { kind, name: found }
  }
  const unknown = (): MysqlStatement => ({
    kind: "unknown",
    words: [0, 1, 2].flatMap((at) => tokens.at(at)?.value ?? []).join(" "),
  })
  switch (word(0)) {
    case undefined:
      return tokens.at(0) === undefined ? { kind: "setting" } : unknown()
    case "SET":
    case "PREPARE":
    case "EXECUTE":
    case "DEALLOCATE":
      return { kind: /^@@GLOBAL/.test(word(1) ?? "") ? "database" : "setting" }
    case "COMMIT":
    case "START":
      return { kind: "transaction" }
    case "SELECT":
    case "DO":
      if (word(1) === "SETVAL") return named("sequence", 3)
      return word(0) === "SELECT" ? { kind: "setting" } : unknown()
    case "INSERT":
    case "REPLACE":
      return named("rows", after(1, "IGNORE", "INTO", "DELAYED", "LOW_PRIORITY", "HIGH_PRIORITY"))
    case "LOCK":
      return named("lock", after(1, "TABLE", "TABLES"))
    case "UNLOCK":
      return { kind: "transaction" }
    case "ANALYZE":
      return named("table", after(1, "TABLE"))
    case "ALTER":
      if (word(1) === "DATABASE") return { kind: "database" }
      if (word(1) !== "TABLE") return unknown()
      return named(word(4) === "KEYS" ? "lock" : "table", 2)
    case "DROP":
      if (word(1) === "FUNCTION") return named("function", after(2, "IF", "EXISTS"))
      if (programs.includes(word(1) ?? "") || word(1) === "TRIGGER") return { kind: "program" }
      if (word(1) === "SEQUENCE") return named("sequence", after(2, "IF", "EXISTS"))
      return ["TABLE", "VIEW"].includes(word(1) ?? "") ? named("drop", after(2, "IF", "EXISTS")) : unknown()
    case "CREATE":
      return created()
    default:
      return unknown()
  }

  function created(): MysqlStatement {
    const first = after(1, "OR", "REPLACE")
    if (word(first) === "TABLE") return named("table", after(first + 1, "IF", "NOT", "EXISTS"))
    if (word(first) === "SEQUENCE") return named("sequence", after(first + 1, "IF", "NOT", "EXISTS"))
    const what = tokens.find(
      ({ kind, value }) => kind === "word" && [...programs, "VIEW", "TRIGGER"].includes(value),
      first,
      mostBeforeKind,
    )
    if (what < 0) return unknown()
    const own = after(what + 1, "IF", "NOT", "EXISTS")
    if (word(what) === "FUNCTION") return named("function", own)
    if (programs.includes(word(what) ?? "")) return { kind: "program" }
    const at =
      word(what) === "VIEW"
        ? own
        : tokens.find(({ kind, value }) => kind === "word" && value === "ON", own + 1) + 1
    const isQualified = tokens.at(at + 1)?.value === "."
    const found = name(isQualified ? at + 2 : at)
    if (found === undefined || at === 0) return unknown()
    return { kind: word(what) === "VIEW" ? "view" : "trigger", name: found }
  }
}

// Who defined it, and how it is to be carried out.
const mostBeforeKind = 20
const programs = ["PROCEDURE", "FUNCTION", "EVENT", "PACKAGE"]

interface Tokens {
  at(index: number): MysqlToken | undefined
  /** Where the first such token from there on is; -1 when there is none. */
  find(pass: (token: MysqlToken) => boolean, from?: number, most?: number): number
}

/** Reads no more of a statement than is asked for. */
function lookAhead(text: string): Tokens {
  const source = tokensOf(text)
  const seen: MysqlToken[] = []
  const at = (index: number): MysqlToken | undefined => {
    while (seen.length <= index) {
      const { done, value } = source.next()
      if (done) return undefined
      seen.push(value)
    }
    return seen[index]
  }
  return {
    at,
    find(pass, from = 0, most = Number.POSITIVE_INFINITY) {
      for (let index = from; index < from + most; index++) {
        const token = at(index)
        if (!token) return -1
        if (pass(token)) return index
      }
      return -1
    },
  }
}
