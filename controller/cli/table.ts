// Columns for people: padded to the widest cell, numbers to the right.

/** Rows as lines. Columns whose every cell begins with a digit (or is a dash) are aligned right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const columns = head.map((title, i) => [title, ...rows.map((row) => row[i] ?? "")])
  const widths = columns.map((cells) => Math.max(...cells.map((cell) => cell.length)))
  const right = columns.map(
    ([, ...cells]) =>
      cells.length > 0 &&
      cells.every((cell) => /^[\d-]/.test(cell)) &&
      cells.some((cell) => /^\d+(\.\d+)? /.test(cell)),
  )
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => (right[i] ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join("  ")
      .trimEnd()
  return [line(head), ...rows.map(line)].join("\n")
}

const units = ["B", "KiB", "MiB", "GiB", "TiB"]

/** `1.2 GiB`: base 1024, one decimal from KiB up. */
export function size(bytes: number): string {
  let value = bytes
  let unit = 0
  // 1023.99 would be shown as 1024.0 of the smaller unit.
  while (Number(value.toFixed(1)) >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit++
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`
}

/** `0.8 s`, `2 min 15 s`, `3 h 4 min` */
export function duration(seconds: number): string {
  if (Number(seconds.toFixed(1)) < 60) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}
