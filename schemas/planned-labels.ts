// Keys of a job that are read and checked already, and carried out by a later version: each says what happens instead.
import { z } from "zod"
import { NamesOrNone } from "./label-values.ts"
import { notYet } from "./not-yet.ts"
import { Schedule } from "./scalar.ts"

export const plannedLabels = {
  verify: notYet(
    z.enum(["checksum", "read", "drill"]).optional(),
    "How far a stored backup is checked: its `checksum`, a full `read` by the engine's tool, or a `drill`, which restores it.",
    "each dump is proven while it is stored, and not read again",
  ),
  "verify.schedule": notYet(Schedule.optional(), "When it is checked again.", "it is not read again"),
  "verify.query": notYet(
    z.record(z.string(), z.string()).prefault({}),
    "A query whose answer a drill compares.",
    "there are no drills",
  ),
  notify: notYet(NamesOrNone.optional(), "Names of the operator's channels.", "nobody is notified"),
  ping: notYet(NamesOrNone.optional(), "Names of the operator's dead man's switches.", "none is called"),
}
