// What became of a run that failed, as a sentence: it is tried again, or was. Undefined where its kind of problem says more.
import type { ReactNode } from "react"
import { Link } from "wouter"
import type { Run } from "../../../schemas/run.ts"
import { runPath } from "../lib/paths.ts"
import { chainOf, nextTryAt } from "../lib/tries.ts"
import { NextTry } from "./next-try.tsx"

/** @param others runs among which the next try is looked for */
export function whatFollows(run: Run | undefined, others: readonly Run[]): ReactNode {
  if (run === undefined) return undefined
  if (nextTryAt(run) !== null) {
    return (
      <>
        It is <NextTry run={run} />.
      </>
    )
  }
  const later = chainOf(run, others).find(({ attempt }) => attempt > run.attempt)
  return (
    later && (
      <>
        It was{" "}
        <Link href={runPath(later.id)} className="link">
          tried again
        </Link>
        .
      </>
    )
  )
}
