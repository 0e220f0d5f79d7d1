// What becomes of a run that failed: when it is tried again, and which try that will be.
import { useQuery } from "@tanstack/react-query"
import type { Run } from "../../../schemas/run.ts"
import { schedulesQuery } from "../lib/queries/schedules.ts"
import { nextTryAt, tryWords } from "../lib/tries.ts"
import { useNow } from "../lib/use-now.ts"
import { Age, Time } from "./time.tsx"

/** `tried again in 3 min, Mon 24 Nov, 14:32 (try 2 of 4)`; nothing for a run that is not. */
export function NextTry({ run }: { readonly run: Run }) {
  const now = useNow()
  const job = useQuery(schedulesQuery()).data?.find(({ id }) => id === run.jobId)
  const at = nextTryAt(run)
  if (at === null) return null
  const which = `(${tryWords(run.attempt + 1, job)})`
  // Its time has come: it waits for its turn.
  if (new Date(at) <= now) return <span>about to be tried again {which}</span>
  return (
    <span>
      tried again <Age at={at} />, <Time at={at} /> {which}
    </span>
  )
}

/** `try 2 of 4` of a run that is a retry; nothing for a first try. */
export function Try({ run }: { readonly run: Run }) {
  const job = useQuery(schedulesQuery()).data?.find(({ id }) => id === run.jobId)
  return run.attempt === 1 ? null : <span>{tryWords(run.attempt, job)}</span>
}
