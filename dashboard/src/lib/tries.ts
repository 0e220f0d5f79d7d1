// Which try a run is, in words, and the chain of tries that it belongs to.
import { mostTries } from "../../../schemas/in-force.ts"
import type { JobView } from "../../../schemas/job.ts"
import type { Run } from "../../../schemas/run.ts"

/** `try 2 of 4`; without the whole where the job is gone or its labels allow fewer by now. */
export function tryWords(attempt: number, job: Pick<JobView, "settings"> | undefined): string {
  const most = job === undefined ? null : mostTries(job.settings)
  return most === null || most < attempt ? `try ${attempt}` : `try ${attempt} of ${most}`
}

/** When what failed is tried again; null when it is not, or was already. */
export function nextTryAt(run: Run): string | null {
  return "retryAt" in run ? run.retryAt : null
}

/** The runs that tried the same, in the order of their tries, this one among them. */
export function chainOf(run: Run, others: readonly Run[]): readonly Run[] {
  const first = run.retryOf ?? run.id
  const chain = new Map(
    [run, ...others].filter((one) => (one.retryOf ?? one.id) === first).map((one) => [one.id, one]),
  )
  return [...chain.values()].sort((a, b) => a.attempt - b.attempt)
}
