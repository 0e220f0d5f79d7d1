// Most of a dump are rows and strings: how far one can pass over them at once, as nothing there could end them.

const rowsEnd = "\\."
/** What must be read one by one before a line of rows that may be the last. */
const lead = 4

/**
 * In characters, from `at`. @param within of a string in single quotes, whether a backslash goes with what follows it; null where
 * everything counts
 */
export function dullStretch(text: string, at: number, within: "rows" | boolean | null): number {
  if (within === null) return 0
  if (within === "rows") {
    const end = text.indexOf(rowsEnd, at)
    return Math.max(0, (end < 0 ? text.length : end) - at - lead)
  }
  const end = text.indexOf("'", at)
  const stretch = end < 0 ? text.slice(at) : text.slice(at, end)
  const backslash = within ? stretch.indexOf("\\") : -1
  return backslash < 0 ? stretch.length : backslash
}
