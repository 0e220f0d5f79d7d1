// A table of measurements: minimum, median and maximum of each. It judges nothing: figures depend on the machine.
type Row = readonly [string, string, string, string, string]
const rows: Row[] = []

/** Adds a row, and returns the median. */
export function record(name: string, values: readonly number[], unit: string, note = ""): number {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (i: number) => sorted[i] ?? Number.NaN
  const median =
    sorted.length % 2 === 1
      ? at((sorted.length - 1) / 2)
      : (at(sorted.length / 2 - 1) + at(sorted.length / 2)) / 2
  const fine = ["s", "×", "%"].includes(unit)
  const text = (value: number) => `${value.toFixed(fine ? 2 : 0)} ${unit}`
  rows.push([name, text(at(0)), text(median), text(at(sorted.length - 1)), note])
  return median
}

export function print(): void {
  const head: Row = ["", "min", "median", "max", ""]
  const widths = head.map((_, i) => Math.max(...[head, ...rows].map((row) => row[i]?.length ?? 0)))
  for (const row of [head, ...rows])
    console.log(
      row
        .map((cell, i) => (i === 0 || i === 4 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
        .join("  "),
    )
}
