// Which server to restore on: the backup's own, or another of its engine. Not shown where there is no choice.
import { useQuery } from "@tanstack/react-query"
import type { Server } from "../../../../schemas/server.ts"
import { Choice } from "../../components/choice.tsx"
import { serversQuery } from "../../lib/queries/servers.ts"
import type { Subject } from "./subject.ts"

interface Props {
  readonly subject: Subject
  /** Empty: the backup's own. */
  readonly serverId: string
  readonly onServer: (serverId: string) => void
}

export function TargetField({ subject, serverId, onServer }: Props) {
  const servers = useQuery(serversQuery()).data ?? []
  const others = serversFor(subject, servers)
  const { home } = subject
  if (home && others.length === 0) return null
  return (
    <Choice label="Server" value={serverId} onChange={onServer}>
      <option value="">{home ? `${home.serverName}, where it was made` : "Choose…"}</option>
      {others.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </Choice>
  )
}

/** Those that could take it, beside its own. */
export function serversFor({ engine, home }: Subject, servers: readonly Server[]): readonly Server[] {
  return servers.filter(
    (server) =>
      server.id !== home?.serverId &&
      server.state === "active" &&
      (engine === null || server.engine === engine),
  )
}
