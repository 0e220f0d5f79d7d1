// Most of a dump are rows, strings and numbers: how far one can pass over the text at once, as nothing there begins or ends anything.
import type { WalkState } from "./walk-state.ts"

const plain: Partial<Record<WalkState, RegExp>> = {
  // No character of a delimiter that anybody takes, and none that begins something else.
  code: /[0-9 ,.()=]+/y,
  "line comment": /[^\n]+/y,
  comment: /[^*/]+/y,
  dollar: /[^$]+/y,
}
const escaping: Readonly<Record<string, RegExp>> = { "'": /[^'\\]+/y, '"': /[^"\\]+/y, "`": /[^`]+/y }
const doubling: Readonly<Record<string, RegExp>> = { "'": /[^']+/y, '"': /[^"]+/y, "`": /[^`]+/y }
const rowsEnd = "\\."
/** What must be read one by one before a line of rows that may be the last. */
const lead = 4

/** Empty when the next character counts. @param escapes of a quoted text, whether a backslash goes with what follows it */
export function dullStretch(
  text: string,
  at: number,
  state: WalkState,
  quote: string,
  escapes: boolean,
): string {
  if (state === "rows") {
    const end = text.indexOf(rowsEnd, at)
    return text.slice(at, Math.max(at, (end < 0 ? text.length : end) - lead))
  }
  const stretch = state === "quoted" ? (escapes ? escaping : doubling)[quote] : plain[state]
  if (!stretch) return ""
  stretch.lastIndex = at
  return stretch.exec(text)?.[0] ?? ""
}
