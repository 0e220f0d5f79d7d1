// One server: what it is, whether it is backed up and why, what is wrong, the labels to paste, its databases.
import type { Database, Server } from "../../../../schemas/server.ts"
import { CodeBlock } from "../../components/code-block.tsx"
import { Fold } from "../../components/fold.tsx"
import { ProblemNote } from "../../components/problem.tsx"
import { State } from "../../components/state.tsx"
import { count } from "../../lib/format.ts"
import { serverAnchor } from "../../lib/paths.ts"
import { engineOf, imageName, serverState } from "../../lib/words.ts"
import { DatabasesOfServer } from "./databases-of-server.tsx"

interface Props {
  readonly server: Server
  readonly databases: readonly Database[]
  /** The labels to paste are shown at once. */
  readonly unfolded: boolean
}

export function ServerSection({ server, databases, unfolded }: Props) {
  const heading = `${serverAnchor(server.id)}-name`
  return (
    <section id={serverAnchor(server.id)} aria-labelledby={heading} className="mb-9 scroll-mt-16">
      <div className="flex flex-wrap items-baseline gap-x-4 gap-y-1 border-b border-line pb-1.5">
        <h2 id={heading} className="text-base font-semibold">
          {server.name}
        </h2>
        <State {...serverState(server)} />
        <span className="text-sm text-muted">{engineOf(server)}</span>
        {server.container && (
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
      {server.state !== "active" && <p className="max-w-prose pt-2 text-sm">This server is {server.why}.</p>}
      {server.problems.length > 0 && (
        <ul className="space-y-2 pt-2">
          {server.problems.map((problem) => (
            <li key={`${problem.code} ${problem.key} ${problem.message}`}>
              <ProblemNote problem={problem} />
            </li>
          ))}
        </ul>
      )}
      {server.suggestedLabels && (
        <Fold summary="Labels to paste" open={unfolded || location.hash === `#${serverAnchor(server.id)}`}>
          <div className="max-w-xl">
            <p className="pb-2 text-sm">
              Add this to the service in its compose file and run{" "}
              <code className="font-mono text-xs">docker compose up -d</code>:
            </p>
            <CodeBlock text={server.suggestedLabels} what={`the labels for ${server.name}`} />
          </div>
        </Fold>
      )}
      {databases.length > 0 && <DatabasesOfServer server={server} databases={databases} />}
    </section>
  )
}
