// Runs that failed and are tried again by themselves: nobody has to do anything yet.
import { useQuery } from "@tanstack/react-query"
import { Link } from "wouter"
import { NextTry } from "../../components/next-try.tsx"
import { Section } from "../../components/page.tsx"
import { runPath } from "../../lib/paths.ts"
import { runsQuery } from "../../lib/queries/runs.ts"
import { nextTryAt } from "../../lib/tries.ts"

/** A retry waits an hour at most, so those that wait are among the newest runs. */
const searched = "100"

export function ToBeTriedAgain() {
  const runs = useQuery(runsQuery({ limit: searched })).data?.rows ?? []
  const waiting = runs.filter((run) => nextTryAt(run) !== null)
  if (waiting.length === 0) return null
  return (
    <Section title="Tried again by itself">
      <ul>
        {waiting.map((run) => (
          <li key={run.id} className="border-b border-line py-2 text-sm">
            <p>
              <Link href={runPath(run.id)} className="link">
                {run.serverName}
              </Link>{" "}
              is <NextTry run={run} />
            </p>
            {"error" in run && <p className="text-xs text-muted">{run.error.message}</p>}
          </li>
        ))}
      </ul>
    </Section>
  )
}
