// Which copies at one destination are read again by themselves now: those that were not for long, a share of them a day.
import type { CopyToRead, ReadShare } from "../ports.ts"

export interface SweepSettings {
  /** Each copy is read about so often. Null: none is by itself. */
  readonly everySeconds: number | null
  /** How fast at most. Null: as fast as it can be. */
  readonly bytesPerSecond: number | null
}

export interface SweepNow {
  readonly now: Date
  /** Of the destination, the one that was read longest ago first. */
  readonly copies: readonly CopyToRead[]
  /** What was read there in the last 24 hours. */
  readonly lastDay: Pick<ReadShare, "copies" | "readCopies">
  /** Runs are at work: only what is overdue goes on. */
  readonly busy: boolean
  /** Those that could not be looked at a short while ago. */
  readonly held: ReadonlySet<string>
}

export interface SweepPlan {
  readonly read: readonly CopyToRead[]
  /** When to look again, if nothing of it is to be read. */
  readonly restUntil: Date
}

const daySeconds = 24 * 3600
/** Twice what is needed to keep up: many old copies are caught up on in half the time, and not in one night. */
const shareFactor = 2
/** So much later than it should, it is read whether runs are at work or not: on some machines they always are. */
const overdueFactor = 1.25
const busyRestSeconds = 60
const longestRestSeconds = 6 * 3600
const heldRestSeconds = 600

/** Of many that are due, the oldest as far as a day's share goes. How large they are is for the rate to slow down. */
export function sweepPlan({ everySeconds }: SweepSettings, around: SweepNow): SweepPlan {
  const { now, copies, lastDay, busy, held } = around
  const rest = (seconds: number) => new Date(now.getTime() + Math.min(seconds, longestRestSeconds) * 1000)
  if (everySeconds === null || copies.length === 0) return { read: [], restUntil: rest(longestRestSeconds) }
  const age = ({ lastReadAt }: CopyToRead) => (now.getTime() - lastReadAt.getTime()) / 1000
  const limit = everySeconds * (busy ? overdueFactor : 1)
  const due = copies.filter((copy) => age(copy) >= limit)
  if (due.length === 0) {
    const oldest = Math.max(...copies.map(age))
    return { read: [], restUntil: rest(oldest >= everySeconds ? busyRestSeconds : everySeconds - oldest) }
  }
  const free = due.filter(({ backupId }) => !held.has(backupId))
  if (free.length === 0) return { read: [], restUntil: rest(heldRestSeconds) }
  const share = Math.max(1, Math.ceil((shareFactor * lastDay.copies * daySeconds) / everySeconds))
  const read = free.slice(0, Math.max(0, share - lastDay.readCopies))
  return { read, restUntil: rest(read.length === 0 ? daySeconds / 24 : 0) }
}
