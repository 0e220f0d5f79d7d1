// The last runs of one server with their tries, and the way to all of them.
import { useQuery } from "@tanstack/react-query"
import { Link } from "wouter"
import { Loaded } from "../../components/loading.tsx"
import { Section } from "../../components/page.tsx"
import { RunsTable } from "../../components/runs-table.tsx"
import { runsOf } from "../../lib/paths.ts"
import { runsQuery } from "../../lib/queries/runs.ts"

export function RunsOfServer({ serverId }: { readonly serverId: string }) {
  const runs = useQuery(runsQuery({ serverId, limit: "8" }))
  return (
    <Section
      title="Last runs"
      note={
        <Link href={runsOf(serverId)} className="link">
          All runs
        </Link>
      }
    >
      <Loaded query={runs} what="the runs">
        {({ rows }) =>
          rows.length === 0 ? (
            <p className="py-2 text-sm text-muted">None yet.</p>
          ) : (
            <RunsTable runs={rows} caption="Last runs, newest first" withServer={false} />
          )
        }
      </Loaded>
    </Section>
  )
}
