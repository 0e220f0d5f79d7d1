// Which ways of restoring there are for what is to be restored, and what can be chosen in each. The controller has the last word: its plan.
import type { Content, RestoreMode } from "../../../../schemas/restore.ts"
import type { Subject } from "./subject.ts"

/** The first is the one to recommend. */
export function modesFor({ of, form, holds }: Subject): readonly RestoreMode[] {
  if (of === "globals") return ["globals"]
  // Nobody knows what it makes.
  if (form === "script") return ["new"]
  if (holds === "rows alone") return ["clean"]
  if (holds === "a part") return ["new", "clean"]
  return ["new", "swap", "clean", "replace", ...(of === "server" ? (["globals"] as const) : [])]
}

/** Those that go into a database that is there, and are asked for by its name. */
export const intoExisting = (mode: RestoreMode): boolean => mode !== "new" && mode !== "globals"

/** The first is what is restored when nothing is chosen. */
export function contentsFor(mode: RestoreMode, subject: Subject): readonly Content[] {
  if (mode === "clean" && subject.holds === "rows alone") return ["data"]
  if (!canBeTakenApart(subject)) return ["all"]
  if (mode === "new") return ["all", "schema"]
  return mode === "clean" ? ["all", "schema", "data"] : ["all"]
}

export function offersTables(mode: RestoreMode, subject: Subject): boolean {
  const { tables } = subject
  return (
    (mode === "new" || mode === "clean") && canBeTakenApart(subject) && tables !== null && tables.length > 1
  )
}

/** In statements of PostgreSQL, and in anybody's, tables and rows cannot be told apart. */
const canBeTakenApart = ({ form, engine }: Subject): boolean =>
  form === "archive" || (form === "statements" && engine !== "postgres")

/** Only PostgreSQL's objects have owners, and only its archives can be loaded without. */
export const offersOwners = (mode: RestoreMode, { form }: Subject): boolean =>
  mode === "new" && form === "archive"

/** pg_restore alone loads with several processes, and only what goes into a database that nobody uses yet. */
export const offersJobs = (mode: RestoreMode, { form, engine }: Subject): boolean =>
  (mode === "new" || mode === "swap") && form === "archive" && engine === "postgres"

/** What becomes of the database that is there when such a restore breaks off. */
export type WhenItFails = "nothing happened" | "a mixture"

/** PostgreSQL can do all of it in one transaction; the others cannot take back what they did to a table. */
export function whenItFails(mode: RestoreMode, { engine }: Subject): WhenItFails {
  const inPlace = mode === "clean" || mode === "replace"
  return inPlace && engine !== "postgres" ? "a mixture" : "nothing happened"
}
