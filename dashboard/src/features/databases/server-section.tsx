// One server among all: what it is, whether it is backed up and why, what is wrong, the labels to paste, its databases.
import { useId } from "react"
import { Link } from "wouter"
import type { Database, Server } from "../../../../schemas/server.ts"
import { DatabasesOfServer } from "../../components/databases-of-server.tsx"
import { Fold } from "../../components/fold.tsx"
import { LabelBlock } from "../../components/label-block.tsx"
import { ProblemList } from "../../components/problem-list.tsx"
import { State } from "../../components/state.tsx"
import { count } from "../../lib/format.ts"
import { serverPath } from "../../lib/paths.ts"
import { engineOf, imageName, managedWords, serverState } from "../../lib/words.ts"

interface Props {
  readonly server: Server
  readonly databases: readonly Database[]
  /** The labels to paste are shown at once. */
  readonly unfolded: boolean
}

export function ServerSection({ server, databases, unfolded }: Props) {
  const heading = useId()
  return (
    <section aria-labelledby={heading} className="mb-9">
      <div className="flex flex-wrap items-baseline gap-x-4 gap-y-1 border-b border-line pb-1.5">
        <h2 id={heading} className="text-base font-semibold">
          <Link href={serverPath(server.id)} className="link">
            {server.name}
          </Link>
        </h2>
        <State {...serverState(server)} />
        <span className="text-sm text-muted">{engineOf(server)}</span>
        {server.outside && (
          <span className="min-w-0 text-sm wrap-anywhere text-muted">
            {server.outside.host}:{server.outside.port} · outside Docker · managed{" "}
            {managedWords[server.managed]}
          </span>
        )}
        {server.container && !server.outside && (
          <span className="min-w-0 text-sm wrap-anywhere text-muted">
            {server.container.name} · {imageName(server.container.image)} · {server.container.state}
          </span>
        )}
        {databases.length > 0 && (
          <span className="ml-auto text-xs text-muted max-sm:ml-0">
            {count(databases.length, "database")}
          </span>
        )}
      </div>
      <p className={`max-w-prose pt-2 text-sm ${server.state === "active" ? "text-muted" : ""}`}>
        This server is {server.why}.
      </p>
      <ProblemList problems={server.problems} />
      {server.suggestedLabels && (
        <Fold summary="Labels to paste" open={unfolded}>
          <LabelBlock server={server} labels={server.suggestedLabels} />
        </Fold>
      )}
      {databases.length > 0 && <DatabasesOfServer server={server} databases={databases} />}
    </section>
  )
}
