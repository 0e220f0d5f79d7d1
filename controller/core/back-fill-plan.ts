// Which copies that a destination missed are made now, in which order, from where. Time and randomness are passed in.
import type { CompletedBackup, Proof } from "../../schemas/backup.ts"
import { retryDelaySeconds } from "./retry-plan.ts"

export interface CopyPlace {
  readonly destination: string
  readonly key: string
}

/** One copy to be made. */
export interface Fill {
  readonly backup: CompletedBackup
  readonly to: CopyPlace
  /** Where the backup is, in the order in which they are tried. */
  readonly from: readonly CopyPlace[]
}

/** What was tried without success, and until when it is left alone. */
export interface Held {
  readonly failures: number
  readonly until: Date
}

export interface Circumstances {
  readonly now: Date
  /** Names of the destinations there are. */
  readonly defined: ReadonlySet<string>
  /** Destinations that are copied to at this moment: one copy at a time for each. */
  readonly busy: ReadonlySet<string>
  /** By the destination's name, and by `copyName`. */
  readonly held: ReadonlyMap<string, Held>
  /** By `copyName`, what a person wants: among what failed as often it goes first, whatever retention says. */
  readonly asked: ReadonlySet<string>
  readonly mostAtOnce: number
  /** Whether retention would keep it at the destination; false also while that cannot be known. */
  readonly isKept: (backup: CompletedBackup, destination: string) => boolean
}

export const copyName = (backupId: string, destination: string): string => `${destination} ${backupId}`

/** What failed least goes first, so that one bad copy holds up no other; then what a person asked for; then the newest. */
export function fillsDue(backups: readonly CompletedBackup[], around: Circumstances): readonly Fill[] {
  const { held, asked, isKept, mostAtOnce } = around
  const nameOf = ({ backup, to }: Fill) => copyName(backup.id, to.destination)
  const failures = (fill: Fill) => held.get(nameOf(fill))?.failures ?? 0
  const rank = (fill: Fill) => (asked.has(nameOf(fill)) ? 0 : 1)
  const busy = new Set(around.busy)
  const due: Fill[] = []
  const waiting = backups.flatMap((backup) => fillsOf(backup, around))
  for (const fill of waiting.toSorted(
    (a, b) =>
      failures(a) - failures(b) ||
      rank(a) - rank(b) ||
      b.backup.finishedAt.localeCompare(a.backup.finishedAt),
  )) {
    if (busy.size >= mostAtOnce) break
    if (busy.has(fill.to.destination)) continue
    if (!asked.has(nameOf(fill)) && !isKept(fill.backup, fill.to.destination)) continue
    busy.add(fill.to.destination)
    due.push(fill)
  }
  return due
}

function fillsOf(backup: CompletedBackup, { now, defined, busy, held }: Circumstances): readonly Fill[] {
  const isHeld = (name: string) => (held.get(name)?.until.getTime() ?? 0) > now.getTime()
  const from = backup.copies.filter(
    ({ state, destination }) => state === "stored" && defined.has(destination),
  )
  if (from.length === 0) return []
  return backup.copies.flatMap(({ state, destination, key }) => {
    if (state !== "failed" || !defined.has(destination) || busy.has(destination)) return []
    if (isHeld(destination) || isHeld(copyName(backup.id, destination))) return []
    return [
      { backup, to: { destination, key }, from: from.map(({ destination, key }) => ({ destination, key })) },
    ]
  })
}

/** Asking a destination costs three small requests, so one that is back is noticed within minutes. */
const longestHoldSeconds = 600

/** After so many failures in a row. A copy's own count and its destination's are kept apart. */
export function heldAfter(failures: number, now: Date, random: number): Held {
  const seconds = Math.min(retryDelaySeconds(failures, random), longestHoldSeconds)
  return { failures, until: new Date(now.getTime() + seconds * 1000) }
}

/** Whether after the copy there is room for as much again: the next dump must not fail for what is only caught up on. */
export function leavesRoom(freeBytes: number | null, { storedBytes }: Pick<Proof, "storedBytes">): boolean {
  return freeBytes === null || freeBytes >= 2 * storedBytes
}
