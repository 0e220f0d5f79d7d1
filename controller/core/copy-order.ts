// In which order the copies of a backup are tried where one is enough, and what says that another one may do better: all of them
// hold the same bytes, and what is near costs no traffic.
import { type CompletedBackup, type Copy, isBad } from "../../schemas/backup.ts"
import type { Problem } from "../../schemas/errors.ts"
import type { Destination } from "../ports.ts"
import { Fault } from "./fault.ts"
import type { ReadableCopy } from "./verify-plan.ts"

export type StoredCopy = Extract<Copy, { state: "stored" }>

/** The backup with its copies in the order in which they are tried: in folders, in buckets, at destinations that are not defined any more. */
export function nearestFirst<B extends Pick<CompletedBackup, "copies">>(
  backup: B,
  kindOf: (destination: string) => Destination["kind"] | undefined,
): B {
  const rank = ({ destination }: Copy) => ["local", "s3", undefined].indexOf(kindOf(destination))
  return { ...backup, copies: backup.copies.toSorted((a, b) => rank(a) - rank(b)) }
}

export const storedCopies = ({ copies }: Pick<CompletedBackup, "copies">): readonly StoredCopy[] =>
  copies.filter((copy): copy is StoredCopy => copy.state === "stored")

/** Those that may be restored from: the stored ones; where none is, the bad ones, for somebody may have put the bytes back. Each is proven first. */
export const copiesToTry = (backup: Pick<CompletedBackup, "copies">): readonly ReadableCopy[] => {
  const stored = storedCopies(backup)
  return stored.length > 0 ? stored : backup.copies.filter((copy): copy is ReadableCopy => isBad(copy))
}

/** Whether the failure is of one copy, or of the place where it is. Anything else would be the same with every other copy. */
export const isOfOneCopy = ({ code }: Pick<Problem, "code">): boolean => ofOneCopy.has(code)

const ofOneCopy: ReadonlySet<Problem["code"]> = new Set([
  "copy-mismatch",
  "copy-missing",
  "destination-unavailable",
  "destination-unknown",
  // It was deleted while it was read.
  "not-found",
])

export const storedNowhere = (): Fault =>
  new Fault("copy-missing", "no destination holds this backup any more", { hint: "Choose another backup." })
