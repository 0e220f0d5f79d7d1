// Every job: when it runs in its own zone, its next runs, what it keeps, and where each value comes from.
import { useQuery } from "@tanstack/react-query"
import { Link } from "wouter"
import { AllPaused } from "../../components/all-paused.tsx"
import { JobSummary } from "../../components/job-summary.tsx"
import { LabelExample } from "../../components/label-example.tsx"
import { Loaded } from "../../components/loading.tsx"
import { Page, Section } from "../../components/page.tsx"
import { databasesPath, serverPath } from "../../lib/paths.ts"
import { schedulesQuery } from "../../lib/queries/schedules.ts"
import { statusQuery } from "../../lib/queries/status.ts"
import { PauseAll } from "./pause-all.tsx"

export function SchedulesPage() {
  const jobs = useQuery(schedulesQuery())
  const paused = useQuery(statusQuery()).data?.pausedBy ?? null
  return (
    <Page title="Schedules" actions={<PauseAll jobs={jobs.data ?? []} />}>
      <AllPaused by={paused} />
      <Loaded query={jobs} what="the schedules" rows={8}>
        {(jobs) =>
          jobs.length === 0 ? (
            <NoJobs />
          ) : (
            <div className="grid gap-x-12 xl:grid-cols-2">
              {jobs.map((job) => (
                <Section
                  key={job.id}
                  title={
                    <>
                      <Link href={serverPath(job.serverId)} className="link">
                        {job.serverName}
                      </Link>
                      , job {job.name}
                    </>
                  }
                  note={<code className="font-mono">{job.schedule}</code>}
                >
                  <JobSummary job={job} />
                </Section>
              ))}
            </div>
          )
        }
      </Loaded>
    </Page>
  )
}

function NoJobs() {
  return (
    <>
      <p className="mb-3 max-w-prose text-sm">
        Nothing is scheduled: no container asks for backups. What was found is under{" "}
        <Link href={databasesPath} className="link">
          Databases
        </Link>
        .
      </p>
      <LabelExample />
    </>
  )
}
