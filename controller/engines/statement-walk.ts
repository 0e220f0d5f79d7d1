// Walks over a dump of statements as the engine's own client would, without keeping it: tells where each statement ends, what of it is
// no string and no comment, and where a backslash would be a command of the client's.
import type { Engine } from "../../schemas/scalar.ts"
import { dullStretch } from "./dull-stretch.ts"
import type { Heard, StatementWalk } from "./heard.ts"
import { longestDelimiter, statementText } from "./statement-text.ts"
import { aVersionAtMost, insideOf, type WalkState } from "./walk-state.ts"

const longestCommand = 256 * 1024
const endOfRowsBegun = /\n\\\.?\r?$/
/** What is passed over at once in statements must not hold it. */
const usualDelimiter = /^[^0-9 ,.()=]+$/
const identifier = /[A-Za-z0-9_\x80-\xff$]/
const blank = /\s/

export function statementWalk(engine: Engine, heard: Heard): StatementWalk {
  const isPostgres = engine === "postgres"
  let state: WalkState = "code"
  const said = statementText()
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
  /** Bytes up to and with the one that is looked at, and where what is under way began. */
  let seen = 0
  let begun = 0

  const ended = () => tell(said.upTo(delimiter))
  const span = () => ({ from: begun, until: seen })
  const tell = (text: string) => {
    if (text !== "" && heard.statement(text, said.named(), span()) === "rows follow") rowsNext = true
    forget()
  }
  const tellCommand = () => {
    const isAlone = aVersionAtMost.test(said.code())
    heard.command(command, span(), isAlone)
    if (isAlone) forget()
  }
  const forget = () => {
    said.clear()
    begun = seen
  }
  const newLine = () => {
    if (rowsNext) {
      rowsNext = false
      state = "rows"
      tail = "\n"
      return
    }
    const wanted = isPostgres ? null : /^\s*delimiter\s+(\S+)/i.exec(said.code())
    if (wanted) {
      delimiter = (wanted[1] ?? ";").slice(0, longestDelimiter)
      forget()
    }
  }
  const namesDelimiter = () => !isPostgres && said.code().length < 64 && /^\s*delimiter\b/i.test(said.code())
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
        said.cut(2)
        if (c === "\n") endComment()
        return
      }
    }
    if (c === "'") {
      const letter = isPostgres && /(^|[^A-Za-z0-9_\x80-\xff$])[eE]$/.test(said.recent().slice(-2))
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
        said.cut(1)
        return
      }
      dashes = true
    } else if (c === "*" && before === "/") {
      state = isPostgres ? "comment" : "comment begins"
      depth = 1
      said.cut(1)
      tail = ""
      consumed = true
      return
    } else if (c === "$" && isPostgres && !identifier.test(before)) {
      state = "dollar tag"
      tag = "$"
    }
    said.add(c)
    if (c === "\n") newLine()
    else if (state === "code" && said.recent().endsWith(delimiter) && !namesDelimiter()) ended()
  }
  const endComment = () => {
    state = "code"
    said.add(" ")
    newLine()
  }
  const inQuoted = (c: string) => {
    if (closing) {
      closing = false
      if (c === quote) {
        if (quote !== "'") said.name(c + c)
        return
      }
      said.add(quote)
      state = "code"
      step(c)
    } else if (escaped) escaped = false
    else if (escapes && c === "\\") escaped = true
    else if (c === quote) closing = true
    else if (quote !== "'") said.name(c)
  }
  const inComment = (c: string) => {
    const pair = before + c
    if (isPostgres && pair === "/*") depth++
    else if (pair === "*/") depth--
    else return
    if (depth === 0) {
      state = "code"
      said.add(" ")
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
    said.add(c)
    tag += c
    if (c === "$") {
      state = "dollar"
      tail = ""
    } else if (!identifier.test(c) || (tag.length === 2 && /\d/.test(c))) {
      state = "code"
      said.cut(1)
      step(c)
    }
  }
  const inDollar = (c: string) => {
    tail = (tail + c).slice(-tag.length)
    if (tail === tag) state = "code"
  }
  const inRows = (c: string) => {
    tail = (tail + c).slice(-5)
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
        if (c !== "\n") command += command.length < longestCommand ? c : ""
        else {
          state = "code"
          tellCommand()
          newLine()
        }
    }
  }
  const isHeld = () =>
    escaped ||
    closing ||
    dashes ||
    (state === "rows" && endOfRowsBegun.test(tail)) ||
    (state === "code" && !usualDelimiter.test(delimiter))
  /** Goes over a stretch at once in which nothing ends or begins. */
  const pass = (stretch: string) => {
    seen += stretch.length
    before = stretch.charAt(stretch.length - 1)
    if (state === "code") said.add(stretch)
    else if (state === "quoted" && quote !== "'") said.name(stretch)
    else if (state === "rows" || state === "dollar") tail = (tail + stretch).slice(-tag.length - 5)
  }
  return {
    push(chunk) {
      const text = chunk.toString("latin1")
      for (let at = 0; at < text.length; ) {
        const stretch = isHeld() ? "" : dullStretch(text, at, state, quote, escapes)
        if (stretch !== "") {
          at += stretch.length
          pass(stretch)
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
      else if (said.code().trim() !== "") tell(said.code().trim())
    },
  }
}
