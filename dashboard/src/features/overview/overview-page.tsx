// Are my backups healthy? The verdict, what needs a person, what runs now, and every database.
import { useQuery } from "@tanstack/react-query"
import { AllPaused } from "../../components/all-paused.tsx"
import { Connections } from "../../components/connections.tsx"
import { Loaded } from "../../components/loading.tsx"
import { Page } from "../../components/page.tsx"
import { databasesQuery } from "../../lib/queries/databases.ts"
import { statusQuery } from "../../lib/queries/status.ts"
import { Attention } from "./attention.tsx"
import { DatabaseTable } from "./database-table.tsx"
import { ExposureNotice } from "./exposure-notice.tsx"
import { FirstSteps } from "./first-steps.tsx"
import { NextRuns } from "./next-runs.tsx"
import { RunningNow } from "./running-now.tsx"
import { ToBeTriedAgain } from "./to-be-tried-again.tsx"
import { VerdictLine } from "./verdict-line.tsx"

export function OverviewPage() {
  const status = useQuery(statusQuery())
  const databases = useQuery(databasesQuery())
  return (
    <Page title="Overview" heading={status.data ? <VerdictLine verdict={status.data.verdict} /> : "Overview"}>
      <Loaded query={status} what="the state of the backups" rows={6}>
        {(status) => (
          <>
            <ExposureNotice listening={status.listening} />
            <AllPaused by={status.pausedBy} />
            <div className="grid gap-x-10 lg:grid-cols-[minmax(0,1fr)_17rem]">
              <div className="min-w-0">
                <FirstSteps status={status} />
                <Attention items={status.verdict.attention} databases={databases.data ?? []} />
                <RunningNow />
                <ToBeTriedAgain />
                <Loaded query={databases} what="the databases" rows={5}>
                  {(databases) => <DatabaseTable databases={databases} />}
                </Loaded>
              </div>
              <aside aria-label="Schedule and connections">
                <NextRuns databases={databases.data ?? []} />
                <Connections status={status} />
              </aside>
            </div>
          </>
        )}
      </Loaded>
    </Page>
  )
}
