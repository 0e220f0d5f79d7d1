// Jobs that ask for locks which their destinations cannot give.
import type { Problem } from "../../schemas/errors.ts"
import type { JobSpec } from "./labels.ts"

export interface LockProblems {
  /** Some of the destinations cannot. */
  readonly notes: readonly Problem[]
  /** None can: what was to be kept from being deleted would not be. */
  readonly stopping: readonly Problem[]
}

export function lockProblems(
  jobs: readonly JobSpec[],
  operator: {
    readonly prefix: string
    readonly destinations: readonly string[]
    readonly lockable: readonly string[]
  },
): LockProblems {
  const notes = new Map<string, Problem>()
  const stopping = new Map<string, Problem>()
  for (const { labels, writtenAs } of jobs) {
    if (labels.lock === "none") continue
    const names = labels.destinations ?? operator.destinations
    const unable = names.filter((name) => !operator.lockable.includes(name))
    if (unable.length === 0) continue
    const key = writtenAs.lock ?? `${operator.prefix}.lock`
    const none = unable.length === names.length
    const where = unable.join(" and ")
    ;(none ? stopping : notes).set(key, {
      code: "label-not-in-force",
      message: none
        ? `no destination of the job can lock a copy: ${where} cannot`
        : `copies at ${where} are not locked: only a bucket with a lockMode can do that`,
      hint: none
        ? "Nothing is backed up by these labels. Give a bucket with object lock a lockMode in the settings, or remove the label."
        : "Those elsewhere are. Name only such buckets with the label destinations when that is not enough.",
      key,
      suggestion: null,
    })
  }
  return { notes: [...notes.values()], stopping: [...stopping.values()] }
}
