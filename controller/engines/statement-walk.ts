// Walks over a dump of statements as the engine's own client would, without keeping it: tells where each statement ends, what of it is
// no string and no comment, and where a backslash would be a command of the client's.
import type { Engine } from "../../schemas/scalar.ts"

export interface Heard {
  /** The statement's text with its strings and names emptied, cut at its limit. Of PostgreSQL, whether rows follow is for the caller to say. */
  statement(code: string): "rows follow" | undefined
  /** A line from its backslash on. */
  command(line: string): void
}

type State =
  | "code"
  | "quoted"
  | "line comment"
  | "comment"
  | "comment begins"
  | "dollar tag"
  | "dollar"
  | "command"
  | "rows"

const mostCode = 256 * 1024
const identifier = /[A-Za-z0-9_\x80-\xff$]/
const blank = /\s/

export function statementWalk(engine: Engine, heard: Heard): { push(chunk: Buffer): void; end(): void } {
  const isPostgres = engine === "postgres"
  let state: State = "code"
  let code = ""
  let quote = ""
  let escapes = false
  let escaped = false
  let closing = false
  let dashes = false
  let depth = 0
  let tag = ""
  let tail = ""
  let command = ""
  let delimiter = ";"
  let rowsNext = false
  let before = ""

  const add = (text: string) => {
    if (code.length < mostCode) code += text
    else if (!code.endsWith(text)) code = code.slice(0, mostCode) + text
  }
  const ended = () => {
    const text = code.slice(0, -delimiter.length).trim()
    code = ""
    if (text !== "" && heard.statement(text) === "rows follow") rowsNext = true
  }
  const newLine = () => {
    if (rowsNext) {
      rowsNext = false
      state = "rows"
      tail = "\n"
      return
    }
    const named = isPostgres ? null : /^\s*delimiter\s+(\S+)/i.exec(code)
    if (named) {
      delimiter = named[1] ?? ";"
      code = ""
    }
  }
  const namesDelimiter = () => !isPostgres && code.length < 64 && /^\s*delimiter\b/i.test(code)
  const open = (mark: string, withEscapes: boolean) => {
    state = "quoted"
    quote = mark
    escapes = withEscapes
    escaped = false
    closing = false
  }
  const inCode = (c: string) => {
    if (dashes) {
      dashes = false
      if (blank.test(c) || c < " ") {
        state = "line comment"
        code = code.slice(0, -2)
        if (c === "\n") endComment()
        return
      }
    }
    if (c === "'") {
      const letter = isPostgres && /(^|[^A-Za-z0-9_\x80-\xff$])[eE]$/.test(code.slice(-2))
      open(c, !isPostgres || letter)
    } else if (c === '"') open(c, !isPostgres)
    else if (c === "`" && !isPostgres) open(c, false)
    else if (c === "\\") {
      state = "command"
      command = c
      return
    } else if (c === "#" && !isPostgres) {
      state = "line comment"
      return
    } else if (c === "-" && before === "-") {
      if (isPostgres) {
        state = "line comment"
        code = code.slice(0, -1)
        return
      }
      dashes = true
    } else if (c === "*" && before === "/") {
      state = isPostgres ? "comment" : "comment begins"
      depth = 1
      code = code.slice(0, -1)
      tail = ""
      consumed = true
      return
    } else if (c === "$" && isPostgres && !identifier.test(before)) {
      state = "dollar tag"
      tag = "$"
    }
    add(c)
    if (c === "\n") newLine()
    else if (state === "code" && code.endsWith(delimiter) && !namesDelimiter()) ended()
  }
  const endComment = () => {
    state = "code"
    add(" ")
    newLine()
  }
  const inQuoted = (c: string) => {
    if (closing) {
      closing = false
      if (c === quote) return
      add(quote)
      state = "code"
      step(c)
    } else if (escaped) escaped = false
    else if (escapes && c === "\\") escaped = true
    else if (c === quote) closing = true
  }
  const inComment = (c: string) => {
    const pair = before + c
    if (isPostgres && pair === "/*") depth++
    else if (pair === "*/") depth--
    else return
    if (depth === 0) {
      state = "code"
      add(" ")
    }
    before = ""
    consumed = true
  }
  // What MySQL and MariaDB run although it looks like a comment: its end is no code, and does no harm there.
  const inCommentBegin = (c: string) => {
    tail += c
    if (tail === "M" && engine === "mariadb") return
    state = ["!", "+", "M!"].includes(tail) ? "code" : "comment"
  }
  const inDollarTag = (c: string) => {
    add(c)
    tag += c
    if (c === "$") {
      state = "dollar"
      tail = ""
    } else if (!identifier.test(c) || (tag.length === 2 && /\d/.test(c))) {
      state = "code"
      code = code.slice(0, -1)
      step(c)
    }
  }
  const inDollar = (c: string) => {
    tail = (tail + c).slice(-tag.length)
    if (tail === tag) state = "code"
  }
  const inRows = (c: string) => {
    tail = (tail + c).slice(-4)
    if (tail.replaceAll("\r", "").endsWith("\n\\.\n")) state = "code"
  }
  let consumed = false
  const step = (c: string): void => {
    switch (state) {
      case "code":
        inCode(c)
        return
      case "quoted":
        inQuoted(c)
        return
      case "line comment":
        if (c === "\n") endComment()
        return
      case "comment":
        inComment(c)
        return
      case "comment begins":
        inCommentBegin(c)
        return
      case "dollar tag":
        inDollarTag(c)
        return
      case "dollar":
        inDollar(c)
        return
      case "rows":
        inRows(c)
        return
      case "command":
        if (c !== "\n") command += command.length < mostCode ? c : ""
        else {
          state = "code"
          heard.command(command)
          newLine()
        }
    }
  }
  return {
    push(chunk) {
      for (const c of chunk.toString("latin1")) {
        consumed = false
        step(c)
        before = consumed ? "" : c
      }
    },
    end() {
      if (state === "command") heard.command(command)
      else if (code.trim() !== "") heard.statement(code.trim())
    },
  }
}
