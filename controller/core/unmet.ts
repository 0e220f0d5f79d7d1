// What labels ask for and do not get: from this version, or from the destinations.
import type { Problem } from "../../schemas/errors.ts"
import type { Engine } from "../../schemas/scalar.ts"
import type { JobSpec } from "./labels.ts"
import { lockProblems } from "./lock-problems.ts"
import { notInForce } from "./not-in-force.ts"

export interface Unmet {
  /** What the jobs go on without. */
  readonly notes: readonly Problem[]
  /** What a backup without it would betray: somebody who asked for a lock must not find that a copy was deleted. */
  readonly stopping: readonly Problem[]
}

export function unmet(
  jobs: readonly JobSpec[],
  engine: Engine | null,
  operator: {
    readonly prefix: string
    readonly destinations: readonly string[]
    readonly lockable?: readonly string[]
  },
): Unmet {
  const { notes, stopping } = lockProblems(jobs, { lockable: [], ...operator })
  return { notes: [...notInForce(jobs, engine), ...notes], stopping }
}
