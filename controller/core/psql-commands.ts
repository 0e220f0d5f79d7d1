// Finds what psql would take for a command of its own in a plain dump: `\!` runs a program, `\connect` leaves the database, `\i` reads
// a file. A dump of pg_dump has none but \restrict and \unrestrict; one that was made or changed by hand may. Reads the text as psql's
// own scanner does, and takes for a command what it cannot read with certainty.

type State =
  | "sql"
  | "line-comment"
  | "comment"
  | "name"
  | "string"
  | "escape-string"
  | "dollar-string"
  | "rows"
  | "command"

export interface Found {
  readonly command: string
  readonly line: number
}

export interface PsqlCommands {
  /** One character for each byte. */
  push(text: string): void
  /** The first command; null when there was none. To be asked at the end. */
  found(): Found | null
}

const harmless = /^\\(un)?restrict \w*$/
const wordChar = /[\w\u0080-\uffff]/
const copyStatement = /^\s*COPY [^;]* FROM stdin;$/
const keptBytes = 4096

export function psqlCommands(): PsqlCommands {
  let state: State = "sql"
  let line = 1
  let hit: Found | null = null
  let previous = ""
  /** What is read of the word, dollar quote, row or command that is under way. */
  let word = ""
  let tag: string | null = null
  let seen = ""
  /** Of the statement under way: its first word, its text without what is quoted, and how deep it is nested. */
  let first = ""
  let statement = ""
  let parentheses = 0
  let blocks = 0
  let comments = 0
  /** After E'…', a line break and another quote go on with it. */
  let afterEscape: "no" | "here" | "next line" | "unclear" = "no"

  const suspect = (command: string) => {
    hit ??= { command: command.slice(0, 60), line }
  }
  const enter = (next: State) => {
    state = next
    seen = ""
    previous = ""
  }
  const endWord = (): string => {
    const [ended, upper] = [word, word.toUpperCase()]
    word = ""
    if (ended === "") return ""
    first ||= upper
    // In the body of a function in SQL's own words, a semicolon ends no statement.
    if (first === "CREATE" && upper === "BEGIN") blocks++
    else if (blocks > 0 && upper === "CASE") blocks++
    else if (blocks > 0 && upper === "END") blocks--
    return ended
  }
  const endStatement = (next: string) => {
    if (parentheses > 0 || blocks > 0) return
    if (next === "\n" && copyStatement.test(statement)) enter("rows")
    first = ""
    statement = ""
  }
  const openString = (before: string) => {
    if (afterEscape === "unclear" || /^\d.*e$/i.test(before)) suspect(`${before}'`)
    enter(/^e$/i.test(before) || afterEscape === "next line" ? "escape-string" : "string")
    afterEscape = "no"
  }
  const followEscape = (char: string) => {
    if (afterEscape === "no" || char === "'") return
    if (char === "\n") afterEscape = afterEscape === "here" ? "next line" : afterEscape
    else if (char === "-" || char === "/") afterEscape = "unclear"
    else if (!/\s/.test(char)) afterEscape = "no"
  }

  const inSql = (char: string, next: string): void => {
    followEscape(char)
    if (tag !== null) {
      const opened = char === "$"
      const goesOn = wordChar.test(char) && !(tag === "" && /\d/.test(char))
      if (goesOn) tag += char
      if (opened) enter("dollar-string")
      if (opened || goesOn) return
      tag = null
    }
    if (statement.length < keptBytes) statement += char
    if (wordChar.test(char)) {
      if (word.length < keptBytes) word += char
      return
    }
    const before = endWord()
    if (char === "'") return void openString(before)
    if (char === '"') return void enter("name")
    if (char === "-" && previous === "-") {
      statement = statement.slice(0, -2)
      return void enter("line-comment")
    }
    if (char === "*" && previous === "/") {
      statement = statement.slice(0, -2)
      comments = 1
      return void enter("comment")
    }
    if (char === "$" && before === "") tag = ""
    if (char === "(") parentheses++
    if (char === ")") parentheses = Math.max(0, parentheses - 1)
    if (char === ";") endStatement(next)
    if (char === "\\") {
      enter("command")
      seen = char
    }
  }

  /** Of a quoted text: true when its end is reached. A quote written twice is one that belongs to it. */
  const closes = (char: string, next: string, quote: string): boolean => {
    if (seen === "skip") {
      seen = ""
      return false
    }
    if (char !== quote) return false
    if (next !== quote) return true
    seen = "skip"
    return false
  }

  const step = (char: string, next: string): void => {
    const before = state
    switch (state) {
      case "sql":
        inSql(char, next)
        break
      case "line-comment":
        if (char === "\n") enter("sql")
        if (char === "\n" && afterEscape === "here") afterEscape = "unclear"
        break
      case "comment":
        if (previous + char === "/*" || previous + char === "*/") {
          comments += char === "*" ? 1 : -1
          if (comments === 0) enter("sql")
          char = ""
        }
        break
      case "name":
        if (closes(char, next, '"')) enter("sql")
        break
      case "string":
        if (closes(char, next, "'")) enter("sql")
        break
      case "escape-string":
        if (seen !== "skip" && char === "\\") seen = "skip"
        else if (closes(char, next, "'")) {
          enter("sql")
          afterEscape = "here"
        }
        break
      case "dollar-string": {
        const end = `$${tag}$`
        seen = (seen + char).slice(-end.length)
        if (seen === end) {
          tag = null
          enter("sql")
        }
        break
      }
      case "rows":
        if (char === "\n" && seen === "\\.") enter("sql")
        else if (char === "\n") seen = ""
        else if (seen.length < 3) seen += char
        break
      case "command":
        if (char === "\n") {
          if (!harmless.test(seen)) suspect(seen)
          enter("sql")
        } else if (seen.length < keptBytes) seen += char
    }
    if (char === "\n") line++
    // What opens or closes a quote or a comment is no part of what opens or closes the next.
    previous = state === before ? char : ""
  }

  /** Rows of a table are most of a dump: whole lines of them are passed over at once. Where the next line begins, if it is known. */
  const afterRow = (text: string, at: number): number | undefined => {
    if (state !== "rows" || seen !== "") return undefined
    const end = text.indexOf("\n", at)
    if (end < 0 || end === text.length - 1 || (end - at === 2 && text.startsWith("\\.", at))) return undefined
    line++
    return end + 1
  }

  let held = ""
  return {
    push(text) {
      const whole = held + text
      let at = 0
      // The last one waits for what follows it.
      while (at < whole.length - 1 && hit === null) {
        const next = afterRow(whole, at)
        if (next === undefined) step(whole.charAt(at), whole.charAt(++at))
        else at = next
      }
      held = whole.slice(-1)
    },
    found() {
      if (held !== "") step(held, "\n")
      held = ""
      if (state === "command" && !harmless.test(seen)) suspect(seen)
      return hit
    },
  }
}
