// Tells the statements of a MySQL or MariaDB dump apart as its bytes pass, as the engine's own client does: text in strings, names and
// comments ends none, and DELIMITER says what does. What is to become of each is asked once enough of it has passed.
import { Fault } from "../core/fault.ts"
import type { Rewriter } from "../ports.ts"
import { headBytes } from "./mysql-statement.ts"

/** It goes on as it is, goes nowhere, becomes other bytes, or cannot be told yet (of a whole one it must be). */
export type Fate = "pass" | "drop" | Buffer | "more"

export interface Fates {
  /** `text`: the statement, without the comments before it, each byte a character; of one that is not whole, so much as has passed. */
  fate(text: string, isWhole: boolean): Fate
  /** What comes before the statement whose fate was just told. */
  before?(): Buffer | undefined
  /** Comes after all. */
  last?(): Buffer
}

// Of CREATE TABLE and the bodies of routines. A row may be longer, and is never kept.
const mostKeptBytes = 64 * 1024 * 1024

type State = typeof inCode | typeof inQuoted | typeof inLine | typeof inComment
const [inCode, inQuoted, inLine, inComment] = [0, 1, 2, 3] as const
const byteOf = (character: string) => character.charCodeAt(0)
const newline = byteOf("\n")
const quote = byteOf("'")
const doubleQuote = byteOf('"')
const backtick = byteOf("`")
const backslash = byteOf("\\")
const hash = byteOf("#")
const dash = byteOf("-")
const slash = byteOf("/")
const star = byteOf("*")
const exclamation = byteOf("!")
const plus = byteOf("+")
const letterD = byteOf("D")
const letterM = byteOf("M")
/** In code, all else goes by. The delimiter's first byte is looked for beside these. */
const special = new Uint8Array(256)
for (const character of "'\"#-/`") special[byteOf(character)] = 1

const isBlank = (byte: number | undefined) => byte === undefined || byte <= 32
const delimiterWord = /^delimiter[ \t]+(\S+)[^\n]*\n?/i

export function byStatement(fates: Fates): Rewriter {
  let state: State = inCode
  let closing = 0
  let escaped = false
  let delimiter = Buffer.from(";")
  /** What came before the statement's first word: comments and blanks. */
  let lead = 0
  let begun = false
  let fate: Fate = "more"
  let kept: Buffer[] = []
  let keptBytes = 0
  let askedAt = headBytes
  let rest: Buffer = Buffer.alloc(0)

  const begin = () => {
    lead = 0
    begun = false
    fate = "more"
    kept = []
    keptBytes = 0
    askedAt = headBytes
  }
  const keep = (bytes: Buffer) => {
    if (bytes.length === 0) return
    kept.push(bytes)
    keptBytes += bytes.length
  }
  /** What is kept, as characters, without what came before. */
  const text = () => Buffer.concat(kept).toString("latin1", lead)
  const decide = (isWhole: boolean, out: Buffer[]) => {
    fate = begun ? fates.fate(text(), isWhole) : "pass"
    if (fate === "more") {
      if (keptBytes > mostKeptBytes)
        throw new Fault("restore-unsupported", "a statement of the dump is too long to be looked at", {
          hint: "Restore all of the backup, and take from that what is wanted.",
        })
      // Not with each chunk, as all of it is copied.
      askedAt = 2 * (keptBytes - lead)
      return
    }
    const before = fates.before?.()
    if (before) out.push(before)
    if (fate !== "drop") out.push(...(fate === "pass" ? kept : [Buffer.concat(kept).subarray(0, lead), fate]))
    kept = []
  }
  const pass = (bytes: Buffer, isEnd: boolean, out: Buffer[]) => {
    if (fate === "more") {
      keep(bytes)
      if (isEnd || keptBytes - lead >= askedAt) decide(isEnd, out)
    } else if (fate === "pass" && bytes.length > 0) out.push(bytes)
  }

  function scan(data: Buffer, isLast: boolean): Buffer[] {
    const out: Buffer[] = []
    const length = data.length
    // What a comment begins with, and a delimiter, must be seen whole.
    const reach = isLast ? 0 : Math.max(4, delimiter.length)
    let from = 0
    let at = 0
    const first = () => {
      if (begun) return
      lead += at - from
      begun = true
    }
    while (at < length) {
      if (state === inQuoted) {
        for (; at < length; at++) {
          const byte = data[at]
          if (escaped) escaped = false
          else if (byte === closing) break
          else if (byte === backslash && closing !== backtick) escaped = true
        }
        if (at < length) {
          state = inCode
          at++
        }
        continue
      }
      if (state === inLine) {
        const end = data.indexOf(newline, at)
        at = end < 0 ? length : end + 1
        if (end >= 0) state = inCode
        continue
      }
      if (state === inComment) {
        const end = data.indexOf("*/", at)
        if (end >= 0) {
          at = end + 2
          state = inCode
          continue
        }
        // Its end may be cut in two.
        at = isLast ? length : Math.max(at, length - 1)
        break
      }
      const ends = delimiter[0] ?? 0
      if (begun) while (at < length && special[data[at] ?? 0] === 0 && data[at] !== ends) at++
      else while (at < length && isBlank(data[at])) at++
      if (at >= length) break
      if (at + reach > length) break
      const byte = data[at] ?? 0
      if (!begun && (byte & ~32) === letterD && couldName(data, at)) {
        const end = data.indexOf(newline, at)
        if (end < 0 && !isLast) break
        const named = delimiterWord.exec(data.toString("latin1", at, end < 0 ? length : end + 1))
        if (named) {
          at += named[0].length
          delimiter = Buffer.from(named[1] ?? ";", "latin1")
          pass(data.subarray(from, at), true, out)
          from = at
          begin()
          continue
        }
      }
      if (byte === ends && isDelimiter(data, at)) {
        first()
        at += delimiter.length
        pass(data.subarray(from, at), true, out)
        from = at
        begin()
        // It may be longer than the one before.
        if (at + Math.max(4, delimiter.length) > length && !isLast) break
        continue
      }
      if (byte === quote || byte === doubleQuote || byte === backtick) {
        first()
        state = inQuoted
        closing = byte
        at++
      } else if (byte === hash || (byte === dash && data[at + 1] === dash && isBlank(data[at + 2]))) {
        state = inLine
        at++
      } else if (byte === slash && data[at + 1] === star) {
        if (runs(data, at + 2)) {
          first()
          at += 2
        } else {
          state = inComment
          at += 2
        }
      } else {
        first()
        at++
      }
    }
    if (!begun) lead += at - from
    pass(data.subarray(from, at), false, out)
    rest = Buffer.from(data.subarray(at))
    return out
  }

  const isDelimiter = (data: Buffer, at: number) =>
    delimiter.length === 1 || data.compare(delimiter, 0, delimiter.length, at, at + delimiter.length) === 0
  /** What looks like a comment is none: of a version of the server, or a hint. */
  const runs = (data: Buffer, at: number) =>
    data[at] === exclamation || data[at] === plus || (data[at] === letterM && data[at + 1] === exclamation)

  return {
    push: (chunk) => scan(rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk, false),
    end() {
      const out = scan(rest, true)
      if (fate === "more" && keptBytes > 0) decide(true, out)
      const last = fates.last?.()
      return last ? [...out, last] : out
    },
  }
}

/** Whether what begins there is DELIMITER, or is cut off before that can be told. */
function couldName(data: Buffer, at: number): boolean {
  const word = data.toString("latin1", at, at + 10).toLowerCase()
  return /^delimiter[ \t]$/.test(word) || "delimiter".startsWith(word)
}
