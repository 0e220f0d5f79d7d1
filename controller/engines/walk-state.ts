// Where a walk over statements is, and what of it is left open when the text ends there.

export type WalkState =
  | "code"
  | "quoted"
  | "line comment"
  | "comment"
  | "comment begins"
  | "dollar tag"
  | "dollar"
  | "command"
  | "rows"

const unclosed: Partial<Record<WalkState, string>> = {
  quoted: "a string or a quoted name",
  comment: "a comment",
  dollar: "a quoted text",
  rows: "the rows of a table",
}

/** In words; null where a text may end. */
export const insideOf = (state: WalkState): string | null => unclosed[state] ?? null

/** MariaDB's tool begins with a command in a comment of some version. */
export const aVersionAtMost = /^\s*\d*\s*$/
