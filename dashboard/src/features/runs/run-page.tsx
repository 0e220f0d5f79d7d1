// One run: what came of it and why, which try it is, its backups, its log. It can be ended while it waits, runs, or is to be tried again.
import { useQuery } from "@tanstack/react-query"
import { Link } from "wouter"
import type { getRun } from "../../../../schemas/api.ts"
import type { Run } from "../../../../schemas/run.ts"
import { FailureReport } from "../../components/failure-report.tsx"
import { Loaded } from "../../components/loading.tsx"
import { LogView } from "../../components/log-view.tsx"
import { Name } from "../../components/name.tsx"
import { Page, Section } from "../../components/page.tsx"
import { State } from "../../components/state.tsx"
import { whatFollows } from "../../components/what-follows.tsx"
import type { ResponseOf } from "../../lib/api.ts"
import { serverPath, useIdInPath } from "../../lib/paths.ts"
import { runLogsQuery } from "../../lib/queries/backups.ts"
import { recentRunsQuery, runQuery } from "../../lib/queries/runs.ts"
import { runWords } from "../../lib/words.ts"
import { BackupsOfRun } from "./backups-of-run.tsx"
import { RunActions } from "./run-actions.tsx"
import { RunFacts } from "./run-facts.tsx"
import { Tries } from "./tries.tsx"

export function RunPage() {
  const one = useQuery(runQuery(useIdInPath()))
  const run = one.data?.run
  return (
    <Page
      title={run ? `Run on ${run.serverName}` : "Run"}
      heading={run && <Heading run={run} />}
      actions={run && <RunActions run={run} />}
    >
      <Loaded query={one} what="this run" rows={8}>
        {(one) => <RunParts {...one} />}
      </Loaded>
    </Page>
  )
}

function Heading({ run }: { readonly run: Run }) {
  return (
    <span className="flex flex-wrap items-baseline gap-x-3">
      <span>
        Run on{" "}
        <Link href={serverPath(run.serverId)} className="hover:underline">
          <Name of={run.serverName} />
        </Link>
      </span>
      <span role="status" className="text-sm font-normal">
        <State {...runWords[run.status]} />
      </span>
    </span>
  )
}

function RunParts({ run, backups }: ResponseOf<typeof getRun>) {
  const logs = useQuery(runLogsQuery(run.id))
  const recent = useQuery(recentRunsQuery(run.serverId)).data?.rows ?? []
  const some = run.status === "partial" || backups.some(({ status }) => status === "completed")
  const live = run.status === "queued" || run.status === "running"
  return (
    <>
      {"error" in run && (
        <FailureReport
          what={`${some ? "Not all of " : ""}${run.serverName} was ${some ? "" : "not "}backed up`}
          problem={run.error}
          lines={logs.data ?? []}
          next={whatFollows(run, recent)}
        />
      )}
      <Section title={live ? "Progress" : "Facts"}>
        {run.status === "queued" && (
          <p className="pt-3 text-sm">It waits for its turn: a server has one run at a time.</p>
        )}
        {run.status === "running" && backups.length === 0 && (
          <p className="pt-3 text-sm">
            Nothing is dumped yet: it looks at the server, or waits for it. The log says more.
          </p>
        )}
        <RunFacts run={run} />
      </Section>
      <Tries run={run} recent={recent} />
      <BackupsOfRun run={run} backups={backups} />
      <Section title="Log">
        <Loaded query={logs} what="the log">
          {(lines) => <LogView lines={lines} live={live} fileName={`run-${run.id}.log`} />}
        </Loaded>
      </Section>
    </>
  )
}
