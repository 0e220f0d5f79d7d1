// The chain of tries that a run belongs to: each with what came of it, and when the next one is.
import { useQuery } from "@tanstack/react-query"
import { Link } from "wouter"
import type { Run } from "../../../../schemas/run.ts"
import { NextTry } from "../../components/next-try.tsx"
import { Section } from "../../components/page.tsx"
import { State } from "../../components/state.tsx"
import { Time } from "../../components/time.tsx"
import { runPath } from "../../lib/paths.ts"
import { runQuery } from "../../lib/queries/runs.ts"
import { chainOf, nextTryAt } from "../../lib/tries.ts"
import { runWords } from "../../lib/words.ts"

interface Props {
  readonly run: Run
  /** The last runs of its server: a chain is short, so the rest of it is among them, but for an old first try. */
  readonly recent: readonly Run[]
}

export function Tries({ run, recent }: Props) {
  const first = useQuery({ ...runQuery(run.retryOf ?? run.id), enabled: run.retryOf !== null }).data?.run
  const chain = chainOf(run, first ? [first, ...recent] : recent)
  if (chain.length === 1 && nextTryAt(run) === null) return null
  return (
    <Section title="Tries">
      <ol>
        {chain.map((one) => (
          <li key={one.id} className="border-b border-line py-2 text-sm">
            <div className="flex flex-wrap items-baseline gap-x-4 gap-y-0.5">
              <span className="w-12 tabular-nums">Try {one.attempt}</span>
              <State {...runWords[one.status]} />
              {one.id === run.id ? (
                <span>
                  <Time at={one.queuedAt} />, this run
                </span>
              ) : (
                <Link href={runPath(one.id)} className="link">
                  <Time at={one.queuedAt} />
                </Link>
              )}
              <NextTry run={one} />
            </div>
            {"error" in one && <p className="text-xs text-muted">{one.error.message}</p>}
          </li>
        ))}
      </ol>
    </Section>
  )
}
