// Of what, by which job, when: what is true of a run in any state.
import { Link } from "wouter"
import type { Run } from "../../../../schemas/run.ts"
import { Fact, Facts } from "../../components/facts.tsx"
import { Try } from "../../components/next-try.tsx"
import { RunDuration } from "../../components/runs-table.tsx"
import { Age, Time } from "../../components/time.tsx"
import { serverPath } from "../../lib/paths.ts"
import { jobName, triggerWords } from "../../lib/words.ts"

export function RunFacts({ run }: { readonly run: Run }) {
  const startedAt = "startedAt" in run ? run.startedAt : null
  return (
    <Facts>
      <Fact name="Server">
        <Link href={serverPath(run.serverId)} className="link">
          {run.serverName}
        </Link>
        , job {jobName(run)}
      </Fact>
      <Fact name="Started by">
        {run.attempt === 1 ? (
          triggerWords[run.trigger]
        ) : (
          <>
            itself, as <Try run={run} />
          </>
        )}
      </Fact>
      <Fact name="Asked for">
        <Time at={run.queuedAt} zone focusable />
      </Fact>
      {startedAt && (
        <Fact name="Started">
          <Time at={startedAt} zone focusable />
        </Fact>
      )}
      {"finishedAt" in run && (
        <Fact name="Finished">
          <Time at={run.finishedAt} zone focusable />, <Age at={run.finishedAt} />
          {startedAt && (
            <>
              , after <RunDuration run={run} />
            </>
          )}
        </Fact>
      )}
      <Fact name="Id">
        <code className="font-mono text-xs wrap-anywhere text-muted">{run.id}</code>
      </Fact>
    </Facts>
  )
}
