// Which ways of restoring there are for what is to be restored, and what can be chosen in each. The controller has the last word: its plan.
import type { Content, RestoreMode } from "../../../../schemas/restore.ts"
import type { Subject } from "./subject.ts"

/** The first is the one to recommend. */
export function modesFor(subject: Subject): readonly RestoreMode[] {
  if (subject.of === "globals") return ["globals"]
  if (!subject.whole) return ["new", "clean"]
  return ["new", "swap", "clean", "replace"]
}

/** Those that go into a database that is there, and are asked for by its name. */
export const intoExisting = (mode: RestoreMode): boolean => mode !== "new" && mode !== "globals"

/** The first is what is restored when nothing is chosen. */
export function contentsFor(mode: RestoreMode): readonly Content[] {
  if (mode === "new") return ["all", "schema"]
  return mode === "clean" ? ["all", "schema", "data"] : ["all"]
}

export function offersTables(mode: RestoreMode, { tables }: Subject): boolean {
  return (mode === "new" || mode === "clean") && tables !== null && tables.length > 1
}

/** Only PostgreSQL's objects have owners. */
export const offersOwners = (mode: RestoreMode, { engine }: Subject): boolean =>
  mode === "new" && engine === "postgres"

/** What becomes of the database that is there when such a restore breaks off. */
export type WhenItFails = "nothing happened" | "a mixture"

/** PostgreSQL can do all of it in one transaction; the others cannot take back what they did to a table. */
export function whenItFails(mode: RestoreMode, { engine }: Subject): WhenItFails {
  const inPlace = mode === "clean" || mode === "replace"
  return inPlace && engine !== "postgres" ? "a mixture" : "nothing happened"
}
