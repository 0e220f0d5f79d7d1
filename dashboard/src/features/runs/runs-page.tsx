// Every run, newest first, of all servers or of one.
import { useQuery } from "@tanstack/react-query"
import { Link, useLocation } from "wouter"
import { useSearch } from "wouter/use-browser-location"
import { Loaded } from "../../components/loading.tsx"
import { Name } from "../../components/name.tsx"
import { Page } from "../../components/page.tsx"
import { Pager } from "../../components/pager.tsx"
import { RunsTable } from "../../components/runs-table.tsx"
import { runsPath, serverPath } from "../../lib/paths.ts"
import { runsQuery } from "../../lib/queries/runs.ts"
import { serversQuery } from "../../lib/queries/servers.ts"

export function RunsPage() {
  const search = new URLSearchParams(useSearch())
  const page = /^[1-9]\d{0,5}$/.exec(search.get("page") ?? "")?.[0] ?? "1"
  const server = search.get("server")
  const [, navigate] = useLocation()
  const runs = useQuery(runsQuery({ page, ...(server === null ? {} : { serverId: server }) }))
  const turnTo = (page: number) => {
    search.set("page", String(page))
    navigate(`${runsPath}?${search}`)
  }
  return (
    <Page title="Runs">
      {server !== null && <OnlyOf server={server} />}
      <Loaded query={runs} what="the runs" rows={8}>
        {({ rows, page, limit, total }) => (
          <>
            {rows.length > 0 ? (
              <RunsTable runs={rows} caption="Runs, newest first" withServer={server === null} />
            ) : (
              <p className="border-y border-line py-4 text-sm">
                Nothing ran yet. A job that never ran makes its first backups by itself.
              </p>
            )}
            <Pager page={page} limit={limit} total={total} noun="run" onPage={turnTo} />
          </>
        )}
      </Loaded>
    </Page>
  )
}

function OnlyOf({ server }: { readonly server: string }) {
  const name = useQuery(serversQuery()).data?.find(({ id }) => id === server)?.name ?? server
  return (
    <p className="mb-4 text-sm text-muted">
      Only those of{" "}
      <Link href={serverPath(server)} className="link">
        <Name of={name} />
      </Link>
      .{" "}
      <Link href={runsPath} className="link">
        Show all
      </Link>
    </p>
  )
}
