// Whether a dump holds all that the server's catalogue says is there.
import type { DatabaseFacts, ObjectCounts } from "../../schemas/manifest.ts"
import { Fault } from "./fault.ts"

/** Of one kind, by its plural: how many the dump holds, and how many there are at least. */
export interface Shortfall {
  readonly kind: string
  readonly held: number
  readonly wanted: number
}

/**
 * What is missing. Things can come and go while a dump runs, so of two looks, one before it and one after it, the smaller count
 * is what must be there. More than that is never wrong.
 */
export function shortfalls(
  held: ObjectCounts,
  before: DatabaseFacts,
  after: DatabaseFacts = before,
): readonly Shortfall[] {
  const then = countsOf(before)
  const now = countsOf(after)
  return Object.keys(then)
    .map((kind) => ({
      kind,
      held: held[kind] ?? 0,
      wanted: Math.min(then[kind] ?? 0, now[kind] ?? 0),
    }))
    .filter(({ held, wanted }) => held < wanted)
}

export function incomplete(name: string, missing: readonly Shortfall[]): Fault {
  const what = missing.map(({ kind, held, wanted }) => `${held} of ${wanted} ${kind}`).join(", ")
  return new Fault("dump-incomplete", `the dump of ${name} holds ${what}`, {
    hint: "The tool left things out and called that a success. Check what the dumping user may see, and name another with the label dbbackup.user; look at the server's log.",
  })
}

/** A database that its user sees only a part of cannot be proven to be whole. `hidden`: kinds, each with the right that is missing. */
export function unseen(name: string, hidden: readonly string[]): Fault {
  return new Fault(
    "dump-incomplete",
    `the dumping user cannot see whether ${name} has ${hidden.join(", ")}: they would be left out without an error`,
    {
      hint: "Grant the rights, or name a user that has them with the labels dbbackup.user and dbbackup.password-env.",
    },
  )
}

const countsOf = ({ tables, objects }: DatabaseFacts): ObjectCounts => ({ tables, ...objects })

/** `14 tables, 2 views`; `nothing`. */
export function inWords(counts: ObjectCounts): string {
  const present = Object.entries(counts).filter(([, count]) => count > 0)
  return present.map(([kind, count]) => `${count} ${kind}`).join(", ") || "nothing"
}
