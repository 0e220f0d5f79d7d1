// Which server to restore on: the backup's own, or another of its engine. Not shown where there is no other.
import { useQuery } from "@tanstack/react-query"
import { useId } from "react"
import type { CompletedBackup } from "../../../../schemas/backup.ts"
import { serversQuery } from "../../lib/queries/servers.ts"

interface Props {
  readonly backup: CompletedBackup
  /** Empty: the backup's own. */
  readonly serverId: string
  readonly onServer: (serverId: string) => void
}

export function TargetField({ backup, serverId, onServer }: Props) {
  const id = useId()
  const servers = useQuery(serversQuery())
  const others = (servers.data ?? []).filter(
    (server) => server.id !== backup.serverId && server.engine === backup.engine && server.state === "active",
  )
  if (others.length === 0) return null
  return (
    <div>
      <label htmlFor={id} className="mb-1 block font-medium">
        Server
      </label>
      <select
        id={id}
        value={serverId}
        onChange={(event) => onServer(event.target.value)}
        className="w-full max-w-sm rounded-sm border border-field bg-paper px-2 min-h-9 max-sm:min-h-11 max-sm:text-base"
      >
        <option value="">{backup.serverName}, where it was made</option>
        {others.map(({ id: other, name }) => (
          <option key={other} value={other}>
            {name}
          </option>
        ))}
      </select>
    </div>
  )
}
