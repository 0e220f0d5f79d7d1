// Walks over a dump of statements as the engine's own client would, without keeping it: tells where each statement ends, what of it is
// no string and no comment, and where a backslash would be a command of the client's.
import type { Engine } from "../../schemas/scalar.ts"
import { dullStretch } from "./dull-stretch.ts"
import type { Heard, StatementWalk } from "./heard.ts"
import { aVersionAtMost, insideOf, type WalkState } from "./walk-state.ts"

const mostCode = 256 * 1024
const mostNamed = 8 * 1024
const identifier = /[A-Za-z0-9_\x80-\xff$]/
const blank = /\s/

export function statementWalk(engine: Engine, heard: Heard): StatementWalk {
  const isPostgres = engine === "postgres"
  let state: WalkState = "code"
  let code = ""
  let quote = ""
  let escapes = false
  let [escaped, closing] = [false, false]
  let dashes = false
  let depth = 0
  let tag = ""
  let tail = ""
  let command = ""
  let delimiter = ";"
  let rowsNext = false
  let before = ""
  let named = ""
  /** Bytes up to and with the one that is looked at, and where what is under way began. */
  let seen = 0
  let begun = 0

  const name = (text: string) => {
    if (named.length < mostNamed) named += text
  }
  const cut = (length: number) => {
    code = code.slice(0, -length)
    if (named.length < mostNamed) named = named.slice(0, -length)
  }
  const add = (text: string) => {
    name(text)
    if (code.length < mostCode) code += text
    else if (!code.endsWith(text)) code = code.slice(0, mostCode) + text
  }
  const ended = () => tell(code.slice(0, -delimiter.length).trim())
  const span = () => ({ from: begun, until: seen })
  const tell = (text: string) => {
    if (text !== "" && heard.statement(text, named.trim(), span()) === "rows follow") rowsNext = true
    forget()
  }
  const tellCommand = () => {
    const isAlone = aVersionAtMost.test(code)
    heard.command(command, span(), isAlone)
    if (isAlone) forget()
  }
  const forget = () => {
    code = ""
    named = ""
    begun = seen
  }
  const newLine = () => {
    if (rowsNext) {
      rowsNext = false
      state = "rows"
      tail = "\n"
      return
    }
    const wanted = isPostgres ? null : /^\s*delimiter\s+(\S+)/i.exec(code)
    if (wanted) {
      delimiter = wanted[1] ?? ";"
      forget()
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
        cut(2)
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
        cut(1)
        return
      }
      dashes = true
    } else if (c === "*" && before === "/") {
      state = isPostgres ? "comment" : "comment begins"
      depth = 1
      cut(1)
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
      if (c === quote) {
        if (quote !== "'") name(c + c)
        return
      }
      add(quote)
      state = "code"
      step(c)
    } else if (escaped) escaped = false
    else if (escapes && c === "\\") escaped = true
    else if (c === quote) closing = true
    else if (quote !== "'") name(c)
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
      cut(1)
      step(c)
    }
  }
  const inDollar = (c: string) => {
    tail = (tail + c).slice(-tag.length)
    if (tail === tag) state = "code"
  }
  const inRows = (c: string) => {
    tail = (tail + c).slice(-4)
    if (c !== "\n" || !tail.replaceAll("\r", "").endsWith("\n\\.\n")) return
    state = "code"
    begun = seen
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
          tellCommand()
          newLine()
        }
    }
  }
  const within = () => (state === "rows" ? state : isInString() ? escapes : null)
  const isInString = () => state === "quoted" && quote === "'" && !escaped && !closing
  return {
    push(chunk) {
      const text = chunk.toString("latin1")
      for (let at = 0; at < text.length; ) {
        const passed = dullStretch(text, at, within())
        if (passed > 0) {
          at += passed
          seen += passed
          before = text.charAt(at - 1)
          if (state === "rows") tail = text.slice(Math.max(0, at - 4), at)
          continue
        }
        const c = text.charAt(at++)
        seen++
        consumed = false
        step(c)
        before = consumed ? "" : c
      }
    },
    inside: () => (closing ? null : insideOf(state)),
    settled: () => begun,
    end() {
      if (state === "command") tellCommand()
      else if (code.trim() !== "") tell(code.trim())
    },
  }
}
