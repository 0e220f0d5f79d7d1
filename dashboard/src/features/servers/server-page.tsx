// One server: its container, whether it is backed up and why, what is wrong, its jobs and where each value comes from, its databases and runs.
import { useQuery } from "@tanstack/react-query"
import type { ServerDetail } from "../../../../schemas/api.ts"
import { DatabasesOfServer } from "../../components/databases-of-server.tsx"
import { JobSummary } from "../../components/job-summary.tsx"
import { LabelBlock } from "../../components/label-block.tsx"
import { Loaded } from "../../components/loading.tsx"
import { LookAgain } from "../../components/look-again.tsx"
import { Page, Section } from "../../components/page.tsx"
import { State } from "../../components/state.tsx"
import { count } from "../../lib/format.ts"
import { useIdInPath } from "../../lib/paths.ts"
import { serverQuery } from "../../lib/queries/servers.ts"
import { serverState } from "../../lib/words.ts"
import { RemoveServer } from "./remove-server.tsx"
import { RunsOfServer } from "./runs-of-server.tsx"
import { TestConnection } from "./test-connection.tsx"
import { WhySection } from "./why-section.tsx"

export function ServerPage() {
  const server = useQuery(serverQuery(useIdInPath()))
  return (
    <Page
      title={server.data?.name ?? "Server"}
      heading={server.data && <Heading server={server.data} />}
      actions={
        <>
          {server.data?.managed === "api" && server.data.state !== "retired" && (
            <RemoveServer server={server.data} />
          )}
          <LookAgain />
        </>
      }
    >
      <Loaded query={server} what="this server" rows={8}>
        {(server) => (
          <div className="grid gap-x-10 lg:grid-cols-[minmax(0,1fr)_24rem]">
            <div className="min-w-0">
              <WhySection server={server} />
              {server.outside && <TestConnection serverId={server.id} />}
              {server.suggestedLabels && (
                <Section title="Labels to paste">
                  <div className="pt-2">
                    <LabelBlock server={server} labels={server.suggestedLabels} />
                  </div>
                </Section>
              )}
              <Databases server={server} />
              <RunsOfServer serverId={server.id} />
            </div>
            <Jobs server={server} />
          </div>
        )}
      </Loaded>
    </Page>
  )
}

function Heading({ server }: { readonly server: ServerDetail }) {
  return (
    <span className="flex flex-wrap items-baseline gap-x-3">
      <span>{server.name}</span>
      <span role="status" className="text-sm font-normal">
        <State {...serverState(server)} />
      </span>
    </span>
  )
}

function Databases({ server }: { readonly server: ServerDetail }) {
  const { databases } = server
  return (
    <Section title="Databases" note={databases.length > 0 ? count(databases.length, "database") : undefined}>
      {databases.length > 0 ? (
        <DatabasesOfServer server={server} databases={databases} />
      ) : (
        <p className="max-w-prose py-2 text-sm text-muted">
          {server.state === "active"
            ? "None was seen yet: the server was not looked into."
            : "Not known: a server that asks for no backup is not looked into."}
        </p>
      )}
    </Section>
  )
}

function Jobs({ server }: { readonly server: ServerDetail }) {
  return (
    <aside aria-label="What is in force">
      {server.schedules.length === 0 && (
        <Section title="Jobs">
          <p className="py-2 text-sm text-muted">No job backs this server up.</p>
        </Section>
      )}
      {server.schedules.map((job) => (
        <Section key={job.id} title={`Job ${job.name}`}>
          <JobSummary job={job} unfolded={job === server.schedules[0]} />
        </Section>
      ))}
    </aside>
  )
}
