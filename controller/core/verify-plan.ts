// Which copies of a backup are read again, and what a look at one can find.
import { type CompletedBackup, type Copy, isBad } from "../../schemas/backup.ts"
import type { Problem } from "../../schemas/errors.ts"
import type { VerifyLevel } from "../../schemas/verification.ts"
import { Fault } from "./fault.ts"

/** What was seen. `of`: whether the one copy is bad, and another may be whole, or the dump itself, which all copies hold. */
export type Finding =
  | {
      readonly good: true
      readonly report: readonly string[]
      /** Of a drill. */
      readonly recoverySeconds?: number
    }
  | { readonly good: false; readonly of: "copy" | "dump"; readonly problem: Problem }

/** A copy whose bytes are at their place, right or wrong. */
export type ReadableCopy = Exclude<Copy, { state: "deleted" }>

/**
 * The copies to be read: the named one, else every stored one; when none is stored any more, the bad ones, for somebody may have
 * put the bytes back. Throws a Fault when there is none.
 */
export function copiesToVerify(
  { id, copies }: Pick<CompletedBackup, "id" | "copies">,
  destination: string | null,
): readonly ReadableCopy[] {
  const bad = copies.filter((copy): copy is ReadableCopy => isBad(copy))
  const stored = copies.filter((copy): copy is ReadableCopy => copy.state === "stored")
  const chosen =
    destination === null
      ? stored.length > 0
        ? stored
        : bad
      : [...stored, ...bad].filter((copy) => copy.destination === destination)
  if (chosen.length > 0) return chosen
  const at = copies.map((copy) => `${copy.destination}: ${copy.state}`).join(", ")
  throw new Fault(
    "not-found",
    destination === null
      ? `backup ${id} is stored nowhere (${at})`
      : `backup ${id} is not stored at ${destination} (${at})`,
    { hint: "GET the backup: its copies say where it is." },
  )
}

/** A level that is to come. */
export function noSuchLevel(level: VerifyLevel): Fault {
  return new Fault("restore-unsupported", `this version cannot verify a backup by a ${level} yet`, {
    hint: "checksum and read are there. For a proof by a restore, restore it into a new database and look at that.",
  })
}
