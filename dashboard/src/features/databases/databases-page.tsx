// Every server with its databases; why a container is or is not backed up. The search field in the bar filters it.
import { useQuery } from "@tanstack/react-query"
import { Link } from "wouter"
import { useSearch } from "wouter/use-browser-location"
import type { Database, Server } from "../../../../schemas/server.ts"
import { Loaded } from "../../components/loading.tsx"
import { LookAgain } from "../../components/look-again.tsx"
import { Page } from "../../components/page.tsx"
import { databasesPath } from "../../lib/paths.ts"
import { databasesQuery } from "../../lib/queries/databases.ts"
import { serversQuery } from "../../lib/queries/servers.ts"
import { AddServer } from "./add-server.tsx"
import { matching } from "./matching.ts"
import { NoServers } from "./no-servers.tsx"
import { ServerSection } from "./server-section.tsx"

export function DatabasesPage() {
  const servers = useQuery(serversQuery())
  const databases = useQuery(databasesQuery())
  const text = new URLSearchParams(useSearch()).get("q") ?? ""
  return (
    <Page
      title="Databases"
      actions={
        <>
          <AddServer />
          <LookAgain />
        </>
      }
    >
      <Loaded query={servers} what="the servers" rows={8}>
        {(servers) => (
          <Loaded query={databases} what="the databases" rows={8}>
            {(databases) => <Servers servers={servers} databases={databases} text={text} />}
          </Loaded>
        )}
      </Loaded>
    </Page>
  )
}

/** More label blocks than these would push the databases off the page. */
const mostUnfolded = 2

/** Somebody said that a disabled one needs no backup: its labels are there when asked for. */
const asksForLabels = ({ state, suggestedLabels }: Server) => suggestedLabels !== null && state !== "disabled"

interface ServersProps {
  readonly servers: readonly Server[]
  readonly databases: readonly Database[]
  readonly text: string
}

function Servers({ servers, databases, text }: ServersProps) {
  if (servers.length === 0) return <NoServers />
  const found = matching(servers, databases, text)
  const unlabelled = found.filter(({ server }) => asksForLabels(server)).length
  return (
    <>
      {text !== "" && (
        <p role="status" className="mb-4 text-sm text-muted">
          {found.length === 0 ? "Nothing" : "Only what"} matches “{text}”.{" "}
          <Link href={databasesPath} className="link">
            Show all
          </Link>
        </p>
      )}
      {found.map(({ server, databases }) => (
        <ServerSection
          key={server.id}
          server={server}
          databases={databases}
          unfolded={asksForLabels(server) && unlabelled <= mostUnfolded}
        />
      ))}
    </>
  )
}
