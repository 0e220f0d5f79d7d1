// Keys of a job that are read and checked already, and carried out by a later version: each says what happens instead.
import { z } from "zod"
import { NamesOrNone, Percent } from "./label-values.ts"
import { notYet } from "./not-yet.ts"
import { Duration, Schedule, Size } from "./scalar.ts"

const KeyName = z
  .string()
  .regex(/^[a-z0-9-]{1,32}$/, "write the name of a key that the operator defined, or none")
const none = z.literal("none")

export const plannedLabels = {
  encrypt: notYet(
    KeyName.prefault("none"),
    "Name of a key the operator defined, or `none`.",
    "nothing is encrypted, and a server that asks for it is not backed up",
  ),
  method: notYet(
    z.enum(["exec", "helper"]).prefault("exec"),
    "`exec` runs the server's own tool in its own container, `helper` one beside it.",
    "the tool runs in the server's own container",
  ),
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
  "max-shrink": notYet(
    Percent.optional(),
    "A backup that is smaller than the last good one by more is *suspect*.",
    "sizes are recorded, not compared",
  ),
  "rate-limit": notYet(
    z.union([none, Size], { error: "write a size per second such as 20MiB, or none" }).prefault("none"),
    "Bytes per second, such as `20MiB`, or `none`.",
    "a dump goes as fast as it can",
  ),
  lock: notYet(
    z.union([none, Duration], { error: "write a duration such as 30d, or none" }).prefault("none"),
    "For how long a copy cannot be deleted, where the destination can do that, or `none`.",
    "nothing is locked, and a server that asks for it is not backed up",
  ),
  notify: notYet(NamesOrNone.optional(), "Names of the operator's channels.", "nobody is notified"),
  ping: notYet(NamesOrNone.optional(), "Names of the operator's dead man's switches.", "none is called"),
}
