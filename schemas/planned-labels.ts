// Keys of a job that are read and checked already, and carried out by a later version: each says what happens instead.
import { NamesOrNone } from "./label-values.ts"
import { notYet } from "./not-yet.ts"

export const plannedLabels = {
  notify: notYet(NamesOrNone.optional(), "Names of the operator's channels.", "nobody is notified"),
  ping: notYet(NamesOrNone.optional(), "Names of the operator's dead man's switches.", "none is called"),
}
