// A stored backup checked again, long after it was proven: how far, of which copy, and what came of it.
import { z } from "zod"
import { Problem } from "./errors.ts"
import { Bytes, Instant } from "./scalar.ts"

/**
 * `checksum`: the bytes of a copy are those that left the server. `read`: besides, the engine's own tool reads the dump to its
 * end. `drill`: besides, it is restored into a throw-away server and compared. Each proves what those before it do.
 */
export const verifyLevels = ["checksum", "read", "drill"] as const
export const VerifyLevel = z.enum(verifyLevels)
export type VerifyLevel = z.output<typeof VerifyLevel>

const base = {
  level: VerifyLevel,
  /** Whose copy was read. */
  destination: z.string(),
  startedAt: Instant,
  finishedAt: Instant,
  readBytes: Bytes,
}

export const Verification = z.discriminatedUnion("outcome", [
  /**
   * `report`: what was seen, in words, one line a fact. `recoverySeconds`, of a drill: from the start of reading to the end of the
   * comparison, which is how soon the database can be back.
   */
  z.object({
    ...base,
    outcome: z.literal("passed"),
    report: z.array(z.string()),
    recoverySeconds: z.number().nonnegative().optional(),
  }),
  /** The copy or the dump is not good. Not being able to look is no verification at all. */
  z.object({ ...base, outcome: z.literal("failed"), problem: Problem }),
])
export type Verification = z.output<typeof Verification>
