// Whether a dump can fit where it is to be stored, decided before it begins: half an hour of locks for a full disk helps nobody.
import { Fault } from "./fault.ts"

/** What a destination must have left, whatever the dump: less than this holds no backup worth the name. */
const floorBytes = 1024 * 1024

/** What is expected of a dump: the stored size of the last good one like it, or null when there is none. */
export type ExpectedBytes = number | null

/** Room for a database that grew by a twentieth since. One that shrank, or grew more, is only known when it is dumped. */
export function neededBytes(expected: ExpectedBytes): number {
  return floorBytes + Math.ceil((expected ?? 0) * 1.05)
}

/** Throws a Fault, `disk-full`. @param free null where nobody can say: then it is tried */
export function requireRoom(
  { name, location }: { readonly name: string; readonly location: string },
  free: number | null,
  expected: ExpectedBytes,
): void {
  const needed = neededBytes(expected)
  if (free === null || free >= needed) return
  const last = expected === null ? "" : `, the last good one took ${inMebibytes(expected)}`
  throw new Fault(
    "disk-full",
    `${name} (${location}) has ${inMebibytes(free)} left, and a backup needs ${inMebibytes(needed)}${last}`,
    { hint: "Nothing was dumped for it. Free some space or lower the retention, then run the backup again." },
  )
}

function inMebibytes(bytes: number): string {
  const mebibytes = bytes / 2 ** 20
  return `${mebibytes < 10 ? mebibytes.toFixed(1) : Math.round(mebibytes)} MiB`
}
